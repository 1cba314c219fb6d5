#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <utility>
#include <vector>

#include "models/declaration/model_file.hpp"
#include "test/contract/attribute_table.hpp"
#include "test/contract/ways_of_writing.hpp"
#include "test/http/served_nodes.hpp"

namespace attributes_test {

using namespace lithair;
using namespace lithair::test;
using http::test::reply;
using http::test::served_nodes;

namespace {

/// Where a field and its item live.
enum class place { replicated, local, mixed };

constexpr place all_places[] = {place::replicated, place::local, place::mixed};

char letter_of(place x) { return x == place::replicated ? 'r' : x == place::local ? 'l' : 'm'; }

bool has(const attribute_row& row, const char* word) {
  return row.declared.find(word) != std::string::npos;
}

// A local field beside replicated ones may have part of the attributes only, and is never required.
bool may_be(const attribute_row& row, place where) {
  if (where != place::mixed) return true;
  for (const auto* word :
       {"unique", "indexed", "immutable", "track_history", "references", "merge"})
    if (has(row, word)) return false;
  return row.create != "422 required";
}

std::string declaration_of(const attribute_row& row, std::size_t n, place where) {
  auto field = row.declared;
  if (const auto at = field.find('@'); at != std::string::npos) field[at] = letter_of(where);
  if (where == place::mixed && !has(row, "optional") && !has(row, "default"))
    field += ", optional = true";
  const std::string shared = ", replicate = true";
  return "[models." + (letter_of(where) + std::to_string(n)) +
         ".fields]\nid = { type = \"integer\", primary_key = true" +
         (where == place::local ? "" : shared) + " }\nx = { " + field +
         (where == place::replicated ? shared : "") + " }\n";
}

std::string model_text() {
  std::string made;
  const auto rows = attribute_rows();
  for (std::size_t n = 0; n < rows.size(); ++n)
    for (const auto where : all_places)
      if (may_be(rows[n], where)) made += declaration_of(rows[n], n, where);
  for (const auto* shared : {", replicate = true", ""}) {
    const auto end = *shared == 0 ? "l" : "r";
    for (const auto& [name, type] : {std::pair{"targets", "string"}, {"witnesses", "integer"}})
      made += std::string("[models.") + name + end + ".fields]\nid = { type = \"" + type +
              "\", primary_key = true" + shared + " }\n";
  }
  return made;
}

const std::string& result_in(const attribute_row& row, column x) {
  return x == column::create ? row.create : x == column::replace ? row.replace : row.patch;
}

std::string x_member(const std::string& json) { return json.empty() ? json : "\"x\":" + json; }

boost::json::value parsed(const std::string& text) {
  boost::system::error_code wrong;
  auto made = boost::json::parse(text, wrong);
  BOOST_REQUIRE_MESSAGE(!wrong, "no JSON: " << text);
  return made;
}

/// The `x` of an item that an answer has somewhere; null: it has none.
boost::json::value x_in(const std::string& body, const char* pointer) {
  const auto all = parsed(body);
  boost::system::error_code absent;
  const auto* item = all.find_pointer(pointer, absent);
  BOOST_REQUIRE_MESSAGE(item != nullptr, "no " << pointer << " in " << body);
  const auto* x = item->as_object().if_contains("x");
  return x == nullptr ? boost::json::value() : *x;
}

boost::json::value json_of(const std::string& result) {
  return result.empty() ? boost::json::value() : parsed(result);
}

std::string percent_encoded(const std::string& text) {
  std::string made;
  constexpr auto digits = "0123456789abcdef";
  for (const unsigned char c : text) {
    made += '%';
    made += digits[c >> 4];
    made += digits[c & 15];
  }
  return made;
}

/// One row, in one place, asked of one node.
struct cell {
  const attribute_row& row;
  std::size_t n;
  place where;
  std::uint64_t through;

  std::string collection() const { return letter_of(where) + std::to_string(n); }
  std::string witness() const { return where == place::local ? "witnessesl" : "witnessesr"; }
};

std::ostream& operator<<(std::ostream& out, const cell& x) {
  return out << x.row << ", in " << letter_of(x.where) << ", through node " << x.through;
}

struct table_cluster {
  // A quiet machine is not what is tested: no election for each short pause.
  static void tune(actors::node_config& x) {
    x.raft.election_min_ticks = 50;
    x.raft.election_max_ticks = 100;
    x.log_margin = 10;
    x.max_pending = 1000;
  }

  served_nodes nodes{*models::parse_model_text(model_text(), "table.toml"), 3, tune};
  std::uint64_t ids = 0;
  std::uint64_t keys = 0;

  reply ask(std::uint64_t id, const http_request& x, const std::string& more = {}) {
    return nodes.ask(id, x.method, x.path, x.headers + more, x.body);
  }

  void must_create(std::uint64_t through, const std::string& collection, const std::string& item) {
    const auto made = nodes.ask(through, "POST", "/api/" + collection, {}, item);
    BOOST_REQUIRE_MESSAGE(made.status == 201,
                          collection << " " << item << ": " << made.status << " " << made.body);
  }

