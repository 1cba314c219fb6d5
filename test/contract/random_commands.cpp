#include "test/contract/random_commands.hpp"

#include <vector>

namespace lithair::test {

namespace {

const std::vector<std::string> owners{R"("o1")", R"("o2")",     R"("o3")",
                                      R"("o4")", R"("nobody")", "null"};

/// What is said of each field; some of it breaks a rule, or refers to nothing.
const std::map<std::string, std::map<std::string, std::vector<std::string>>> said{
    {"accounts",
     {{"owner", owners},
      {"backup", owners},
      {"email", {R"("e1")", R"("e2")", R"("e3")", R"("e4")", "null"}},
      {"count", {"-3", "1", "4", "12", "21", "null"}},
      {"tags", {R"(["a"])", R"(["b","c"])", R"(["d"])", "[]", R"(["a","b","c","d"])", "null"}},
      {"born", {"1", "2", "null"}},
      {"secret", {R"("s1")", R"("s2")", R"("s3")", R"("s4")", "null"}},
      {"memo", {R"("m1")", R"("m2")", "null"}}}},
    {"owners",
     {{"name", {R"("n1")", R"("n2")", R"("n3")", R"("n4")", "null"}},
      {"boss", owners},
      {"level", {"1", "2", "5", "6", "null"}},
      {"must", {"true", "false"}}}},
};

item any_body(chance& by, const operation& of) {
  item made;
  for (const auto& [name, values] : said.at(of.collection))
    if (name != "must" && by.percent(35)) made[name] = by.one_of(values);
  if (of.collection == "owners" && by.percent(of.op == "patch" ? 30 : 95))
    made["must"] = by.percent(5) ? "null" : by.one_of(said.at("owners").at("must"));
  return made;
}

operation any_operation(chance& by, bool in_transaction) {
  constexpr const char* ops[] = {"create", "create",  "create",  "patch", "patch",
                                 "patch",  "replace", "replace", "delete"};
  operation made;
  made.op = by.one_of(ops);
  made.collection = by.percent(50) ? "owners" : "accounts";
  made.key = made.collection.front() + std::to_string(1 + by.below(4));
  made.only_new = made.op == "replace" && !in_transaction && by.percent(30);
  if (made.op != "delete") made.body = any_body(by, made);
  return made;
}

std::string members_of(const item& x) {
  std::string made;
  for (const auto& [name, value] : x) made += (made.empty() ? "\"" : ",\"") + name + "\":" + value;
  return made;
}

std::string new_item(const operation& x) {
  const auto members = members_of(x.body);
  return R"({"id":")" + x.key + '"' + (members.empty() ? "" : ",") + members + '}';
}

std::string operation_json(const operation& x) {
  return R"({"op":")" + x.op + R"(","collection":")" + x.collection + R"(","id":")" + x.key + '"' +
         (x.if_version ? ",\"if_version\":" + std::to_string(*x.if_version) : "") +
         (x.op == "delete" ? "" : ",\"item\":{" + members_of(x.body) + '}') + '}';
}

http_request single_request(const operation& x) {
  const auto path = "/api/" + x.collection;
  if (x.op == "create") return {"POST", path, {}, new_item(x)};
  std::string headers = x.only_new ? "If-None-Match: *\r\n" : "";
  if (x.if_version) headers += "If-Match: \"" + std::to_string(*x.if_version) + "\"\r\n";
  const auto* method = x.op == "replace" ? "PUT" : x.op == "patch" ? "PATCH" : "DELETE";
  return {method, path + '/' + x.key, headers,
          x.op == "delete" ? "" : '{' + members_of(x.body) + '}'};
}

template <class Text>
std::string joined(const std::vector<operation>& all, Text text_of) {
  std::string made;
  for (const auto& each : all) made += (made.empty() ? "" : ",") + text_of(each);
  return made;
}

}  // namespace

command any_command(
    chance& by, const std::function<std::optional<std::uint64_t>(const operation&)>& version_of) {
  command made;
  const auto kind = by.below(10);
  made.what = kind < 7 ? shape::single : kind < 8 ? shape::bulk : shape::transaction;
  const std::size_t count = made.what == shape::single ? 1 : 1 + by.below(4);
  for (std::size_t n = 0; n < count; ++n) {
    auto each = any_operation(by, made.what == shape::transaction);
    if (made.what == shape::bulk) {
      each.op = "create";
      each.only_new = false;
      if (n > 0) each.collection = made.operations.front().collection;
      each.key = each.collection.front() + std::to_string(1 + by.below(4));
      each.body = any_body(by, each);
    } else if (each.op != "create" && !each.only_new && by.percent(25)) {
      const auto version = version_of(each);
      each.if_version = by.percent(60) && version ? *version : 1 + by.below(100);
    }
    made.operations.push_back(std::move(each));
  }
  return made;
}

http_request request_of(const command& x) {
  const auto& first = x.operations.front();
  switch (x.what) {
    case shape::single:
      return single_request(first);
    case shape::bulk:
      return {"POST",
              "/api/" + first.collection + "/_bulk",
              {},
              '[' + joined(x.operations, new_item) + ']'};
    case shape::transaction:
      break;
  }
  return {
      "POST", "/api/_txn", {}, "{\"operations\":[" + joined(x.operations, operation_json) + "]}"};
}

}  // namespace lithair::test
