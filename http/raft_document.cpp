#include "http/raft_document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

#include "http/hex.hpp"
#include "http/packed_json.hpp"
#include "models/command/command.hpp"
#include "models/encoding/base64.hpp"

namespace lithair::http {

namespace json = boost::json;
using namespace protocol;

namespace {

// Why a document is refused; thrown here and caught in `read_raft_call` only.
struct malformed {
  models::problem why;
};

[[noreturn]] void refuse(std::string_view field, std::string_view code, std::string_view message) {
  const std::string name{field};
  throw malformed{{422,
                   "impossible_message",
                   name + ": " + std::string{message} + '.',
                   {{name, std::string{code}, std::string{message} + '.'}}}};
}

// The fields of one object, each read once; what is left over at the end is refused.
class fields {
 public:
  fields(const json::value& from, std::string where) : where_(std::move(where)) {
    // The place of what is wrong is told as a path: "entries[3].term".
    if (!from.is_object()) refuse(where_.empty() ? "body" : where_, "type", "must be an object");
    from_ = &from.get_object();
  }

  std::string path(std::string_view name) const {
    return where_.empty() ? std::string{name} : where_ + '.' + std::string{name};
  }

  const json::value* find(std::string_view name) {
    const auto* x = from_->if_contains(json::string_view{name.data(), name.size()});
    // Counted, so that the check for unknown fields costs nothing where there are none.
    seen_ += x != nullptr;
    return x;
  }
  const json::value& need(std::string_view name) {
    if (const auto* x = find(name)) return *x;
    refuse(path(name), "required", "is missing");
  }

  std::uint64_t number(std::string_view name) { return number_of(name, need(name)); }
  std::uint64_t number_or_0(std::string_view name) {
    const auto* x = find(name);
    return x == nullptr ? 0 : number_of(name, *x);
  }
  bool flag(std::string_view name, bool otherwise) {
    const auto* x = find(name);
    if (x == nullptr) return otherwise;
    if (!x->is_bool()) refuse(path(name), "type", "must be true or false");
    return x->get_bool();
  }
  std::string_view text(std::string_view name) {
    const auto& x = need(name);
    if (!x.is_string()) refuse(path(name), "type", "must be a string");
    return x.get_string();
  }
  /// 16 hex digits: a number that JSON readers would round.
  std::uint64_t hex(std::string_view name) {
    const auto result = parse_hex(text(name));
    if (!result) refuse(path(name), "format", "must be 16 hex digits");
    return *result;
  }
  /// As `hex`; 0 where the field is missing.
  std::uint64_t hex_or_0(std::string_view name) {
    return from_->if_contains(json::string_view{name.data(), name.size()}) == nullptr ? 0
                                                                                      : hex(name);
  }
  /// Microseconds since 1970; 0 where the field is missing.
  std::int64_t time(std::string_view name) {
    const auto x = number_or_0(name);
    if (x > INT64_MAX) refuse(path(name), "format", "must be microseconds since 1970");
    return static_cast<std::int64_t>(x);
  }
  payload bytes(std::string_view name) {
    const auto* x = find(name);
    if (x == nullptr) return {};
    auto result = x->is_string() ? models::from_base64(std::string_view{x->get_string()})
                                 : std::optional<std::string>{};
    if (!result) refuse(path(name), "format", "must be bytes: binary, or base64 in a string");
    return payload{std::move(*result)};
  }
  const json::array& array(std::string_view name) {
    // An empty array stands for one that is missing.
    static const json::array none;
    const auto* x = find(name);
    if (x == nullptr) return none;
    if (!x->is_array()) refuse(path(name), "type", "must be an array");
    return x->get_array();
  }

  /// Each field that was there was also asked for.
  void finish(std::initializer_list<std::string_view> known) const {
    if (seen_ == from_->size()) return;
    for (const auto& x : *from_)
      if (std::ranges::find(known, std::string_view{x.key()}) == known.end())
        refuse(path(std::string_view{x.key()}), "unknown", "is not a field of this message");
  }

