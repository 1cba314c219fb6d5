#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "models/declaration/model_file.hpp"
#include "test/contract/attribute_table.hpp"
#include "test/http/served_nodes.hpp"

namespace keys_test {

using namespace lithair;
using namespace lithair::test;
using http::test::reply;
using http::test::served_nodes;

namespace {

constexpr auto made_uuid = "made";

/// A key of a type, what a new item says that its key is, and the key that it has then, or why it
/// has none. In each collection there is an item of the key `there`.
struct key_row {
  const char* type;
  std::string there;
  std::string sent;  ///< `gone`: the item says nothing
  std::string result;
};

const std::string a_uuid = R"("01900000-0000-7000-8000-00000000000a")";

const std::vector<key_row> key_rows{
    {"integer", "1", "2", "2"},
    {"integer", "1", "-3", "-3"},
    {"integer", "1", "1", "409 exists in the log"},
    {"integer", "1", "1.0", "409 exists in the log"},
    {"integer", "1", R"("2")", "422 type"},
    {"integer", "1", gone, "422 required"},
    {"integer", "1", "null", "422 required"},

    {"string", R"("a")", R"("b c/é\u0000")", R"("b c/é\u0000")"},
    {"string", R"("a")", R"("a")", "409 exists in the log"},
    {"string", R"("a")", R"("")", "422 min_length"},
    {"string", R"("a")", '"' + std::string(201, 'x') + '"', "422 max_length"},
    {"string", R"("a")", R"("count")", "422 reserved"},
    {"string", R"("a")", R"("_bulk")", "422 reserved"},
    {"string", R"("a")", R"("..")", "422 reserved"},
    {"string", R"("a")", "7", "422 type"},
    {"string", R"("a")", gone, "422 required"},

    {"uuid", a_uuid, gone, made_uuid},
    {"uuid", a_uuid, "null", made_uuid},
    {"uuid", a_uuid, R"("01900000-0000-7000-8000-00000000000B")",
     R"("01900000-0000-7000-8000-00000000000b")"},
    {"uuid", a_uuid, R"("01900000-0000-7000-8000-00000000000A")", "409 exists in the log"},
    {"uuid", a_uuid, R"("b")", "422 type"},

    {"timestamp", R"("2026-01-01T00:00:00Z")", R"("2026-01-01T03:00:00+02:00")",
     R"("2026-01-01T01:00:00Z")"},
    {"timestamp", R"("2026-01-01T00:00:00Z")", R"("2026-01-01T02:00:00+02:00")",
     "409 exists in the log"},
    {"enum", R"("a")", R"("b")", R"("b")"},
    {"enum", R"("a")", R"("c")", "422 type"},
};

/// What becomes of an item whose target is deleted: the answer to the deletion, and what the item
/// is then.
struct reference_row {
  const char* rule;
  const char* also;    ///< attributes of the referring field
  const char* result;  ///< of the deletion
  int item;            ///< status of the item behind it
  bool refers;         ///< whether it still says to what
};

constexpr reference_row reference_rows[] = {
    {"restrict", "", "409 referenced", 200, true},
    {"restrict", ", expose = false", "409 referenced", 200, false},
    {"cascade", "", "204", 404, false},
    {"cascade", ", expose = false", "204", 404, false},
    {"set_null", ", optional = true", "204", 200, false},
};

// Each model twice: shared by all nodes, and of one node only.
constexpr const char* ends[] = {"r", "l"};

std::string model_text() {
  std::string made;
  for (const std::string end : ends) {
    const std::string shared = end == "r" ? ", replicate = true" : "";
    const auto add = [&](const std::string& name, const std::string& fields) {
      made += "[models." + name + end + ".fields]\n" + fields;
    };
    const auto key = [&](const std::string& type) {
      return "id = { type = \"" + type + "\", primary_key = true" + shared + " }\n";
    };
    for (const auto* type : {"integer", "string", "uuid", "timestamp"}) add(type, key(type));
    add("enum",
        R"(id = { type = "enum", values = ["a", "b"], primary_key = true)" + shared + " }\n");
    add("target", key("integer"));
    for (std::size_t n = 0; n < std::size(reference_rows); ++n) {
      const auto& row = reference_rows[n];
      add("refers" + std::to_string(n),
          key("integer") + "x = { type = \"integer\", references = \"target" + end +
              "\", on_delete = \"" + row.rule + "\"" + row.also + shared + " }\n");
    }
  }
  return made;
}

struct keys_cluster {
  served_nodes nodes{*models::parse_model_text(model_text(), "keys.toml"), 3};

