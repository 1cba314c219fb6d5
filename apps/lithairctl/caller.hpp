#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/lithairctl/failure.hpp"
#include "apps/lithairctl/http_client.hpp"

namespace lithair::ctl {

/// Whom a caller asks, and for how long.
struct calling {
  std::vector<endpoint> endpoints;  ///< at least one
  credentials as;
  milliseconds timeout{10'000};  ///< for one call, all attempts together
  /// Goes on asking until the timeout also where nobody can be reached: for long work, which a
  /// restart must not end.
  bool patient = false;
};

/// Asks a cluster: the endpoint that answered last, and the next one when that can't be reached or
/// says 503. What may be repeated (`request::repeatable`) goes on at the next one also when the
/// outcome is unknown: 504, or the connection broke. One thread.
class caller {
 public:
  explicit caller(calling how, std::size_t first = 0);

  /// The answer of 2xx, 3xx or any refusal that another node would give, too. Throws `failure`
  /// (unavailable, unknown) when there is none.
  reply call(const request& what);
  /// The same, and throws `failure` for refusals.
  reply expect(const request& what);
  /// Asks each endpoint for itself, in their order, once.
  reply ask_one(const endpoint& which, const request& what);

  const calling& how() const { return how_; }
  /// That which answered last.
  const endpoint& current() const { return how_.endpoints[at_]; }
  void move_on() { at_ = (at_ + 1) % how_.endpoints.size(); }

 private:
  struct attempts;

  /// Nothing: try the next.
  bool settles(const reply& got, const request& what, attempts& so_far);
  [[noreturn]] void give_up(const request& what, const attempts& so_far) const;

  calling how_;
  http_client client_;
  std::size_t at_;
};

/// What a refusal says: its problem as a failure.
failure failure_of(const reply& refusal, const std::string& where);
exit_status status_of(long http_status);

}  // namespace lithair::ctl
