#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/meters.hpp"
#include "http/handshake_outcome.hpp"
#include "http/holdings.hpp"
#include "http/router.hpp"

namespace lithair::actors {
struct node_status;
}

namespace lithair::http {

using actors::tally;

/// The statuses this server gives, each with a place; what is not among them counts as 500.
inline constexpr std::array<int, 28> counted_statuses{
    200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 410, 412, 413,
    414, 415, 417, 422, 429, 431, 500, 501, 502, 503, 504, 505, 507, 202};

/// Upper bounds of the buckets of answer times, in microseconds; a last bucket has no bound.
inline constexpr std::array<std::uint64_t, 13> latency_bounds_us{
    100,    250,    500,     1000,    2500,      5000,     10'000,
    25'000, 50'000, 100'000, 500'000, 1'000'000, 5'000'000};

/// What one loop's sessions did. Raised on the loop's thread, read on any. Counters only rise, so a
/// reader that sees them a little late sees no nonsense.
struct lane_metrics {
  /// By endpoint: neither paths nor keys become labels, so their number is fixed.
  struct route {
    std::array<tally, counted_statuses.size()> by_status;
    std::array<tally, latency_bounds_us.size() + 1> by_latency;
    tally latency_sum_us;
  };

  std::array<route, endpoint_count> routes;
  tally bytes_in;       ///< received, heads and bodies
  tally bytes_out;      ///< sent, heads and bodies
  tally connections;    ///< accepted since the start
  tally streams_begun;  ///< streams of changes; those open are the difference
  tally streams_ended;
  std::array<tally, handshake_outcome_count> handshakes;  ///< of HTTPS, by their outcome
  tally secure_ended;  ///< connections whose handshake was done and that have ended
  tally malformed;     ///< connections that ended with a malformed or late request
  tally turned_away;   ///< connections that were refused, or took none but the reserve's places
  tally reclaimed;     ///< connections that were closed to make room
  tally late_readers;  ///< connections that were closed for taking their answers too slowly
  tally full_bodies;   ///< requests refused because those of all connections hold too much
  tally full_unsent;   ///< requests refused because answers of all connections hold too much

  /// Once for each answered request. `took_us`: microseconds from its last byte to its answer.
  void answered(endpoint what, int status, std::uint64_t took_us);
};

/// The text of /metrics, in the exposition format of Prometheus (0.0.4). `groups`: how this node
/// stands in each of its groups; at least one. `loops`: what its event loops counted. `held`: what
/// connections hold. `log_lines_dropped`: what nobody took of the program's log.
std::string metrics_text(const std::vector<actors::node_status>& groups,
                         const std::vector<const lane_metrics*>& lanes,
                         const std::vector<const actors::loop_meters*>& loops, const holdings& held,
                         std::uint64_t log_lines_dropped);

}  // namespace lithair::http