 private:
  std::uint64_t number_of(std::string_view name, const json::value& from) const {
    if (from.is_uint64()) return from.get_uint64();
    if (!from.is_int64() || from.get_int64() < 0)
      refuse(path(name), "type", "must be a whole number that is not negative");
    return static_cast<std::uint64_t>(from.get_int64());
  }

  const json::object* from_;
  std::string where_;
  std::size_t seen_ = 0;
};

std::string numbered(std::string_view name, std::size_t i) {
  return std::string{name} + '[' + std::to_string(i) + ']';
}

// -- what messages consist of --------------------------------------------------------------------

std::vector<member> read_members(fields& from, std::string_view name) {
  std::vector<member> result;
  const auto& all = from.array(name);
  for (std::size_t i = 0; i < all.size(); ++i) {
    fields x{all[i], numbered(from.path(name), i)};
    result.push_back(
        {node_id{x.number("id")}, x.flag("voter", true), std::string{x.text("address")}});
    x.finish({"id", "voter", "address"});
  }
  return result;
}

configuration read_configuration(fields& from) {
  // Sorted and checked, as the core keeps its members.
  auto members = normalized(read_members(from, "members"));
  if (!members) refuse(from.path("members"), "invalid", "must name a voter, and no member twice");
  configuration result{std::move(*members), {}};
  if (auto outgoing = read_members(from, "outgoing"); !outgoing.empty()) {
    auto sorted = normalized(std::move(outgoing));
    if (!sorted) refuse(from.path("outgoing"), "invalid", "must name a voter, and no member twice");
    result.outgoing = std::move(*sorted);
  }
  return result;
}

// What no node could carry out would stop all that commit it.
bool is_command(std::string_view bytes, const models::schema& schema) {
  const auto x = models::read_command(bytes);
  // Else every node that commits it would stop (see `is_known` in models).
  return x && models::is_known(schema, *x);
}

entry read_entry(const json::value& from, std::string where, const models::schema& schema) {
  fields x{from, std::move(where)};
  entry result;
  result.index = index_t{x.number("index")};
  result.term = term_t{x.number("term")};
  result.time_us = x.time("time_us");
  const auto kind = x.text("kind");
  if (kind == "noop") {
    result.kind = entry_kind::noop;
    x.finish({"index", "term", "time_us", "kind"});
  } else if (kind == "configuration") {
    result.kind = entry_kind::configuration;
    // Encoded as the log has it.
    result.data = payload{encode(read_configuration(x))};
    x.finish({"index", "term", "time_us", "kind", "members", "outgoing"});
  } else if (kind == "command") {
    result.from = {node_id{x.number("node")}, x.number("serial"), x.hex_or_0("run")};
    result.data = x.bytes("data");
    if (!is_command(result.data.view(), schema))
      refuse(x.path("data"), "bad_payload", "is no command of these models");
    x.finish({"index", "term", "time_us", "kind", "node", "serial", "run", "data"});
  } else {
    refuse(x.path("kind"), "invalid", "must be noop, command or configuration");
  }
  return result;
}

// -- the messages --------------------------------------------------------------------------------

message read_vote(fields& in) {
  vote_request result{term_t{in.number("term")}, index_t{in.number("last_index")},
                      term_t{in.number("last_term")}, in.flag("pre", false),
                      in.flag("transfer", false)};
  in.finish(
      {"cluster", "group", "from", "to", "term", "last_index", "last_term", "pre", "transfer"});
  return result;
}

// Without a place in the log it is a heartbeat; it is answered, so it has a round.
message read_heartbeat(fields& in) {
  heartbeat result{term_t{in.number("term")}, index_t{in.number_or_0("commit")},
                   in.number_or_0("round")};
  if (result.round == 0) result.round = 1;
  in.finish({"cluster", "group", "from", "to", "term", "commit", "round"});
  return result;
}

message read_append(fields& in, const models::schema& schema) {
  const auto* prev = in.find("prev_index");
  // `prev_index` makes the difference, unless there are entries.
  if (prev == nullptr && in.array("entries").empty()) return read_heartbeat(in);
  append_request result;
  result.term = term_t{in.number("term")};
  result.prev_index = index_t{in.number("prev_index")};
  result.prev_term = term_t{in.number("prev_term")};
  result.commit = index_t{in.number_or_0("commit")};
  result.round = in.number_or_0("round");
  const auto& entries = in.array("entries");
  for (std::size_t i = 0; i < entries.size(); ++i)
    result.entries.push_back(read_entry(entries[i], numbered("entries", i), schema));
  in.finish({"cluster", "group", "from", "to", "term", "prev_index", "prev_term", "commit", "round",
             "entries"});
  return result;
}

message read_install(fields& in) {
  snapshot_request result;
  result.term = term_t{in.number("term")};
  fields meta{in.need("snapshot"), "snapshot"};
  result.meta = {index_t{meta.number("index")}, term_t{meta.number("term")},
                 read_configuration(meta), meta.number("size"), meta.hex("checksum")};
  meta.finish({"index", "term", "members", "outgoing", "size", "checksum"});
  result.offset = in.number("offset");
  result.data = in.bytes("data");
  result.done = in.flag("done", false);
  // In an order that can't overflow: offset first.
  if (result.offset > result.meta.size || result.data.size() > result.meta.size - result.offset)
    refuse("data", "invalid", "goes beyond the size of the snapshot");
  in.finish({"cluster", "group", "from", "to", "term", "snapshot", "offset", "data", "done"});
  return result;
}

json::value parsed(std::string_view body, bool packed) {
  if (packed) {
    if (auto x = unpack(body)) return std::move(*x);
    throw malformed{{400, "malformed_msgpack", "The body is not a msgpack document.", {}}};
  }
  boost::system::error_code error;
  auto x = json::parse(json::string_view{body.data(), body.size()}, error);
  if (error) throw malformed{{400, "malformed_json", "The body is not JSON.", {}}};
  return x;
}

// -- answers -------------------------------------------------------------------------------------

struct field_writer {
  json::object& out;

