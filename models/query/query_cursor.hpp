#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "models/query/query.hpp"

namespace lithair::models {

/// Asked between two steps of a reading, each of some microseconds: whether it is to pause here.
using pause = std::function<bool()>;

/// A query whose answer takes the longer the more there is: it is worked on bit by bit, always over
/// the same state, so that others get their turn in between.
class query_cursor {
 public:
  virtual ~query_cursor() = default;

  /// Goes on until it is done, or `now` says so. Whether it is done; then to be called no more.
  [[nodiscard]] virtual bool go_on(const state_view& state, const pause& now) = 0;
  /// Of a reading that is done.
  virtual outcome answer() = 0;
};

/// Begins a query that may take long: a list, a count, rows of a projection. None for all others,
/// which `run` answers at once.
std::unique_ptr<query_cursor> open_cursor(const query& q);

/// Whether some reading may come across the pair with this key.
bool is_read(std::string_view key);

}  // namespace lithair::models
