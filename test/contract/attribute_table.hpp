#pragma once

#include <ostream>
#include <span>
#include <string>

/// What the contract says of each type and each attribute, as a table: one field `x`, what it
/// holds, what is sent for it, and what comes of that in each way of writing.
namespace lithair::test {

/// A result is the JSON that the field has from then on (`gone`: it has none), or a refusal: "422
/// min", the status and the code of the one error, whose field is `x`, or of a list its element "at
/// [1]". A refusal leaves nothing in the log, but for those "in the log", which only its order can
/// decide.
struct attribute_row {
  std::string declared;  ///< of `x`, as in a model file
  std::string first;     ///< JSON in the item that is there before; `gone`: the item has no `x`
  std::string sent;      ///< JSON; `gone`: the request has no `x`
  std::string create;    ///< POST, PUT with `If-None-Match: *`, _bulk, create in _txn
  std::string replace;   ///< PUT, replace in _txn
  std::string patch;     ///< PATCH, patch in _txn
};

inline const std::string gone;

bool is_refusal(const std::string& result);

std::ostream& operator<<(std::ostream& out, const attribute_row& x);

/// `@` in a declaration stands for the end of the name of a collection "targets@", which has the
/// items "here" and "there". What is sent for a unique field is taken already where the item
/// "taken" can have it.
std::span<const attribute_row> attribute_rows();

}  // namespace lithair::test
