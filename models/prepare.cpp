#include "models/command.hpp"
#include "models/item_reader.hpp"
#include "models/json_document.hpp"
#include "models/keys.hpp"
#include "models/problems.hpp"
#include "models/service.hpp"

namespace lithair::models {

namespace {

bool wants_present(const preconditions& x) {
  return x.if_match_any || !x.if_match.empty();
}

/// The stored form of the key in the path, or why no item can be there.
result<std::string> path_key(const write_request& request) {
  if (auto key = parse_key(*request.target, request.key)) {
    return std::move(*key);
  }
  if (wants_present(request.conditions)) {
    return tl::make_unexpected(precondition_failed("There is no such item."));
  }
  if (request.op == operation::replace && request.conditions.if_none_match_any) {
    return tl::make_unexpected(invalid(
        {{request.target->key().name, "type", "The path holds no key of the collection."}}));
  }
  return tl::make_unexpected(not_found());
}

std::string encode(const write_request& request, std::string_view key, const stored_fields& fields,
                   const stamp& at) {
  command made;
  made.time_us = at.time_us;
  made.operations.push_back({request.op, request.target->id, key, request.conditions, fields});
  return write_command(made);
}

}  // namespace

result<std::string> prepare(const schema&, const write_request& request, const stamp& at) {
  std::string key;
  if (request.op == operation::create) {
    if (wants_present(request.conditions)) {
      return tl::make_unexpected(precondition_failed("A new item has no version to match."));
    }
  } else if (auto from_path = path_key(request)) {
    key = std::move(*from_path);
  } else {
    return tl::make_unexpected(std::move(from_path.error()));
  }
  if (request.op == operation::remove) {
    return encode(request, key, {}, at);
  }
  const auto document = json_document::parse(request.body);
  if (!document) {
    return tl::make_unexpected(malformed(document.error()));
  }
  item_reader item(*request.target, request.op, at);
  item.read(*document, json_document::root, std::move(key));
  if (!item.good()) {
    return tl::make_unexpected(invalid(item.take_errors()));
  }
  return encode(request, item.key(), item.fields(), at);
}

}  // namespace lithair::models
