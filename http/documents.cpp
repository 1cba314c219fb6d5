#include "http/operations.hpp"

/// The kinds of bodies, of requests and answers.
namespace lithair::http {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view patch_type = "application/merge-patch+json";
constexpr std::string_view packed_type = "application/msgpack";

// In the order of the enum.
constexpr std::array<document_facts, document_count> documents{{
    {},
    {{json_type}, ".create"},
    {{json_type}, ".replace"},
    {{patch_type, json_type}, ".patch"},
    {{json_type}, ".many"},
    {{json_type}, "lithair.transaction"},
    {{json_type}, "lithair.new_member"},
    {{json_type}, "lithair.new_leader"},
    {{json_type}, "lithair.new_certificate"},
    {{json_type}, "lithair.new_token"},
    {{json_type}, "lithair.revoked_tokens"},
    {{json_type}, "lithair.authority_order"},
    {{json_type}, "lithair.new_access_token"},
    {{json_type, packed_type}, "lithair.vote"},
    {{json_type, packed_type}, "lithair.append"},
    {{json_type, packed_type}, "lithair.install"},
    {{json_type}, ".item", "The item."},
    {{json_type}, ".page", "A page of items."},
    {{json_type}, ".items", "The items, in the order of the request."},
    {{json_type}, "lithair.count", "How many items pass the filters."},
    {{json_type}, ".found", "The key of an item."},
    {{json_type}, ".history", "The events, oldest first."},
    {{"text/event-stream"},
     "lithair.text",
     "Server-Sent Events create, update and delete. The data of the first two is the item, of the "
     "last one its key; a comment is sent when nothing happens."},
    {{json_type}, "lithair.results", "The index of the log, and an answer to each operation."},
    {{json_type}, ".rows", "A page of rows, in order of their groups."},
    {{json_type}, "lithair.projections", "The projections that are served."},
    {{json_type}, "lithair.index", "What is served."},
    {{json_type}, "lithair.alive", "The process is there."},
    {{json_type}, "lithair.ready", "Linearizable reads are served."},
    {{json_type}, "lithair.status", "How the node stands."},
    {{json_type}, "lithair.cluster", "The members as this node knows them."},
    {{json_type}, "lithair.leader", "The leader; null where none is known."},
    {{json_type}, "lithair.done", "It is done; `risk` tells what it put at risk."},
    {{json_type}, "lithair.authority", "The certificate of the cluster's authority."},
    {{json_type}, "lithair.certified", "The node's certificate, and the authority."},
    {{json_type}, "lithair.token", "The token, which is told once, and what is known of it."},
    {{json_type}, "lithair.tokens", "What is known of the tokens."},
    {{json_type}, "lithair.authorities", "How the authority stands, and the one that follows it."},
    {{json_type},
     "lithair.access_token",
     "What is known of the token; itself where it was made just now, and never again."},
    {{json_type}, "lithair.access_tokens", "What is known of the tokens."},
    {{"text/plain"}, "lithair.text", "Prometheus text format 0.0.4."},
    {{json_type}, "lithair.openapi", "This description."},
    {{"text/html"}, "lithair.text", "A page."},
    {{"text/html", "text/css", "text/javascript", "image/svg+xml"},
     "lithair.text",
     "A page, or what pages need."},
    {{"text/html"}, "lithair.text", "The dashboard."},
    {{"text/javascript", "text/css"}, "lithair.text", "A file of the dashboard."},
    {{"text/event-stream"},
     "lithair.text",
     "Server-Sent Events `sample`, one a second. The data is JSON: /status, and what was counted "
     "since the start."},
    {{json_type}, "lithair.snapshot", "What the checkpoint holds."},
    {{"application/octet-stream"}, "lithair.file", "A file for --restore."},
    {{json_type}, "lithair.explained", "What the entry is, and what became of it."},
    {{"text/plain"}, "lithair.text", "TOML, as --models takes it."},
    {{json_type, packed_type}, "lithair.voted", "The core's answer."},
    {{json_type, packed_type}, "lithair.appended", "The core's answer."},
    {{json_type, packed_type}, "lithair.installed", "The core's answer."},
}};

}  // namespace

const document_facts& facts_of(document which) {
  return documents[static_cast<std::size_t>(which)];
}

}  // namespace lithair::http
