#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace lithair::apps {

/// A node that was certified with a token, and for which key: it may ask again.
struct token_use {
  std::uint64_t node = 0;
  std::string key;  ///< SHA-256 of the public key, in base64url

  bool operator==(const token_use&) const = default;
};

/// A join token as the cluster knows it. The token itself is nowhere but with who was told it.
struct booked_token {
  std::uint64_t number = 0;
  std::string digest;        ///< SHA-256 of its text, in base64url
  std::int64_t expires = 0;  ///< seconds since 1970, as the next
  std::int64_t made = 0;
  std::uint64_t made_by = 0;  ///< the node
  std::uint64_t uses = 0;     ///< for how many nodes it is
  std::vector<token_use> used;

  bool operator==(const booked_token&) const = default;
};

/// The join tokens of one cluster that count: the record "join_tokens", which members change one
/// after the other (actors/embedded/cluster_records.hpp). A value; what it decides depends on it
/// and what is handed in alone, so the time is that of who proposes.
///
///     book := {"next": N, "tokens": [{"number": N, "digest": D, "expires": S, "made": S, "by": ID,
///                                     "uses": N, "used": [{"node": ID, "key": D}, …]}, …]}
class token_book {
 public:
  /// More are refused, so that the record stays below a quarter of a megabyte.
  static constexpr std::size_t most_tokens = 32;
  static constexpr std::uint64_t most_uses = 100;
  static constexpr std::string_view record = "join_tokens";

  /// As it was kept; an empty text is a book with nothing in it.
  static tl::expected<token_book, std::string> parse(std::string_view text);
  std::string text() const;

  /// The number of the next token; numbers are never given twice.
  std::uint64_t next() const { return next_; }
  const std::vector<booked_token>& tokens() const { return tokens_; }

  /// Drops what has expired by then.
  void purge(std::int64_t now);
  /// Why not, without a full stop; empty: it is in. Its number is `next()` or behind.
  std::string add(booked_token made);
  /// Counts one use by this node for this key, unless it was counted before. Why not, without a
  /// full stop; empty: it may be certified.
  std::string use(std::uint64_t number, std::string_view digest, const token_use& who,
                  std::int64_t now);
  /// Whether there was one of this number.
  bool revoke(std::uint64_t number);
  void revoke_all() { tokens_.clear(); }

  bool operator==(const token_book&) const = default;

 private:
  std::uint64_t next_ = 1;
  std::vector<booked_token> tokens_;  // by rising numbers
};

}  // namespace lithair::apps