  // Another index than before says that something came into the log; nothing is known when a leader
  // was elected.
  struct position {
    std::uint64_t term;
    std::string index;
  };
  position position_of(const cell& x) {
    const auto read = nodes.ask(x.through, "GET", "/api/" + x.collection() + "/count");
    return {nodes.status_number(x.through, "term"), read.header("x-applied-index")};
  }

  // Through the leader and another one; what is local is decided by the node itself.
  std::vector<std::uint64_t> doors(place where) {
    const auto leader = nodes.leader();
    return where == place::local ? std::vector<std::uint64_t>{1}
                                 : std::vector<std::uint64_t>{leader, leader % 3 + 1};
  }

  void check(const cell& x) {
    const auto& row = x.row;
    const bool taken = has(row, "unique") && is_refusal(row.create);
    if (taken && x.through == doors(x.where).front())
      must_create(x.through, x.collection(), item_json(1, x_member(row.sent)));
    for (const auto& way : ways_of_writing()) BOOST_TEST_CONTEXT(way.name) check(x, way);
  }

  void check(const cell& x, const way_of_writing& way) {
    ids += 100;
    const write_target target{x.collection(), ids, x_member(x.row.sent), x_member(x.row.first),
                              x.witness()};
    if (way.judged_as != column::create)
      must_create(x.through, target.collection, item_json(ids, x_member(x.row.first)));
    const auto request = way.make(target);
    const auto& result = result_in(x.row, way.judged_as);
    is_refusal(result) ? check_refusal(x, way, target, request, result)
                       : check_result(x, way, target, request, result);
    if (has(x.row, "unique"))
      for (const auto& path : {item_path(target), way.companion(target)})
        if (path.starts_with("/api/" + target.collection)) nodes.ask(x.through, "DELETE", path);
  }

  static std::string item_path(const write_target& x) {
    return "/api/" + x.collection + '/' + std::to_string(x.id);
  }

  void check_refusal(const cell& x, const way_of_writing& way, const write_target& target,
                     const http_request& request, const std::string& result) {
    const auto path = item_path(target);
    const auto before = nodes.ask(x.through, "GET", path);
    const auto at = position_of(x);
    const auto answer = ask(x.through, request);
    BOOST_TEST(answer.status == std::stoi(result), answer.body);
    BOOST_TEST(answer.header("content-type") == "application/problem+json");
    const auto code = result.substr(4, result.find(' ', 4) - 4);
    const auto element = result.find('[');
    const auto field = "x" + (element == std::string::npos ? "" : result.substr(element));
    const auto problem = parsed(answer.body);
    const auto* errors = problem.as_object().if_contains("errors");
    BOOST_REQUIRE_MESSAGE(errors != nullptr, answer.body);
    BOOST_TEST(errors->as_array().size() == 1u, answer.body);
    BOOST_TEST(errors->at(0).at("field").as_string() == way.prefix + field, answer.body);
    BOOST_TEST(errors->at(0).at("code").as_string() == code, answer.body);

    // The term once more behind the index, or an election between the two would look like an entry.
    const auto now = position_of(x);
    const auto term = nodes.status_number(x.through, "term");
    if (!result.ends_with(" in the log") && term == at.term)
      BOOST_TEST(now.index == at.index, answer.body);
    const auto after = nodes.ask(x.through, "GET", path);
    BOOST_TEST(after.status == before.status);
    BOOST_TEST(after.body == before.body);
    BOOST_TEST(after.header("etag") == before.header("etag"));
    if (const auto other = way.companion(target); !other.empty())
      BOOST_TEST(nodes.ask(x.through, "GET", other).status == 404);
  }

  void check_result(const cell& x, const way_of_writing& way, const write_target& target,
                    const http_request& request, const std::string& result) {
    const auto key = "Idempotency-Key: table-" + std::to_string(++keys) + "\r\n";
    const auto answer = ask(x.through, request, key);
    BOOST_TEST(answer.status == way.success, answer.body);
    if (answer.status != way.success) return;
    BOOST_TEST(x_in(answer.body, way.item_pointer) == json_of(result), answer.body);
    const auto path = item_path(target);
    const auto read = nodes.ask(x.through, "GET", path);
    BOOST_TEST(x_in(read.body, "") == json_of(result), read.body);
    if (way.item_pointer[0] == 0) BOOST_TEST(answer.header("etag") == read.header("etag"));
    if (const auto other = way.companion(target); !other.empty())
      BOOST_TEST(nodes.ask(x.through, "GET", other).status == 200);

    check_elsewhere(x, path, read);
    check_filter(x, target, result);
    if (has(x.row, "track_history")) check_history(x, path, result);
    // Said again, also to another node, it is answered as before and nothing else happens.
    const auto again =
        ask(x.where == place::replicated ? x.through % 3 + 1 : x.through, request, key);
    BOOST_TEST(again.status == answer.status);
    BOOST_TEST(again.body == answer.body);
    BOOST_TEST(nodes.ask(x.through, "GET", path).header("etag") == read.header("etag"));
  }

