#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/response.hpp"

namespace lithair::http {

/// So many requests in so many seconds, for each who asks.
struct rate {
  std::uint32_t requests = 0;  ///< at once at most; 0: any number
  std::uint32_t seconds = 1;   ///< in which as many come back, evenly
};

/// Holds each client to a rate: the generic cell rate algorithm (ITU-T I.371, a leaky bucket), so
/// that one client costs a number, and who has been quiet costs nothing. Memory is bounded: when
/// more clients than it can tell apart ask too much, those that came last share what one may.
///
/// Any thread.
class rate_limiter {
 public:
  static constexpr std::size_t most_clients = 100'000;

  explicit rate_limiter(rate each);

  /// Whether one more request of this client is within its rate at `now_us`, a clock that does not
  /// go back; then it counts. Else in how many microseconds one will be.
  std::optional<std::uint64_t> why_wait(std::string_view client, std::uint64_t now_us);
  /// The answer to who asks too much: 429 with Retry-After, and RateLimit fields as of
  /// draft-ietf-httpapi-ratelimit-headers-08.
  response refusal(std::uint64_t wait_us) const;

 private:
  std::uint64_t& place_of(std::string_view client, std::uint64_t now_us);

  const rate each_;
  const std::uint64_t interval_us_;  // of a request
  const std::uint64_t window_us_;    // in which all of them come back
  std::mutex mutex_;
  // When what was asked is paid off; guarded by mutex_, as the next.
  std::unordered_map<std::string, std::uint64_t> paid_off_us_;
  std::uint64_t shared_us_ = 0;  // of those that have no place
  std::uint64_t swept_us_ = 0;
};

}  // namespace lithair::http
