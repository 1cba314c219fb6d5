#include "http/pages.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/status_messages.hpp"
#include "http/docs_site.hpp"
#include "http/hex.hpp"
#include "http/openapi.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/sha256.hpp"
#include "models/schema/projection.hpp"
#include "models/value/timestamp.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

response page(const json::object& content) {
  response result;
  result.body = json::serialize(content);
  return result;
}

std::string_view name_of(protocol::role which) {
  switch (which) {
    case protocol::role::follower:
      return "follower";
    case protocol::role::pre_candidate:
    case protocol::role::candidate:
      return "candidate";
    case protocol::role::leader:
      return "leader";
    case protocol::role::learner:
      return "learner";
  }
  return "unknown";
}

// null instead of a number that means "unknown".
json::value or_null(bool known, std::int64_t number) {
  return known ? json::value(number) : json::value(nullptr);
}

json::value id_or_null(protocol::node_id id) {
  return id ? json::value(id.value) : json::value(nullptr);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object member_row(const actors::member_status& of) {
  return {
      {"id", of.id},
      {"addr", of.addr},
      {"peer_addr", of.peer_addr},
      {"role", of.role},
      {"voter", of.voter},
      {"connected", of.connected},
      {"match_index", of.match},
      {"lag_entries", of.lag_entries},
      {"lag_ms", or_null(of.lag_ms >= 0, of.lag_ms)},
      {"last_contact_ms", or_null(of.last_contact_ms >= 0, of.last_contact_ms)},
  };
}

json::array members(const actors::node_status& status) {
  json::array result;
  for (const auto& m : status.members) result.push_back(member_row(m));
  return result;
}

json::array collections(const models::schema& schema) {
  json::array result;
  for (const auto& c : schema.collections())
    result.push_back(json::object{{"name", c.name}, {"path", c.path}});
  return result;
}

json::object projection(const models::schema& schema, const models::projection& p) {
  const auto& from = *schema.find(p.collection_id);
  json::array groups;
  for (const auto at : p.group_by) groups.push_back(json::string(from.fields[at].name));
  json::object filters;
  for (const auto& [name, text] : p.filter_texts) filters[name] = text;
  json::object measures;
  for (const auto& m : p.measures) measures[m.name] = m.text;
  return {{"name", p.name},
          {"path", "/api/projections/" + p.name},
          {"from", from.name},
          {"group_by", std::move(groups)},
          {"where", std::move(filters)},
          {"measures", std::move(measures)}};
}

/// Where the state was first found to differ from a peer's.
json::value divergence(const actors::node_status& status) {
  if (status.diverged == 0) return nullptr;
  return json::object{{"index", status.diverged}, {"node", status.diverged_from}};
}

// What clients hold, each beside the flag that bounds it.
json::object http_holdings(const holdings& held) {
  return {{"connections", held.connections},
          {"max_connections", held.max_connections},
          {"max_per_address", held.max_per_address},
          {"bodies_bytes", held.bodies},
          {"max_bodies", held.max_bodies},
          {"unsent_bytes", held.unsent},
          {"max_unsent", held.max_unsent}};
}

// As whom the node speaks; null: without TLS.
json::value certificate_of(const std::optional<actors::tls_credentials::state>& shown) {
  if (!shown) return nullptr;
  return json::object{{"subject", shown->own.subject},
                      {"not_after", actors::utc_text(shown->own.not_after)},
                      {"fingerprint", shown->own.fingerprint},
                      {"client_certificates", shown->asks_certificate},
                      {"trouble", text_or_null(shown->trouble)}};
}

// All nodes show each other certificates: so of links that need not be told.
json::value peer_tls(const holdings& held) {
  auto result = certificate_of(held.peer_tls);
  if (result.is_object()) result.get_object().erase("client_certificates");
  return result;
}

json::array set_aside(const actors::node_status& status) {
  json::array out;
  for (auto& each : status.set_aside)
    out.push_back(
        json::object{{"path", each.path}, {"reason", each.reason}, {"bytes", each.bytes}});
  return out;
}

// Unix time as RFC 3339; null: there is none yet.
json::value time_or_null(std::int64_t time_us) {
  return time_us == 0 ? json::value(nullptr) : json::value(to_string(models::timestamp{time_us}));
}

json::value backups(const std::optional<actors::backup_status>& of) {
  if (!of) return nullptr;
  const auto& x = *of;
  json::value base = nullptr;
  if (x.base_index != 0)
    base = json::object{
        {"index", x.base_index}, {"time", time_or_null(x.base_time_us)}, {"bytes", x.base_bytes}};
  return json::object{{"directory", x.directory},
                      {"base", std::move(base)},
                      {"archived_index", x.archived_index},
                      {"archived_time", time_or_null(x.archived_time_us)},
                      {"gaps", x.gaps},
                      {"failures", x.failures},
                      {"trouble", text_or_null(x.trouble)}};
}

// How its writes get to the disk; null as long as it is not known.
json::value journal_of(const actors::node_status& status) {
  if (!status.log) return nullptr;
  return status.log->direct.now() != 0 ? "direct" : "synced";
}

}  // namespace