  std::string count(std::uint64_t id, const std::string& collection) {
    return nodes.ask(id, "GET", "/api/" + collection + "/count").body;
  }
  void must_create(std::uint64_t through, const std::string& collection, const std::string& item) {
    const auto made = nodes.ask(through, "POST", "/api/" + collection, {}, item);
    BOOST_REQUIRE_MESSAGE(made.status == 201,
                          collection << " " << item << ": " << made.status << " " << made.body);
  }
};

void must_refuse(const reply& answer, const std::string& result, const std::string& field) {
  BOOST_TEST(answer.status == std::stoi(result), answer.body);
  const auto problem = boost::json::parse(answer.body);
  const auto& errors = problem.at("errors").as_array();
  BOOST_TEST(errors.size() == 1u, answer.body);
  BOOST_TEST(errors[0].at("field").as_string() == field, answer.body);
  BOOST_TEST(errors[0].at("code").as_string() == result.substr(4, result.find(' ', 4) - 4),
             answer.body);
}

/// A way to create an item: where the answer has it, and what its fields are called in errors.
struct way {
  const char* name;
  const char* path;
  const char* before;
  const char* behind;
  const char* item;
  const char* prefix;
  int success;
};

constexpr way ways[] = {
    {"POST", "", "", "", "", "", 201},
    {"_bulk", "/_bulk", "[", "]", "/0", "[0].", 201},
    {"_txn", nullptr, R"({"operations":[{"op":"create","collection":"@","item":)", "}]}",
     "/results/0/item", "operations[0].", 200},
};

reply create(keys_cluster& in, std::uint64_t through, const way& x, const std::string& collection,
             const std::string& item) {
  auto body = x.before + item + x.behind;
  if (const auto at = body.find('@'); at != std::string::npos) body.replace(at, 1, collection);
  const auto path = x.path == nullptr ? "/api/_txn" : "/api/" + collection + x.path;
  return in.nodes.ask(through, "POST", path, {}, body);
}

void check(keys_cluster& in, std::uint64_t through, const key_row& row,
           const std::string& collection, const way& x) {
  const auto before = in.count(through, collection);
  const auto answer =
      create(in, through, x, collection, row.sent.empty() ? "{}" : "{\"id\":" + row.sent + '}');
  if (is_refusal(row.result)) {
    must_refuse(answer, row.result, std::string(x.prefix) + "id");
    BOOST_TEST(in.count(through, collection) == before);
    return;
  }
  BOOST_TEST(answer.status == x.success, answer.body);
  boost::system::error_code absent;
  const auto all = boost::json::parse(answer.body);
  const auto* item = all.find_pointer(x.item, absent);
  BOOST_REQUIRE_MESSAGE(item != nullptr, answer.body);
  const auto& id = item->at("id");
  if (row.result == made_uuid) {
    BOOST_TEST(id.as_string().size() == 36u);
    BOOST_TEST(id.as_string()[14] == '7');  // its version
  } else {
    BOOST_TEST(id == boost::json::parse(row.result), answer.body);
    // So that the other ways may create it too.
    const auto path = std::string(x.name) == "POST" ? answer.header("location") : std::string();
    const auto text = id.is_string() ? std::string(id.as_string()) : boost::json::serialize(id);
    if (!path.empty()) BOOST_TEST(in.nodes.ask(through, "GET", path).body == answer.body);
    const auto deletion =
        in.nodes.ask(through, "POST", "/api/_txn", {},
                     R"({"operations":[{"op":"delete","collection":")" + collection + R"(","id":)" +
                         boost::json::serialize(boost::json::value(text)) + "}]}");
    BOOST_TEST(deletion.status == 200, deletion.body);
  }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(contract_keys, keys_cluster)

BOOST_AUTO_TEST_CASE(a_key_means_the_same_in_each_way_of_creating) {
  for (const std::string end : ends)
    for (const auto& row : key_rows) {
      const auto collection = row.type + end;
      if (count(1, collection) == R"({"count":0})")
        must_create(1, collection, "{\"id\":" + row.there + '}');
      for (const std::uint64_t through : {1, 2, 3}) {
        if (end == "l" && through != 1) continue;
        for (const auto& x : ways)
          BOOST_TEST_CONTEXT(row.type << " " << row.sent << " in " << collection << " by " << x.name
                                      << " through " << through)
        check(*this, through, row, collection, x);
      }
    }
}

BOOST_AUTO_TEST_CASE(
    the_key_in_a_path_and_the_one_in_the_item_are_the_same_or_the_request_is_refused) {
  for (const std::string end : ends) {
    const auto collection = "integer" + end;
    must_create(1, collection, R"({"id":1})");
    const auto path = "/api/" + collection + "/1";
    for (const auto* method : {"PUT", "PATCH"}) {
      BOOST_TEST(nodes.ask(1, method, path, {}, R"({"id":1})").status == 200);
      BOOST_TEST(nodes.ask(1, method, path, {}, "{}").status == 200);
      must_refuse(nodes.ask(1, method, path, {}, R"({"id":2})"), "422 immutable", "id");
      must_refuse(nodes.ask(1, method, path, {}, R"({"id":"1"})"), "422 type", "id");
    }
    must_refuse(
        nodes.ask(1, "PUT", "/api/" + collection + "/3", "If-None-Match: *\r\n", R"({"id":2})"),
        "422 immutable", "id");
    for (const auto* op : {"create", "replace", "patch"}) {
      const auto key = std::string(op) == "create" ? "3" : "1";
      const auto body = std::string(R"({"operations":[{"op":")") + op + R"(","collection":")" +
                        collection + R"(","id":)" + key + R"(,"item":{"id":2}}]})";
      must_refuse(nodes.ask(1, "POST", "/api/_txn", {}, body), "422 immutable", "operations[0].id");
    }
    BOOST_TEST(count(1, collection) == R"({"count":1})");
  }
}

