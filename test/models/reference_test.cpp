#include <rapidcheck.h>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace reference_test {

namespace {

constexpr std::string_view model = R"(
[models.m.fields]
id    = { type = "integer", primary_key = true, replicate = true }
name  = { type = "string", unique = true, optional = true, replicate = true }
count = { type = "integer", default = 3, replicate = true, validate = { max = 5 } }
born  = { type = "integer", optional = true, immutable = true, replicate = true }
must  = { type = "bool", replicate = true }
)";

/// What the contract says, written down a second time over plain maps. An item is field name to
/// JSON text.
class reference {
 public:
  using item = std::map<std::string, std::string>;

  std::uint16_t write(operation op, const std::string& key, const item& body,
                      const preconditions& when, std::uint64_t index) {
    const bool exists = items.contains(key);
    if (op != operation::remove && !fits(op, body, when.if_none_match_any)) {
      return 422;
    }
    if (op == operation::create) {
      return exists ? 409 : store(key, complete(body), {}, index, 201);
    }
    if (!when.if_match.empty() && (!exists || versions[key] != when.if_match.front())) {
      return 412;
    }
    if (when.if_none_match_any && exists) {
      return 412;
    }
    if (!exists) {
      const bool creates = op == operation::replace && when.if_none_match_any;
      return creates ? store(key, complete(body), {}, index, 201) : 404;
    }
    const item before = items[key];
    if (op == operation::remove) {
      items.erase(key);
      return 204;
    }
    item after = op == operation::patch ? before : item{};
    for (const auto& [name, json] : body) {
      after[name] = json;
    }
    after = complete(after);
    if (op == operation::replace && before.contains("born") && !after.contains("born")) {
      after["born"] = before.at("born");
    }
    if (after.contains("born") != before.contains("born") ||
        (after.contains("born") && after["born"] != before.at("born"))) {
      return 422;
    }
    // What changes nothing gets no version.
    if (op == operation::patch && after == before) {
      return 200;
    }
    return store(key, after, key, index, 200);
  }

  std::map<std::string, item> items;
  std::map<std::string, std::uint64_t> versions;

 private:
  static bool is_null(const item& x, const std::string& name) {
    return x.contains(name) && x.at(name) == "null";
  }

  static bool fits(operation op, const item& body, bool) {
    const bool too_large =
        body.contains("count") && body.at("count").size() == 1 && body.at("count") > "5";
    const bool must_missing =
        is_null(body, "must") || (op != operation::patch && !body.contains("must"));
    return !too_large && !must_missing;
  }

  static item complete(item x) {
    std::erase_if(x, [](const auto& member) { return member.second == "null"; });
    x.emplace("count", "3");
    return x;
  }

  std::uint16_t store(const std::string& key, const item& x, const std::string& self,
                      std::uint64_t index, std::uint16_t status) {
    for (const auto& [other_key, other] : items) {
      if (other_key != self && x.contains("name") && other.contains("name") &&
          other.at("name") == x.at("name")) {
        return 409;
      }
    }
    items[key] = x;
    versions[key] = index;
    return status;
  }
};

reference::item any_body() {
  reference::item body;
  const auto maybe = [&body](const char* name, std::vector<std::string> texts) {
    if (*rc::gen::inRange(0, 3) != 0) {
      body[name] = *rc::gen::elementOf(texts);
    }
  };
  maybe("name", {"\"a\"", "\"b\"", "\"c\"", "null"});
  maybe("count", {"1", "5", "6", "null"});
  maybe("born", {"1", "2", "null"});
  if (*rc::gen::inRange(0, 6) != 0) {
    body["must"] = *rc::gen::elementOf(std::vector<std::string>{"true", "false", "true", "null"});
  }
  return body;
}

std::string to_json(const std::string& key, const reference::item& body, bool with_key) {
  std::string json = with_key ? "{\"id\":" + key : "{";
  for (const auto& [name, text] : body) {
    json += json.size() == 1 ? "" : ",";
    json += '"' + name + "\":" + text;
  }
  return json + '}';
}

void compare_states(const service_fixture& node, const reference& expected) {
  RC_ASSERT(member(node.ask(query::kind::count, "m").body, "count") ==
            std::to_string(expected.items.size()));
  std::set<std::string> names;
  for (const auto& [key, item] : expected.items) {
    const auto read = node.get("m", key);
    RC_ASSERT(read.status == 200);
    RC_ASSERT(read.version == expected.versions.at(key));
    auto with_key = item;
    with_key["id"] = key;
    RC_ASSERT(boost::json::parse(read.body) == boost::json::parse(to_json("", with_key, false)));
    if (item.contains("name")) {
      names.insert(item.at("name"));
    }
  }
  // Nothing is left over: one pair per item and per unique value, and the counter.
  const std::size_t pairs = node.items_and_what_follows().size();
  RC_ASSERT(pairs <= expected.items.size() + names.size() + 1);
  RC_ASSERT(pairs >= expected.items.size() + names.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(against_a_reference)

BOOST_AUTO_TEST_CASE(random_commands_give_the_answers_and_the_state_of_the_contract) {
  BOOST_TEST(rc::check([] {
    service_fixture node(model);
    reference expected;
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      const auto op = static_cast<operation>(*rc::gen::inRange(1, 5));
      const std::string key = std::to_string(*rc::gen::inRange(1, 4));
      const auto body = any_body();
      preconditions when;
      if (op != operation::create && *rc::gen::inRange(0, 4) == 0) {
        when.if_match = {*rc::gen::inRange<std::uint64_t>(1, 12)};
      }
      when.if_none_match_any = op == operation::replace && *rc::gen::inRange(0, 3) == 0;
      const std::string json = to_json(key, body, op == operation::create);
      const auto made =
          node.write({op, node.find("m"), op == operation::create ? "" : key, json, when});
      // A request refused before the log has no index of its own; 422 is the only such answer here.
      const auto status = expected.write(op, key, body, when, node.index());
      RC_ASSERT(made.status == status);
      compare_states(node, expected);
    }
  }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reference_test
}  // namespace lithair::models
