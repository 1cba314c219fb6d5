#include "test/contract/ways_of_writing.hpp"

namespace lithair::test {

namespace {

// Of the item that is written along with another one.
std::uint64_t companion_id(const write_target& x) { return x.id + 50; }

std::string path_of(const write_target& x) {
  return "/api/" + x.collection + '/' + std::to_string(x.id);
}

std::string nothing_else(const write_target&) { return {}; }

std::string companion_in_collection(const write_target& x) {
  return "/api/" + x.collection + '/' + std::to_string(companion_id(x));
}

std::string companion_in_witness(const write_target& x) {
  return "/api/" + x.witness + '/' + std::to_string(companion_id(x));
}

http_request post(const write_target& x) {
  return {"POST", "/api/" + x.collection, {}, item_json(x.id, x.members)};
}

http_request put_new(const write_target& x) {
  return {"PUT", path_of(x), "If-None-Match: *\r\n", '{' + x.members + '}'};
}

http_request bulk(const write_target& x) {
  return {"POST",
          "/api/" + x.collection + "/_bulk",
          {},
          '[' + item_json(companion_id(x), x.companion) + ',' + item_json(x.id, x.members) + ']'};
}

http_request put(const write_target& x) { return {"PUT", path_of(x), {}, '{' + x.members + '}'}; }

http_request patch(const write_target& x) {
  return {"PATCH", path_of(x), {}, '{' + x.members + '}'};
}

// A transaction that creates the witness first.
http_request transaction(const write_target& x, const std::string& op) {
  return {"POST",
          "/api/_txn",
          {},
          R"({"operations":[{"op":"create","collection":")" + x.witness + R"(","item":)" +
              item_json(companion_id(x), {}) + R"(},{"op":")" + op + R"(","collection":")" +
              x.collection + R"(","id":)" + std::to_string(x.id) + R"(,"item":{)" + x.members +
              "}}]}"};
}

http_request create_in_transaction(const write_target& x) { return transaction(x, "create"); }

http_request replace_in_transaction(const write_target& x) { return transaction(x, "replace"); }

http_request patch_in_transaction(const write_target& x) { return transaction(x, "patch"); }

constexpr auto second = "/results/1/item";
constexpr auto operation = "operations[1].";

constexpr way_of_writing all[] = {
    {"POST", column::create, 201, "", "", post, nothing_else},
    {"PUT with If-None-Match", column::create, 201, "", "", put_new, nothing_else},
    {"_bulk", column::create, 201, "[1].", "/1", bulk, companion_in_collection},
    {"create in _txn", column::create, 200, operation, second, create_in_transaction,
     companion_in_witness},
    {"PUT", column::replace, 200, "", "", put, nothing_else},
    {"replace in _txn", column::replace, 200, operation, second, replace_in_transaction,
     companion_in_witness},
    {"PATCH", column::patch, 200, "", "", patch, nothing_else},
    {"patch in _txn", column::patch, 200, operation, second, patch_in_transaction,
     companion_in_witness},
};

}  // namespace

std::span<const way_of_writing> ways_of_writing() { return all; }

std::string item_json(std::uint64_t id, const std::string& members) {
  return R"({"id":)" + std::to_string(id) + (members.empty() ? "" : ",") + members + '}';
}

}  // namespace lithair::test
