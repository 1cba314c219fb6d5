#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/response.hpp"

namespace lithair::http {

/// So many requests in so many seconds, for each who asks.
struct rate {
  std::uint32_t requests = 0;  ///< at once at most; 0: any number
  std::uint32_t seconds = 1;   ///< in which as many come back, evenly
};

/// Holds each client to a rate: the generic cell rate algorithm (ITU-T I.371, a leaky bucket), so
/// that one client costs a number, and who has been quiet costs nothing.
///
/// Its memory is made at once and its work is the same for each request: clients lie in sets of a
/// few places, by a digest with a secret of this process, and a place whose client has paid off is
/// anybody's. Where all of a set are taken, who comes to it shares one with others that do.
///
/// Any thread.
class rate_limiter {
 public:
  static constexpr std::size_t sets = 16'384;
  static constexpr std::size_t places_of_set = 8;  ///< 131,072 clients in all, 2 MiB

  explicit rate_limiter(rate each);

  /// Whether one more request of this client is within its rate at `now_us`, a clock that does not
  /// go back; then it counts. Else in how many microseconds one will be.
  std::optional<std::uint64_t> why_wait(std::string_view client, std::uint64_t now_us);
  /// The answer to who asks too much: 429 with Retry-After, and RateLimit fields as of
  /// draft-ietf-httpapi-ratelimit-headers-08.
  response refusal(std::uint64_t wait_us) const;

 private:
  struct place {
    std::uint64_t client = 0;       // of its digest
    std::uint64_t paid_off_us = 0;  // when what was asked is
  };
  std::uint64_t& paid_off_of(std::string_view client, std::uint64_t now_us);

  const rate each_;
  const std::uint64_t interval_us_;  // of a request
  const std::uint64_t window_us_;    // in which all of them come back
  const std::string secret_;
  std::mutex mutex_;
  std::vector<std::array<place, places_of_set>> sets_;  // guarded by mutex_, as the next
  std::uint64_t shared_us_ = 0;                         // of those that have no place
};

}  // namespace lithair::http