BOOST_AUTO_TEST_CASE(
    a_deletion_does_with_those_who_refer_what_they_declare_in_each_way_of_deleting) {
  int id = 0;
  for (const std::string end : ends)
    for (std::size_t n = 0; n < std::size(reference_rows); ++n)
      for (const bool in_transaction : {false, true})
        for (const std::uint64_t through : {1, 2, 3}) {
          if (end == "l" && through != 1) continue;
          const auto& row = reference_rows[n];
          const auto key = std::to_string(++id);
          const auto from = "refers" + std::to_string(n) + end;
          must_create(through, "target" + end, "{\"id\":" + key + '}');
          must_create(through, from, "{\"id\":" + key + ",\"x\":" + key + '}');
          const auto path = "/api/target" + end + '/' + key;
          const auto answer =
              !in_transaction ? nodes.ask(through, "DELETE", path)
                              : nodes.ask(through, "POST", "/api/_txn", {},
                                          R"({"operations":[{"op":"delete","collection":"target)" +
                                              end + R"(","id":)" + key + "}]}");
          BOOST_TEST_CONTEXT(row.rule << row.also << (in_transaction ? " in _txn" : "")
                                      << " through " << through) {
            const std::string result = row.result;
            const bool hidden = std::string(row.also).find("expose") != std::string::npos;
            if (is_refusal(result)) {
              const std::string name = hidden ? "" : "x";
              const std::string part = in_transaction ? "operations[0]" : "";
              must_refuse(answer, result, part + (part.empty() || hidden ? "" : ".") + name);
            } else {
              BOOST_TEST(answer.status == (in_transaction ? 200 : 204));
            }
            const auto item = nodes.ask(through, "GET", "/api/" + from + '/' + key);
            BOOST_TEST(item.status == row.item);
            BOOST_TEST((item.body.find("\"x\":" + key) != std::string::npos) == row.refers,
                       item.body);
            BOOST_TEST(nodes.ask(through, "GET", path).status == (is_refusal(result) ? 200 : 404));
          }
        }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace keys_test
