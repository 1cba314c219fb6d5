#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::models {

/// The state of a group is one ordered map from bytes to bytes: records, indexes, history,
/// idempotency keys. Everything in it is laid out by models/state/keys.hpp; stores below only keep
/// bytes in order.
///
/// A view is exact as of one log index and is used on one thread.
class state_view {
 public:
  enum class direction { ascending, descending };  ///< of the keys' bytes, as memcmp has it
  /// Returns false to stop. The views are valid during the call only.
  using visitor = std::function<bool(std::string_view key, std::string_view value)>;

  virtual ~state_view() = default;

  /// A copy of the pair's value; none when the key is not there.
  [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) const = 0;

  /// Visits the pairs whose key lies in [lower, upper), in key order or its reverse. An empty range
  /// visits nothing. The visitor may call `get`, and `scan` within the scan; it must not change the
  /// state.
  virtual void scan(std::string_view lower, std::string_view upper, direction order,
                    const visitor& visit) const = 0;

  /// The number of pairs whose key lies in [lower, upper), of which about so many are counted:
  /// then `last` is the key up to which it was done, and empty when that is all. Stores may do it
  /// without reading values; this way scans.
  virtual std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                              std::string& last) const;
};

/// One pair that a command writes; no value: the key is removed.
struct change {
  std::string key;
  std::optional<std::string> value;

  bool operator==(const change&) const = default;
};

/// What one command does to the state; applied as a whole or not at all. Later changes of the same
/// key win.
using change_set = std::vector<change>;

}  // namespace lithair::models
