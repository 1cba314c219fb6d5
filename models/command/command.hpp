#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/command/request.hpp"
#include "models/state/record.hpp"

/// A command as it stands in the log:
///
///     command    := format:byte(1) [shape, time, [operation, ...], token (, judged)]
///     operation  := [op, collection id, key, conditions, {field id: value or nil, ...}]
///     conditions := nil | [any, none, [version, ...]]
///     token      := nil | [scope, key, digest]
///     judged     := [[collection id, field id], ...], if any
///
/// in msgpack behind the first byte. `fields` of create and replace are the item with its defaults
/// (replace leaves out what is immutable and was not given); of patch what changes, nil removes; of
/// remove nothing. `judged` are those fields that are judged while the command is applied: a node
/// whose models lack one would judge otherwise than the others, and must not try.
namespace lithair::models {

/// What the request was, which decides how it is answered. A single command has one operation.
enum class command_shape : std::uint8_t { single = 1, bulk = 2, transaction = 3 };

struct operation_part {
  operation op = operation::create;
  std::uint32_t collection_id = 0;
  std::string_view key;
  preconditions conditions;
  stored_fields fields;  ///< lie in the command's bytes
};

/// What an `Idempotency-Key` becomes: requests are the same when all three are.
struct request_token {
  std::string_view scope;   ///< collection and method
  std::string_view key;     ///< the digest of the client's key
  std::string_view digest;  ///< of the request itself
};

struct field_name {
  std::uint32_t collection_id = 0;
  std::uint32_t field_id = 0;

  bool operator==(const field_name&) const = default;
};

struct command {
  command_shape shape = command_shape::single;
  std::int64_t time_us = 0;
  std::vector<operation_part> operations;
  std::optional<request_token> token;
  std::vector<field_name> judged;  ///< each once
};

/// More operations than any command has.
inline constexpr std::size_t max_operations = 10'000;

/// Whether a command that names the field is decided, in apply, by what the field is declared as.
bool is_judged(const field& x);
/// Adds an operation, and what of its fields is judged. Its views must outlive the command.
void add_operation(command& to, const collection& c, operation_part x);
/// Whether these models have all that the command is about, so that it can be applied.
bool is_known(const schema& s, const command& x);

std::string write_command(const command& x);
/// The result's views lie in `bytes`. None for bytes of another format or that are no command.
std::optional<command> read_command(std::string_view bytes);

}  // namespace lithair::models
