#pragma once

#include <string>
#include <string_view>

#include "persistence/state_store.hpp"

/// The bytes of a state environment; README.md has them as a grammar. Decoding throws
/// `storage_error` (damaged or bad_format) that names the key.
namespace lithair::persistence {

/// The key of the one record that is no pair: what the state is the state of.
inline constexpr std::string_view applied_key = "\x01";
/// The first byte of the key of each pair. The state's own key follows.
inline constexpr char pair_tag = '\x02';

std::string stored_key(std::string_view key);

/// The size of what is stored for a value, and that filled in at `to`.
std::size_t stored_size(std::string_view value);
void encode_value(char* to, std::string_view key, std::string_view value);

/// The state's own key and value of a stored pair, in place.
struct decoded_pair {
  std::string_view key;
  std::string_view value;
};
decoded_pair decode_pair(std::string_view stored_key, std::string_view stored_value);

/// Checks whatever record this is.
void check_state_record(std::string_view stored_key, std::string_view stored_value);

std::string encode_applied(const applied_point& point);
applied_point decode_applied(std::string_view stored_value);

/// A key for people: printable bytes as they are, others as \xx, cut after 80.
std::string printable(std::string_view key);

}  // namespace lithair::persistence
