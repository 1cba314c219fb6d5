#include "models/problem/problems.hpp"

#include <utility>

#include "models/encoding/utf8.hpp"

namespace lithair::models {

problem malformed(std::string detail) { return {400, "malformed", std::move(detail), {}}; }

problem bad_parameter(std::string_view parameter, std::string message) {
  std::string name = excerpt(parameter);
  std::string detail = "The parameter \"" + name + "\" can't be used: " + message;
  return {400,
          "bad_parameter",
          std::move(detail),
          {{std::move(name), "parameter", std::move(message)}}};
}

problem forbidden(std::string detail) { return {403, "forbidden", std::move(detail), {}}; }

problem quota_exceeded(const std::string& collection_name, std::uint64_t most) {
  return {403,
          "quota_exceeded",
          "The rules of " + collection_name + " let you have " + std::to_string(most) +
              " items, and there are as many.",
          {}};
}

problem not_found() { return {404, "not_found", "There is no such item.", {}}; }

problem already_exists(const std::string& key_field) {
  return {409,
          "conflict",
          "An item with this key exists.",
          {{key_field, "exists", "An item with this key exists."}}};
}

problem not_unique(std::vector<field_error> errors) {
  return {409, "conflict", "Another item has a value that must be unique.", std::move(errors)};
}

problem precondition_failed(std::string detail) {
  return {412, "precondition_failed", std::move(detail), {}};
}

problem other_timeline(std::uint64_t index) {
  return {412,
          "other_timeline",
          "Index " + std::to_string(index) +
              " is not of this log: it was given before the data were restored from a backup.",
          {}};
}

problem still_referenced(const std::string& collection_name, const std::string& field) {
  return {409,
          "conflict",
          "Items of " + collection_name + " refer to the item.",
          {{field, "referenced", "Items of " + collection_name + " refer to the item."}}};
}

problem key_too_long() {
  return {422, "validation_failed", "A key, unique or indexed value is too long.", {}};
}

problem item_too_large(const std::string& key, const std::string& collection_name,
                       std::uint64_t bytes, std::uint64_t most) {
  std::string detail = "The item \"" + key + "\" of " + collection_name + " would take " +
                       std::to_string(bytes) + " bytes, and an item takes at most " +
                       std::to_string(most) + ".";
  return {413, "item_too_large", std::move(detail), {}};
}

problem command_too_large(std::uint64_t most) {
  return {413,
          "request_too_large",
          "What the request changes and answers would take more than " + std::to_string(most) +
              " bytes; send it in several parts.",
          {}};
}

problem of_part(problem found, const std::string& part) {
  // A problem that names no field is told to be of the part itself.
  if (found.errors.empty()) {
    found.errors.push_back({part, found.code, found.detail});
    return found;
  }
  for (auto& error : found.errors) {
    // Paths go from the outside in: "[3]" and "price" make "[3].price".
    error.field = error.field.empty() ? part : part + '.' + error.field;
  }
  return found;
}

problem invalid(std::vector<field_error> errors) {
  return {422, "validation_failed", "The item does not fit its model.", std::move(errors)};
}

}  // namespace lithair::models
