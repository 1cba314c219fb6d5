#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/schema/filter.hpp"
#include "models/schema/schema.hpp"
#include "models/state/pause.hpp"
#include "models/state/record.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Of other items that an access rule asks for so many are looked at where an index names them;
/// what lies behind them is not found. It decides, so it is the same on every node.
inline constexpr std::size_t most_related = 1000;

/// Whether the stored item passes all filters. Absent fields, those that have no default, pass
/// `not_equal` and `absent` only. A list passes for one of its elements. Deterministic, since
/// projections are kept with it. Takes as long as the item is long, for each of the filters.
///
/// `state` is where other items are that an access rule asks for; none: none of them is there.
bool matches(const collection& c, std::span<const filter> filters, const stored_fields& fields,
             const state_view* state = nullptr);

/// An item and what a write makes of it. Neither is owned; none: it is not there.
struct item_sides {
  const stored_fields* now = nullptr;
  const stored_fields* then = nullptr;
};
/// Whether a write may do that, as far as a rule that was bound says so; see
/// models/schema/access.hpp. Of what is not there all fields are absent.
bool holds(const collection& c, std::span<const filter> what, const item_sides& of,
           const state_view* state);

/// The same bit by bit: one item may be long, and its lists may have many elements. Of one item at
/// a time. Collection and filters must outlive it.
class matcher {
 public:
  matcher(const collection& c, std::span<const filter> filters) : c_(c), filters_(filters) {}

  /// For another item. What was not finished is forgotten.
  void begin();
  /// Whether the item passes; none when it is not known yet and `now` said to pause. Then it is to
  /// be called again, with the same fields, wherever their bytes lie by then. `state` is as for
  /// `matches`; by then another view may show it.
  std::optional<bool> go_on(const stored_fields& fields, const pause& now,
                            const state_view* state = nullptr);

  /// What all items took so far: for each filter at most two for each byte of its field, and 32 for
  /// each element of a list. Some nanoseconds each.
  std::uint64_t steps() const { return steps_; }

 private:
  std::optional<bool> judge(const filter& condition, const stored_fields& fields, const pause& now);
  std::optional<bool> judge_text(const filter& condition, std::string_view stored,
                                 const pause& now);
  std::optional<bool> judge_list(const field& element, const filter& condition,
                                 std::string_view stored, const pause& now);
  void spend(std::uint64_t steps);
  bool is_to_pause(const pause& now);  ///< asks when it is time to ask

  /// Where the search or the list stands.
  struct progress {
    text_search::progress text;
    std::size_t read = 0;  ///< bytes of the list; 0: not begun
    std::size_t left = 0;  ///< elements
  };

  const collection& c_;
  const std::span<const filter> filters_;
  const state_view* state_ = nullptr;  ///< during a call
  std::size_t at_ = 0;                 ///< the filter that is judged
  progress within_;                    ///< that one
  std::uint64_t steps_ = 0;
  std::uint64_t unasked_ = 0;  ///< steps since `now` was asked
};

}  // namespace lithair::models
