#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/query/access_path.hpp"
#include "models/query/range_cursor.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// Goes through the items that pass some filters, and may pause between two of them and within one.
/// The item that it pauses in is copied, so the store may move pairs meanwhile. Collection, filters
/// and access path must outlive it.
class match_walk {
 public:
  /// Through the pairs in `ranges`, which are those of `from` or a part of them.
  match_walk(const collection& c, const std::vector<filter>& filters, const access_path& from,
             std::vector<key_range> ranges,
             state_view::direction order = state_view::direction::ascending);

  /// What becomes of the walk behind a match.
  enum class visited : std::uint8_t {
    done,   ///< it goes on
    ended,  ///< it ends
    again,  ///< it pauses, and the match is to be visited again
  };
  /// Takes a match, with its key in stored form. The views are valid during the call.
  using visitor = std::function<visited(std::string_view key, const stored_fields& fields)>;

  /// Goes on behind the item visited last. True when nothing is left or the visitor stopped; false
  /// when it paused. The view must show the same pairs at every call.
  [[nodiscard]] bool go_on(const state_view& state, const pause& now, const visitor& visit);

  /// Items that were looked at.
  std::uint64_t examined() const { return examined_; }

 private:
  visited examine(std::string_view key, const pause& now, const visitor& visit);
  visited examine_held(const pause& now, const visitor& visit);
  void hold(std::string_view key, std::string_view bytes);

  const collection& c_;
  const access_path& from_;
  range_cursor pairs_;
  const state_view* state_ = nullptr;  // during a call
  matcher match_;
  stored_record record_;  // its fields lie in the item that is looked at
  bool passes_ = false;   // it, for sure
  // The item that it paused in.
  bool holds_ = false;
  std::string key_;
  std::string bytes_;
  std::uint64_t examined_ = 0;
};

}  // namespace lithair::models