  void operator()(const vote_response& response) {
    out["term"] = response.term.value;
    out["granted"] = response.granted;
    out["pre"] = response.pre;
    if (response.no_member_as_of) out["no_member_as_of"] = response.no_member_as_of.value;
    if (response.clock_us != 0) out["clock_us"] = response.clock_us;
  }
  void operator()(const append_response& response) {
    out["term"] = response.term.value;
    out["success"] = response.success;
    out["match"] = response.match.value;
    out["rejected"] = response.rejected.value;
    out["hint_index"] = response.hint_index.value;
    out["hint_term"] = response.hint_term.value;
    out["round"] = response.round;
  }
  void operator()(const heartbeat_response& response) {
    out["term"] = response.term.value;
    out["match"] = response.match.value;
    out["round"] = response.round;
    if (response.clock_us != 0) out["clock_us"] = response.clock_us;
  }
  void operator()(const snapshot_response& response) {
    out["term"] = response.term.value;
    out["index"] = response.index.value;
    out["offset"] = response.offset;
    out["installed"] = response.installed;
    out["rejected"] = response.rejected;
  }
  template <class Other>
  void operator()(const Other&) {}  // No answer to a message that comes over HTTP.
};

}  // namespace

models::result<actors::raft_call> read_raft_call(endpoint what, std::string_view body, bool packed,
                                                 const models::schema& schema) {
  try {
    const auto document = parsed(body, packed);
    fields x{document, {}};
    actors::raft_call result;
    // The envelope first: each message's fields follow.
    result.cluster = x.hex("cluster");
    result.group = group_id{x.number("group")};
    result.from = node_id{x.number("from")};
    result.to = node_id{x.number("to")};
    result.content = what == endpoint::raft_vote     ? read_vote(x)
                     : what == endpoint::raft_append ? read_append(x, schema)
                                                     : read_install(x);
    return result;
  } catch (malformed& x) {
    return tl::unexpected(std::move(x.why));
  }
}

std::string raft_document(const actors::raft_answered& answer, bool packed) {
  json::object out{{"cluster", hex_text(answer.cluster)},
                   {"group", answer.group.value},
                   {"from", answer.from.value},
                   {"to", answer.to.value}};
  std::visit(field_writer{out}, answer.content);
  return packed ? pack(out) : json::serialize(out);
}

}  // namespace lithair::http
