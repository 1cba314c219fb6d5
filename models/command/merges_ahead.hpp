#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "models/command/command.hpp"
#include "models/encoding/json_merge.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// The merge patches of one operation that take long, done bit by bit before it is decided. The
/// decision finds them here, if what they were made of is what it merges, and else merges itself:
/// so it is the same with them and without.
class merges_ahead {
 public:
  /// Forgets those of the operation before. `state` is as of just before the operation, whose bytes
  /// must live until it is decided.
  void begin(const collection& c, const operation_part& part, const state_view& state);
  /// Whether all are done.
  bool go_on(const std::function<bool()>& is_late);
  /// The field after the patch, as `merge_stored` makes it; null: it is not here.
  const std::string* find(const field& f, std::string_view now, std::string_view patch) const;

 private:
  struct one {
    std::uint32_t field_id = 0;
    std::string now;         // as stored
    std::string_view patch;  // likewise
    std::optional<json_merger> work;
    std::string made;  // likewise
  };

  std::deque<one> all_;  // never moved, for `work` looks into them
};

}  // namespace lithair::models
