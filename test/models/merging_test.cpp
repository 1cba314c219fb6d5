#include "models/encoding/json_merge.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "models/encoding/json_text.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace merging_test {

namespace {

/// A value of JSON as a tree, merged as RFC 7396 §2 says it, word by word.
struct tree {
  std::string text;  // of what is no object
  bool is_object = false;
  std::vector<std::pair<std::string, tree>> members = {};

  const tree* find(const std::string& name) const {
    for (const auto& [key, child] : members) {
      if (key == name) {
        return &child;
      }
    }
    return nullptr;
  }
};

tree merged(const tree* target, const tree& patch) {
  if (!patch.is_object) {
    return patch;
  }
  tree made{{}, true};
  const bool merges = target != nullptr && target->is_object;
  for (const auto& [name, child] : merges ? target->members : decltype(made.members)()) {
    const auto* change = patch.find(name);
    if (change == nullptr) {
      made.members.emplace_back(name, child);
    } else if (change->text != "null") {
      made.members.emplace_back(name, merged(&child, *change));
    }
  }
  for (const auto& [name, change] : patch.members) {
    if (change.text != "null" && made.find(name) == nullptr) {
      made.members.emplace_back(name, merged(nullptr, change));
    }
  }
  return made;
}

std::string text_of(const tree& x) {
  if (!x.is_object) {
    return x.text;
  }
  std::string made = "{";
  for (const auto& [name, child] : x.members) {
    made += made.size() == 1 ? "" : ",";
    append_json_key(made, name);
    made += text_of(child);
  }
  return made + '}';
}

tree any_tree(int depth, int most) {
  static const std::vector<std::string> leaves{
      "null", "1", "-2.50", "\"\"", "\"a\\\"\\u0001\"", "true", "[]", "[1,[null,{}],{\"x\":null}]"};
  if (depth == 0 || *rc::gen::inRange(0, 4) == 0) {
    return {*rc::gen::elementOf(leaves)};
  }
  tree made{{}, true};
  for (int n = *rc::gen::inRange(0, most); n > 0; --n) {
    auto name = std::to_string(*rc::gen::inRange(0, most)) + (n % 3 == 0 ? "\xc3\xa9\n" : "");
    if (made.find(name) == nullptr) {
      made.members.emplace_back(std::move(name), any_tree(depth - 1, 5));
    }
  }
  return made;
}

/// Whether it is asked often, and whether it may pause anywhere.
std::string merged_bit_by_bit(std::string_view now, std::string_view patch, std::size_t& pauses) {
  json_merger work(now, patch);
  for (pauses = 0; !work.go_on([] { return true; }); ++pauses) {
  }
  return work.take();
}

std::string object_of(int first, int count, const std::string& inner) {
  std::string made = "{";
  for (int i = first; i < first + count; ++i) {
    made += (i == first ? "\"k" : ",\"k") + std::to_string(i) + "\":" + inner;
  }
  return made + '}';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(merging)

BOOST_AUTO_TEST_CASE(objects_are_merged_as_the_standard_says_however_often_it_pauses) {
  BOOST_TEST(rc::check([] {
    const auto now = any_tree(3, *rc::gen::element(3, 30, 300));
    const auto patch = any_tree(3, *rc::gen::element(3, 30, 300));
    const auto expected = text_of(merged(&now, patch));
    std::size_t pauses = 0;
    RC_ASSERT(merge_json(text_of(now), text_of(patch)) == expected);
    RC_ASSERT(merged_bit_by_bit(text_of(now), text_of(patch), pauses) == expected);
  }));
}

BOOST_AUTO_TEST_CASE(what_is_no_json_changes_nothing_and_counts_as_none) {
  std::size_t pauses = 0;
  for (const auto* wrong : {"{", "1 2", "{\"a\":1}}", "[1,", "nul"}) {
    BOOST_TEST(merge_json("{\"a\":1}", wrong) == "{\"a\":1}", wrong);
    BOOST_TEST(merge_json(wrong, "{\"a\":1,\"b\":null}") == "{\"a\":1}", wrong);
    BOOST_TEST(merged_bit_by_bit(wrong, "{\"a\":1}", pauses) == "{\"a\":1}", wrong);
  }
  BOOST_TEST(merge_json("", "{\"a\":{\"b\":null}}") == "{\"a\":{}}");
}

BOOST_AUTO_TEST_CASE(large_objects_are_merged_in_small_steps) {
  const auto now = object_of(0, 20'000, "1");
  std::size_t pauses = 0;
  BOOST_TEST((merged_bit_by_bit(now, object_of(10'000, 20'000, "2"), pauses) ==
              object_of(0, 10'000, "1").substr(0, object_of(0, 10'000, "1").size() - 1) + ',' +
                  object_of(10'000, 20'000, "2").substr(1)));
  BOOST_TEST(pauses > 1000u);
  BOOST_TEST((merged_bit_by_bit(now, object_of(0, 20'000, "null"), pauses) == "{}"));
  BOOST_TEST(pauses > 1000u);
  // One member that is long.
  const auto deep = "{\"a\":" + now + "}";
  BOOST_TEST((merged_bit_by_bit(deep, "{\"b\":" + deep + "}", pauses) ==
              deep.substr(0, deep.size() - 1) + ",\"b\":" + deep + "}"));
  BOOST_TEST(pauses > 1000u);
}

// Ahead of the decision and within it the same comes out, also where patches follow one another.
BOOST_AUTO_TEST_CASE(patches_of_a_command_go_by_what_those_before_them_left) {
  service_fixture node(R"(
[models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
data = { type = "json", replicate = true, optional = true }
)");
  node.post("m", R"({"id":1,"data":)" + object_of(0, 2000, "0") + "}");
  std::string operations;
  for (int i = 0; i < 20; ++i) {
    operations += i == 0 ? "" : ",";
    operations += R"({"op":"patch","collection":"m","id":1,"item":{"data":)" +
                  object_of(i * 100, 2000, std::to_string(i)) + "}}";
  }
  BOOST_TEST(node.transact(R"({"operations":[)" + operations + "]}").status == 200);
  std::string expected = "{";
  for (int i = 0; i < 3900; ++i) {
    expected += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) +
                "\":" + std::to_string(std::min(i / 100, 19));
  }
  BOOST_TEST((node.get("m", "1").body == R"({"id":1,"data":)" + expected + "}}"));
  // Into nothing, and away again.
  node.patch("m", "1", R"({"data":null})");
  BOOST_TEST((node.patch("m", "1", R"({"data":)" + object_of(0, 3000, "null") + "}").body ==
              R"({"id":1,"data":{}})"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace merging_test
}  // namespace lithair::models