  void check_elsewhere(const cell& x, const std::string& path, const reply& here) {
    for (std::uint64_t id = 1; id <= nodes.count(); ++id) {
      if (id == x.through) continue;
      const auto there = nodes.ask(id, "GET", path);
      BOOST_TEST(there.status == (x.where == place::local ? 404 : 200));
      if (x.where == place::replicated) BOOST_TEST(there.body == here.body);
      // A validator names the body: equal where the bodies are, and else not.
      if (x.where != place::local)
        BOOST_TEST((there.header("etag") == here.header("etag")) == (there.body == here.body));
      if (x.where != place::mixed) continue;
      // What nobody wrote there is its default, or nothing.
      const auto unwritten = has(x.row, "default") ? boost::json::value(5) : boost::json::value();
      BOOST_TEST(x_in(there.body, "") == unwritten);
    }
  }

  // By the field's type, on each node that has it.
  void check_filter(const cell& x, const write_target& target, const std::string& result) {
    const auto value = json_of(result);
    if (value.is_null() || value.is_array() || value.is_object() || has(x.row, "\"json\"")) return;
    const auto text = value.is_string() ? std::string(value.as_string()) : result;
    const auto query = "/api/" + target.collection + "/count?id=" + std::to_string(target.id) +
                       "&x=" + percent_encoded(text);
    for (std::uint64_t id = 1; id <= nodes.count(); ++id)
      if (x.where == place::replicated || id == x.through)
        BOOST_TEST(nodes.ask(id, "GET", query).body == R"({"count":1})", query);
  }

  void check_history(const cell& x, const std::string& path, const std::string& result) {
    const auto page = nodes.ask(x.through, "GET", path + "/history?verify=true").body;
    const auto events = parsed(page).at("events").as_array();
    const auto* changed = events.back().at("changes").as_object().if_contains("x");
    BOOST_TEST((changed == nullptr ? boost::json::value() : *changed) == json_of(result), page);
  }

  /// All that a node says of every collection, by path.
  std::map<std::string, std::string> everything(std::uint64_t id, place where) {
    std::map<std::string, std::string> made;
    const auto rows = attribute_rows();
    for (std::size_t n = 0; n < rows.size(); ++n) {
      if (!may_be(rows[n], where)) continue;
      const auto path = "/api/" + (letter_of(where) + std::to_string(n));
      const auto items = nodes.ask(id, "GET", path).body;
      made[path] = items;
      if (!has(rows[n], "track_history")) continue;
      const auto page = parsed(items);
      for (const auto& each : page.at("data").as_array()) {
        const auto history = path + '/' + boost::json::serialize(each.at("id")) + "/history";
        made[history] = nodes.ask(id, "GET", history).body;
      }
    }
    return made;
  }

  void must_be(std::uint64_t id, place where, const std::map<std::string, std::string>& expected) {
    for (const auto& [path, body] : everything(id, where))
      BOOST_TEST(body == expected.at(path), path);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_attributes)

BOOST_FIXTURE_TEST_CASE(each_attribute_means_the_same_in_each_way_of_writing_on_each_node,
                        table_cluster) {
  for (const auto* end : {"r", "l"})
    for (const auto* id : {"here", "there"})
      must_create(1, std::string("targets") + end, std::string("{\"id\":\"") + id + "\"}");
  const auto rows = attribute_rows();
  for (std::size_t n = 0; n < rows.size(); ++n)
    for (const auto where : all_places)
      for (const auto through : doors(where))
        if (may_be(rows[n], where)) {
          const cell x{rows[n], n, where, through};
          BOOST_TEST_CONTEXT(x) check(x);
        }

  // The same after a replay of the log, and from a snapshot of another node.
  std::map<std::uint64_t, std::map<place, std::map<std::string, std::string>>> before;
  for (std::uint64_t id = 1; id <= nodes.count(); ++id)
    for (const auto where : all_places) before[id][where] = everything(id, where);
  for (std::uint64_t id = 2; id <= nodes.count(); ++id)
    BOOST_TEST((before[id][place::replicated] == before[1][place::replicated]));
  nodes.crash(1);
  nodes.start(1);
  nodes.await_ready(1);
  for (const auto where : all_places)
    BOOST_TEST_CONTEXT("replayed") must_be(1, where, before[1][where]);

  const auto away = nodes.leader() % 3 + 1;
  const auto seen = nodes.status_number(away, "last_index");
  nodes.stop(away);
  const auto other = away % 3 + 1;
  for (int i = 0; i < 50; ++i) must_create(other, "witnessesr", item_json(++ids, {}));
  for (const std::uint64_t id : {1, 2, 3})
    if (id != away)
      while (nodes.status_number(id, "first_index") <= seen + 1)
        BOOST_REQUIRE(nodes.ask(id, "POST", "/_admin/snapshot").status == 200);
  nodes.start(away);
  nodes.await_ready(away);
  // Its log begins behind the snapshot, a moment after the state of that is read.
  while (nodes.status_number(away, "first_index") <= seen) continue;
  for (const auto where : all_places)
    BOOST_TEST_CONTEXT("from a snapshot") must_be(away, where, before[away][where]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace attributes_test