response index_page(const models::schema& schema) {
  return page({
      {"service", "lithair"},
      {"version", LITHAIR_VERSION},
      {"collections", collections(schema)},
      {"see", json::array{"/_admin", "/api/projections", "/status", "/cluster", "/raft/leader",
                          "/livez", "/readyz", "/metrics", "/docs", "/openapi.json"}},
  });
}

response projections_page(const models::schema& schema, const published_projections& published) {
  // Declared ones first, in the order of their ids.
  json::array all;
  for (const auto& p : schema.projections()) all.push_back(projection(schema, p));
  for (const auto& x : published)
    all.push_back(json::object{{"name", x->name()},
                               {"path", "/api/projections/" + std::string(x->name())},
                               {"from", x->from().name}});
  return page({{"data", std::move(all)}});
}

response alive_page() { return page({{"status", "alive"}}); }

response ready_page(std::uint64_t applied, const std::string& trouble) {
  return page({{"status", "ready"}, {"applied", applied}, {"trouble", text_or_null(trouble)}});
}

response status_page(const actors::node_status& status, const models::schema& schema,
                     const holdings& held) {
  return page({
      {"node_id", status.raft.id.value},
      {"version", LITHAIR_VERSION},
      {"cluster_id",
       status.cluster == 0 ? json::value(nullptr) : json::value(hex_text(status.cluster))},
      {"addr", status.addr},
      {"role", name_of(status.raft.now)},
      {"leader_id", id_or_null(status.raft.leader)},
      {"leader_addr", text_or_null(status.leader_addr)},
      {"term", status.raft.term.value},
      {"commit", status.raft.commit.value},
      {"applied", status.applied},
      {"last_index", status.raft.last_index.value},
      {"first_index", status.raft.first_index.value},
      {"pending", status.pending},
      {"elections", status.raft.elections},
      {"ready", status.ready},
      {"not_ready", text_or_null(status.not_ready)},
      {"trouble", text_or_null(status.trouble)},
      {"set_aside", set_aside(status)},
      {"state_compared", status.compared},
      {"state_divergence", divergence(status)},
      {"uptime_ms", status.uptime_ms},
      {"data_bytes", status.data_bytes},
      {"journal", journal_of(status)},
      {"backups", backups(status.backups)},
      {"local_backups", backups(status.local_backups)},
      {"http", http_holdings(held)},
      {"tls", certificate_of(held.tls)},
      {"peer_tls", peer_tls(held)},
      {"programs", held.programs ? json::value(*held.programs) : json::value(nullptr)},
      {"models", collections(schema)},
      {"members", members(status)},
  });
}

response cluster_page(const actors::node_status& status) {
  return page({
      {"node_id", status.raft.id.value},
      {"leader_id", id_or_null(status.raft.leader)},
      {"term", status.raft.term.value},
      {"commit", status.raft.commit.value},
      {"members", members(status)},
  });
}

response leader_page(const actors::node_status& status) {
  return page({
      {"leader_id", id_or_null(status.raft.leader)},
      {"leader_addr", text_or_null(status.leader_addr)},
      {"term", status.raft.term.value},
      {"node_id", status.raft.id.value},
  });
}

namespace {

// The text between these, as a source of the policy (CSP3 §2.3.1): what is not in the page does not
// run in it.
std::string source_of(std::string_view page, std::string_view begin, std::string_view end) {
  const auto from = page.find(begin) + begin.size();
  return "'sha256-" + models::to_base64(models::sha256(page.substr(from, page.find(end) - from))) +
         "'";
}

std::string policy_of(std::string_view page) {
  return "default-src 'none'; connect-src 'self'; style-src " +
         source_of(page, "<style>", "</style>") + "; script-src " +
         source_of(page, "<script>", "</script>") +
         "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

response api_page() {
  static const std::string policy = policy_of(api_html());
  response result;
  result.page_policy = policy;
  result.content_type = "text/html; charset=utf-8";
  result.body = api_html();
  return result;
}

}  // namespace

response docs_page(std::string_view name) {
  if (name == "api") return api_page();
  for (const auto& each : docs_parts()) {
    if (each.name != name) continue;
    response result;
    result.page_policy =
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    result.content_type = each.type;
    result.body = docs_text(each);
    return result;
  }
  return not_found();
}

}  // namespace lithair::http
