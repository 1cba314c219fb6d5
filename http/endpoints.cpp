#include "http/endpoints.hpp"

namespace lithair::http {

namespace {

// In the order of the enum.
constexpr std::array<endpoint_facts, endpoint_count> endpoint_rows{{
    {"nowhere"},
    {"malformed"},
    {"server"},
    {"index", root::fixed, {"/"}},
    {"livez", root::fixed, {"/livez", "/health"}},
    {"readyz", root::fixed, {"/readyz", "/ready"}},
    {"status", root::fixed, {"/status"}},
    {"cluster", root::fixed, {"/cluster"}},
    {"leader", root::fixed, {"/raft/leader"}},
    {"members", root::fixed, {"/cluster/members"}},
    {"member", root::member},
    {"promote", root::member, {}, "promote"},
    {"abort", root::fixed, {"/cluster/members/abort"}},
    {"transfer", root::fixed, {"/cluster/transfer"}},
    {"certificates", root::fixed, {"/cluster/certificates"}},
    {"tokens", root::fixed, {"/cluster/tokens"}},
    {"revoke_tokens", root::fixed, {"/cluster/tokens/revoke"}},
    {"authority", root::fixed, {"/cluster/authority"}},
    {"raft_vote", root::fixed, {"/raft/vote"}},
    {"raft_append", root::fixed, {"/raft/append-entries"}, {}, true},
    {"raft_install", root::fixed, {"/raft/install-snapshot"}, {}, true},
    {"access_tokens", root::fixed, {"/_admin/tokens"}},
    {"access_token", root::token},
    {"admin_snapshot", root::fixed, {"/_admin/snapshot"}},
    {"admin_backup", root::fixed, {"/_admin/backup"}},
    {"explained", root::entry},
    {"dashboard", root::fixed, {"/_admin"}},
    {"dashboard_file", root::dashboard},
    {"live", root::fixed, {"/_admin/live"}},
    {"admin_models", root::fixed, {"/_admin/models"}},
    {"metrics", root::fixed, {"/metrics"}},
    {"openapi", root::fixed, {"/openapi.json"}},
    {"docs", root::fixed, {"/docs"}},
    {"docs_part", root::docs_part},
    {"items", root::collection},
    {"item", root::item},
    {"count", root::collection, {}, "count"},
    {"random_id", root::collection, {}, "random-id"},
    {"history", root::item, {}, "history"},
    {"bulk", root::collection, {}, "_bulk", true},
    {"transaction", root::fixed, {"/api/_txn"}, {}, true},
    {"projections", root::fixed, {"/api/projections"}},
    {"projection", root::projection},
    {"stream", root::collection, {}, "stream"},
}};

}  // namespace

const endpoint_facts& facts_of(endpoint where) {
  return endpoint_rows[static_cast<std::size_t>(where)];
}

}  // namespace lithair::http
