#pragma once

#include <string>
#include <string_view>

#include "persistence/state_store.hpp"

/// The bytes of a state environment; README.md has them as a grammar. Decoding throws
/// `storage_error` (damaged or bad_format) that names the key.
namespace lithair::persistence {

/// The key of the one record that is no pair: what the state is the state of.
/// It comes before all keys of pairs.
inline constexpr std::string_view applied_key{"\0", 1};
/// The least key that a pair can have.
inline constexpr std::string_view first_pair_key{"\0\0", 2};

/// Bytes that are stored for a value: its checksum, then itself.
std::size_t stored_size(std::string_view value);
/// Fills in `stored_size(value)` bytes at `to`.
void encode_value(char* to, std::string_view key, std::string_view value);

/// The value of a stored pair, in place, once its checksum was found to match.
std::string_view decode_value(std::string_view key, std::string_view stored);

/// Checks whatever record this is.
void check_state_record(std::string_view key, std::string_view stored);

/// What is stored of the last commit.
struct applied_record {
  /// Of the last commit that is complete, with digest and count of the pairs that are stored.
  applied_point point;
  /// That are complete; tells whether pending changes are still to be made
  std::uint64_t commits = 0;
};
/// The record under `applied_key`.
std::string encode_applied(const applied_record& record);
/// Throws where its checksum does not match, or it is of another version.
applied_record decode_applied(std::string_view stored);

/// A key for people: printable bytes as they are, others as \xx, cut after 80.
std::string printable(std::string_view key);

}  // namespace lithair::persistence
