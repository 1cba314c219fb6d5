#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lithair::models {

/// One field of a request that is wrong.
struct field_error {
  std::string field;
  std::string code;     ///< a short word for programs: "required", "min", "unique", ...
  std::string message;  ///< one sentence for people

  bool operator==(const field_error&) const = default;
};

/// Why a request was refused, as in RFC 7807; `problem_json` renders it.
struct problem {
  std::uint16_t status = 500;
  std::string code;  ///< the contract's "error": "validation_failed", "conflict", "not_found", ...
  std::string detail;  ///< one sentence for people
  std::vector<field_error> errors;

  bool operator==(const problem&) const = default;
};

/// The JSON of a problem: type, title, status, detail, error and, when there are any, errors.
std::string to_json(const problem& x);

}  // namespace lithair::models
