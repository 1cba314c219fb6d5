#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/problem/problem.hpp"

/// The refusals that this room gives, each in one place so that one cause always looks the same.
namespace lithair::models {

/// 400: no JSON, or a header that can't be read.
problem malformed(std::string detail);
/// 400: a query parameter. The client's word is cut to a length that can be given back.
problem bad_parameter(std::string_view parameter, std::string message);
/// 403: the model's rules do not let who asks do that.
problem forbidden(std::string detail);
/// 403: there are as many items as the model's rules let there be.
problem quota_exceeded(const std::string& collection_name, std::uint64_t most);
/// 404: no such item.
problem not_found();
/// 409: a create of an item that is there.
problem already_exists(const std::string& key_field);
/// 409: a value of another item in a unique field.
problem not_unique(std::vector<field_error> errors);
/// 412: If-Match or If-None-Match does not hold (RFC 9110 §15.5.13).
problem precondition_failed(std::string detail);
/// An index that a client has from the time before the data were restored.
problem other_timeline(std::uint64_t index);
/// 409: the item can't be deleted. `field` is empty when it is hidden.
problem still_referenced(const std::string& collection_name, const std::string& field);
/// 422: a key, or a value that goes into one, is longer than stores take.
problem key_too_long();
/// 413: what the write makes of the item. `key` is its text, cut to what can be given back.
problem item_too_large(const std::string& key, const std::string& collection_name,
                       std::uint64_t bytes, std::uint64_t most);
/// 413: what a command would change and answer, with all that follows from it.
problem command_too_large(std::uint64_t most);
/// The problem of one part of a request, its errors told to be of that part.
problem of_part(problem why, const std::string& part);
/// 422: the item does not keep its model's rules.
problem invalid(std::vector<field_error> errors);

}  // namespace lithair::models
