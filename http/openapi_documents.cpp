#include "http/openapi_documents.hpp"

#include <boost/json/value.hpp>

namespace lithair::http {

namespace json = boost::json;

namespace {

json_object hex() { return text_schema("^[0-9a-f]{16}$"); }
json_object id() { return {{"type", "integer"}, {"minimum", 1}}; }
json_object port() { return {{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}}; }
json_object base64() { return {{"type", "string"}, {"contentEncoding", "base64"}}; }
json_object constant(std::string_view word) { return {{"const", word}}; }
void add_general(json_object& to) {
  to["lithair.text"] = text_schema();
  to["lithair.file"] = described({}, "Bytes.");
  to["lithair.openapi"] = json_object{{"type", "object"}};
  auto of_field = record({{"field", described(text_schema(), "Its path in the body; empty: all.")},
                          {"code", text_schema()},
                          {"message", text_schema()}});
  to["lithair.problem"] = described(
      record({{"type", constant("about:blank")},
              {"title", text_schema()},
              {"status", json_object{{"type", "integer"}, {"minimum", 400}, {"maximum", 599}}},
              {"detail", described(text_schema(), "One sentence for people.")},
              {"error", described(text_schema(), "A word for programs.")},
              {"errors", list_of(std::move(of_field))}}),
      "Why a request was refused (RFC 9457). `errors` tells which fields are wrong; it is empty "
      "where none is to blame.");
}

void add_data(json_object& to, const models::schema& schema) {
  to["lithair.count"] = record({{"count", whole_number()}});
  to["lithair.explanation"] =
      record({{"access", word_of({"scan", "primary_key", "unique", "index"})},
              {"field?", text_schema()},
              {"examined?", whole_number()},
              {"access_rule?", described(flag_schema(), "Rules keep some items from who asks.")},
              {"sorted", flag_schema()}});
  json::array operations;
  json::array items;
  for (const auto& c : schema.collections()) {
    operations.push_back(schema_ref(c.name + ".operation"));
    items.push_back(schema_ref(c.name));
  }
  auto all = operations.empty() ? list_of({}) : list_of(any_of(std::move(operations)));
  all["maxItems"] = 10'000;
  to["lithair.transaction"] = record({{"operations", std::move(all)}});
  to["lithair.results"] = record(
      {{"index", whole_number()},
       {"results",
        list_of(record({{"status", json_object{{"enum", {200, 201, 204}}}},
                        {"version?", whole_number()},
                        {"item?", items.empty() ? json_object{} : any_of(std::move(items))}}))}});
  to["lithair.projections"] =
      record({{"data", list_of(record({{"name", text_schema()},
                                       {"path", text_schema()},
                                       {"from", text_schema()},
                                       {"group_by?", list_of(text_schema())},
                                       {"where?", json_object{{"type", "object"}}},
                                       {"measures?", json_object{{"type", "object"}}}}))}});
}

json_object backups_schema() {
  return record({{"directory", text_schema()},
                 {"base", or_null(record({{"index", whole_number()},
                                          {"time", or_null(text_schema())},
                                          {"bytes", whole_number()}}))},
                 {"archived_index", whole_number()},
                 {"archived_time", or_null(text_schema())},
                 {"gaps", whole_number()},
                 {"failures", whole_number()},
                 {"trouble", or_null(text_schema())}});
}

void add_operators(json_object& to) {
  to["lithair.served"] = record({{"name", text_schema()}, {"path", text_schema()}});
  to["lithair.index"] = record({{"service", constant("lithair")},
                                {"version", text_schema()},
                                {"collections", list_of(schema_ref("lithair.served"))},
                                {"see", list_of(text_schema())}});
  to["lithair.alive"] = record({{"status", constant("alive")}});
  to["lithair.ready"] = record({{"status", constant("ready")},
                                {"applied", whole_number()},
                                {"trouble", or_null(text_schema())}});
  to["lithair.snapshot"] = record({{"cluster_id", hex()},
                                   {"index", whole_number()},
                                   {"term", whole_number()},
                                   {"bytes", whole_number()},
                                   {"checksum", hex()}});
  to["lithair.status"] = record(
      {{"node_id", id()},
       {"version", text_schema()},
       {"cluster_id", or_null(hex())},
       {"addr", text_schema()},
       {"role", word_of({"follower", "candidate", "leader", "learner", "unknown"})},
       {"leader_id", or_null(id())},
       {"leader_addr", or_null(text_schema())},
       {"term", whole_number()},
       {"commit", whole_number()},
       {"applied", whole_number()},
       {"last_index", whole_number()},
       {"first_index", whole_number()},
       {"pending", whole_number()},
       {"elections", whole_number()},
       {"ready", flag_schema()},
       {"not_ready", described(or_null(text_schema()), "Why it is not ready.")},
       {"trouble", or_null(text_schema())},
       {"set_aside",
        list_of(record(
            {{"path", text_schema()}, {"reason", text_schema()}, {"bytes", whole_number()}}))},
       {"state_compared", whole_number()},
       {"state_divergence", any_of({record({{"index", whole_number()}, {"node", id()}}),
                                    json_object{{"type", "null"}}})},
       {"uptime_ms", whole_number()},
       {"data_bytes", whole_number()},
       {"journal", described(any_of({word_of({"direct", "synced"}), json_object{{"type", "null"}}}),
                             "Whether the log is written past the page cache, or synced.")},
       {"backups", described(or_null(backups_schema()), "Of --backup-dir; null: it makes none.")},
       {"local_backups", described(or_null(backups_schema()), "Of --backup-local, likewise.")},
       {"http", record({{"connections", whole_number()},
                        {"max_connections", whole_number()},
                        {"max_per_address", whole_number()},
                        {"bodies_bytes", whole_number()},
                        {"max_bodies", whole_number()},
                        {"unsent_bytes", whole_number()},
                        {"max_unsent", whole_number()}})},
       {"tls", described(any_of({record({{"subject", text_schema()},
                                         {"not_after", text_schema()},
                                         {"fingerprint", text_schema()},
                                         {"client_certificates", flag_schema()},
                                         {"trouble", or_null(text_schema())}}),
                                 json_object{{"type", "null"}}}),
                         "As whom it speaks HTTPS; null: it speaks HTTP.")},
       {"peer_tls", described(any_of({record({{"subject", text_schema()},
                                              {"not_after", text_schema()},
                                              {"fingerprint", text_schema()},
                                              {"trouble", or_null(text_schema())}}),
                                      json_object{{"type", "null"}}}),
                              "As whom it speaks with other nodes; null: links are plain.")},
       {"programs", described(or_null(whole_number()),
                              "C++ programs that are connected; null: none are let in.")},
       {"models", list_of(schema_ref("lithair.served"))},
       {"members", list_of(schema_ref("lithair.member"))}});
}

json_object seconds_since_1970(std::string_view about) {
  return described(whole_number(), std::string{about} + ", in seconds since 1970.");
}

void add_access(json_object& to) {
  const auto role =
      described(text_schema(), "read, write or admin; or one that access rules of models ask for.");
  const auto limited = described(list_of(text_schema()),
                                 "Names of the collections that it is for; all unless it is said.");
  to["lithair.access_token"] =
      record({{"number", whole_number()},
              {"name", described(text_schema(), "Who has it, for people.")},
              {"role", role},
              {"collections", limited},
              {"made", seconds_since_1970("When it was made")},
              {"expires?", seconds_since_1970("When it ends")},
              {"token?", described(text_schema(), "Itself, where it was made just now.")}});
  to["lithair.access_tokens"] = record({{"tokens", list_of(schema_ref("lithair.access_token"))}});
  to["lithair.new_access_token"] =
      record({{"name", described(text_schema(), "1 to 64 characters.")},
              {"role", role},
              {"collections?", limited},
              {"expires_in?", described(whole_number(), "In seconds; at most ten years.")}});
}

void add_explained(json_object& to) {
  const auto moment = described(text_schema(), "RFC 3339, by this node's clock.");
  to["lithair.way_step"] =
      record({{"what", word_of({"received", "logged", "synced", "replicated", "committed", "given",
                                "applied", "answered"})},
              {"words", described(text_schema(), "The same in words.")},
              {"at", moment},
              {"after_us", described(whole_number(), "Microseconds behind the first of them.")},
              {"node?", described(id(), "Whose disk it was on.")}});
  to["lithair.told_operation"] =
      record({{"op", word_of({"create", "replace", "patch", "delete", "unknown"})},
              {"collection", text_schema()},
              {"key", text_schema()},
              {"fields", described(list_of(text_schema()),
                                   "Those that are named, 32 at most, not their values.")},
              {"follows", described(flag_schema(), "It follows from another item's deletion.")}});
  to["lithair.explained"] = record(
      {{"index", whole_number()},
       {"node_id", described(id(), "Who tells it.")},
       {"group", id()},
       {"term", whole_number()},
       {"kind", word_of({"noop", "command", "configuration", "unknown"})},
       {"bytes", whole_number()},
       {"time", described(or_null(text_schema()), "When its leader appended it.")},
       {"proposed_by", described(or_null(id()), "The node whose client asked for it.")},
       {"by", described(or_null(text_schema()), "Who asked, where rules or stamps name them.")},
       {"trace", described(or_null(text_schema()), "As the request's traceparent named it.")},
       {"way", list_of(schema_ref("lithair.way_step"))},
       {"operations", list_of(schema_ref("lithair.told_operation"))},
       {"more_operations", flag_schema()},
       {"story", described(list_of(text_schema()), "What it is, in sentences.")},
       {"not_told",
        described(list_of(text_schema()), "What this node does not know of it, and why.")}});
}

void add_cluster(json_object& to) {
  to["lithair.member"] = record({{"id", id()},
                                 {"addr", text_schema()},
                                 {"peer_addr", text_schema()},
                                 {"role", text_schema()},
                                 {"voter", flag_schema()},
                                 {"connected", flag_schema()},
                                 {"match_index", whole_number()},
                                 {"lag_entries", whole_number()},
                                 {"lag_ms", or_null(whole_number())},
                                 {"last_contact_ms", or_null(whole_number())}});
  to["lithair.cluster"] = record({{"node_id", id()},
                                  {"leader_id", or_null(id())},
                                  {"term", whole_number()},
                                  {"commit", whole_number()},
                                  {"members", list_of(schema_ref("lithair.member"))}});
  to["lithair.leader"] = record({{"leader_id", or_null(id())},
                                 {"leader_addr", or_null(text_schema())},
                                 {"term", whole_number()},
                                 {"node_id", id()}});
  to["lithair.done"] = record({{"status", constant("done")}, {"risk?", text_schema()}});
  to["lithair.new_leader"] =
      record({{"to?", described(id(), "A member; without it the leader chooses.")}});
  to["lithair.authority"] = record({{"authority", described(text_schema(), "In PEM.")}});
  to["lithair.new_certificate"] =
      record({{"token", described(text_schema(), "A join token.")},
              {"request", described(text_schema(), "PKCS #10 in PEM, of a key of P-256.")},
              {"id", id()},
              {"hosts", described(list_of(text_schema()), "Names and addresses; at most 16.")}});
  to["lithair.certified"] = record(
      {{"certificate", described(text_schema(), "In PEM, as the next.")},
       {"authority", text_schema()},
       {"authority_key", described(text_schema(), "Sealed for the request's key; base64url.")}});
  to["lithair.token"] =
      record({{"number", whole_number()},
              {"expires", seconds_since_1970("When it ends")},
              {"made", seconds_since_1970("When it was made")},
              {"made_by", described(id(), "The node that made it.")},
              {"uses", described(whole_number(), "For how many nodes it is.")},
              {"nodes", described(list_of(id()), "Those that were certified with it.")},
              {"token?", described(text_schema(), "Itself, where it was made just now.")}});
  to["lithair.tokens"] = record({{"tokens", list_of(schema_ref("lithair.token"))}});
  to["lithair.new_token"] =
      record({{"expires_in", described(whole_number(), "In seconds; at most 86400.")},
              {"uses?", described(whole_number(), "At most 100; 1 unless it is said.")}});
  to["lithair.revoked_tokens"] =
      record({{"number?", whole_number()}, {"all?", described(flag_schema(), "Instead of it.")}});
  const auto one = record({{"fingerprint", described(text_schema(), "SHA-256 of its certificate.")},
                           {"expires", seconds_since_1970("When it ends")}});
  to["lithair.authorities"] =
      record({{"stage", word_of({"settled", "gathering", "trusting", "certifying", "settling"})},
              {"current", described(one, "That which certifies the node that answers.")},
              {"next?", described(one, "That which is to take its place, or did at this node.")},
              {"begun?", seconds_since_1970("When that was ordered")},
              {"begun_by?", described(id(), "The node that was told so.")},
              {"waits_for", described(list_of(id()), "Members whose part is not done yet.")}});
  to["lithair.authority_order"] = record({{"action", word_of({"rotate", "finish", "cancel"})}});
  to["lithair.new_member"] = record(
      {{"id", id()},
       {"addr", described(text_schema(), "HOST:PORT of its HTTP; of IPv6 [HOST]:PORT.")},
       {"peer_port?", described(port(), "Without it the port of its HTTP plus 1000.")},
       {"promote?",
        described(flag_schema(), "It votes once it has caught up; true unless it is said.")},
       {"models?",
        described(
            text_schema(),
            "The models that the new member serves, as text of a model file; at most 256 KiB.")},
       {"move?", described(flag_schema(),
                           "The id is a member already, and is found there from now on. Not "
                           "together with promote.")}});
}

void add_raft(json_object& to) {
  const auto envelope = [](std::initializer_list<record_member> more) {
    auto made = record({{"cluster", hex()},
                        {"group", whole_number()},
                        {"from", whole_number()},
                        {"to", whole_number()},
                        {"term", whole_number()}});
    auto rest = record(more);
    for (auto& each : rest["properties"].get_object())
      made["properties"].get_object()[each.key()] = std::move(each.value());
    for (auto& each : rest["required"].get_array())
      made["required"].get_array().push_back(std::move(each));
    return made;
  };
  const auto members = list_of(schema_ref("lithair.raft_member"));
  to["lithair.raft_member"] =
      record({{"id", id()}, {"address", text_schema()}, {"voter?", flag_schema()}});
  to["lithair.entry"] = any_of({record({{"index", id()},
                                        {"term", id()},
                                        {"time_us?", whole_number()},
                                        {"kind", constant("noop")}}),
                                record({{"index", id()},
                                        {"term", id()},
                                        {"time_us?", whole_number()},
                                        {"kind", constant("command")},
                                        {"node", whole_number()},
                                        {"serial", whole_number()},
                                        {"run?", hex()},
                                        {"data", base64()}}),
                                record({{"index", id()},
                                        {"term", id()},
                                        {"time_us?", whole_number()},
                                        {"kind", constant("configuration")},
                                        {"members", members},
                                        {"outgoing?", members}})});
  to["lithair.vote"] = envelope({{"last_index", whole_number()},
                                 {"last_term", whole_number()},
                                 {"pre?", flag_schema()},
                                 {"transfer?", flag_schema()}});
  to["lithair.voted"] = envelope({{"granted", flag_schema()},
                                  {"pre", flag_schema()},
                                  {"no_member_as_of?", whole_number()},
                                  {"clock_us?", whole_number()}});
  to["lithair.append"] = described(envelope({{"prev_index?", whole_number()},
                                             {"prev_term?", whole_number()},
                                             {"commit?", whole_number()},
                                             {"round?", whole_number()},
                                             {"entries?", list_of(schema_ref("lithair.entry"))}}),
                                   "Without entries and what is before them: a heartbeat.");
  to["lithair.appended"] = envelope({{"success?", flag_schema()},
                                     {"match", whole_number()},
                                     {"rejected?", whole_number()},
                                     {"hint_index?", whole_number()},
                                     {"hint_term?", whole_number()},
                                     {"round", whole_number()},
                                     {"clock_us?", whole_number()}});
  to["lithair.install"] = envelope({{"snapshot", record({{"index", whole_number()},
                                                         {"term", whole_number()},
                                                         {"members", members},
                                                         {"outgoing?", members},
                                                         {"size", whole_number()},
                                                         {"checksum", hex()}})},
                                    {"offset", whole_number()},
                                    {"data", base64()},
                                    {"done?", flag_schema()}});
  to["lithair.installed"] = envelope({{"index", whole_number()},
                                      {"offset", whole_number()},
                                      {"installed", flag_schema()},
                                      {"rejected", flag_schema()}});
}

}  // namespace

json_object fixed_schemas(const models::schema& schema) {
  json_object made;
  add_general(made);
  add_data(made, schema);
  add_operators(made);
  add_access(made);
  add_explained(made);
  add_cluster(made);
  add_raft(made);
  return made;
}

}  // namespace lithair::http
