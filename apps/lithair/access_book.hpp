#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "http/access.hpp"

namespace lithair::apps {

/// An access token as the cluster knows it, or a file of one node. The token itself is nowhere but
/// with who was told it.
struct booked_access {
  std::uint64_t number = 0;  ///< 0: it is of a file
  std::string name;          ///< who has it
  std::string digest;        ///< SHA-256 of its text, in base64url
  http::access_role role = http::access_role::read;
  std::vector<std::string> collections;  ///< empty: all
  std::int64_t made = 0;                 ///< seconds since 1970, as the next
  std::int64_t expires = 0;              ///< 0: never
  std::string own_role = {};             ///< the model's, of http::access_role::own

  bool counts_at(std::int64_t now) const { return expires == 0 || expires > now; }
  bool operator==(const booked_access&) const = default;
};

/// When the next of them ends; 0: none does.
std::int64_t next_end(std::span<const booked_access> all, std::int64_t now);

/// The access tokens of one cluster: the record "access_tokens", which members change one after the
/// other (actors/embedded/cluster_records.hpp). A value; the time is that of who proposes.
///
/// Once there is one, there is always one of the role admin that never ends: else nobody could make
/// another.
///
///     book := {"next": N, "tokens": [{"number": N, "name": T, "digest": D, "role": R,
///                                     "collections": [T, …], "made": S, "expires": S}, …]}
class access_book {
 public:
  static constexpr std::string_view record = "access_tokens";
  static constexpr std::size_t most_tokens = 1000;
  /// More is refused, so that the record stays below what an item may have.
  static constexpr std::size_t most_bytes = 512 << 10;

  /// As it was kept; an empty text is a book with nothing in it.
  static tl::expected<access_book, std::string> parse(std::string_view text);
  std::string text() const;

  /// The number of the next token; numbers are never given twice.
  std::uint64_t next() const { return next_; }
  const std::vector<booked_access>& tokens() const { return tokens_; }

  /// Drops what has ended by then.
  void purge(std::int64_t now);
  /// Why not, without a full stop; empty: it is in. Its number is `next()`.
  std::string add(booked_access made);
  /// Likewise; `gone` is what it was. An empty `gone` with no reason: there is none of this number.
  std::string revoke(std::uint64_t number, std::vector<booked_access>& gone);

  bool operator==(const access_book&) const = default;

 private:
  std::uint64_t next_ = 1;
  std::vector<booked_access> tokens_;  // by rising numbers
};

}  // namespace lithair::apps
