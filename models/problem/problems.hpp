#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/problem/problem.hpp"

/// The refusals that this room gives, each in one place so that one cause always looks the same.
namespace lithair::models {

problem malformed(std::string detail);
problem bad_parameter(std::string_view parameter, std::string message);
problem not_found();
problem already_exists(const std::string& key_field);
problem not_unique(std::vector<field_error> errors);
problem precondition_failed(std::string detail);
/// An index that a client has from the time before the data were restored.
problem other_timeline(std::uint64_t index);
problem still_referenced(const std::string& collection_name, const std::string& field);
/// The problem of one part of a request, its errors told to be of that part.
problem of_part(problem x, const std::string& part);
problem invalid(std::vector<field_error> errors);

}  // namespace lithair::models
