#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lithair::models {

/// One field of a request that is wrong.
/// its path in the body, such as "operations[2].item.price"; empty: the whole
struct field_error {
  std::string field;
  std::string code;     ///< a short word for programs: "required", "min", "unique", ...
  std::string message;  ///< one sentence for people

  bool operator==(const field_error&) const = default;
};

/// Why a request was refused, as in RFC 7807, now RFC 9457; `to_json` renders it.
struct problem {
  std::uint16_t status = 500;  ///< of HTTP, 400 or more
  std::string code;  ///< the contract's "error": "validation_failed", "conflict", "not_found", ...
  std::string detail;               ///< one sentence for people
  std::vector<field_error> errors;  ///< those of the fields; empty when it is about none

  bool operator==(const problem&) const = default;
};

/// The JSON of a problem: type, title, status, detail, error and errors, which is empty when no
/// field is to blame. `type` is always "about:blank", so the title is the status's phrase (RFC 9457
/// §4.2.1). "error" and "errors" are extension members (§3.2).
std::string to_json(const problem& why);

}  // namespace lithair::models
