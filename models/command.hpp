#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/record.hpp"
#include "models/service.hpp"

/// A command as it stands in the log:
///
///     command    := format:byte(1) [shape, time, [operation, ...], token]
///     operation  := [op, collection id, key, conditions, {field id: value or nil, ...}]
///     conditions := nil | [any, none, [version, ...]]
///     token      := nil | [scope, key, digest]
///
/// in msgpack behind the first byte. `fields` of create and replace are the item with its defaults
/// (replace leaves out what is immutable and was not given); of patch what changes, nil removes; of
/// remove nothing.
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

struct command {
  command_shape shape = command_shape::single;
  std::int64_t time_us = 0;
  std::vector<operation_part> operations;
  std::optional<request_token> token;
};

/// More operations than any command has.
inline constexpr std::size_t max_operations = 10'000;

std::string write_command(const command& x);
/// The result's views lie in `bytes`. None for bytes of another format or that are no command.
std::optional<command> read_command(std::string_view bytes);

}  // namespace lithair::models
