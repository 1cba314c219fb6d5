#include "models/state/overlaid_view.hpp"

#include <iterator>

namespace lithair::models {

namespace {

/// Goes through a map's range in either direction.
template <class Iterator>
struct walk {
  Iterator at;
  Iterator end;

  bool done() const { return at == end; }
};

/// Visits the base's range with the overlay's pairs in their places. `before(a, b)` tells which of
/// two keys comes first in this direction.
template <class Walk, class Before>
void merge_scan(const state_view& base, std::string_view lower, std::string_view upper,
                state_view::direction order, Walk overlay, Before before,
                const state_view::visitor& visit) {
  bool go_on = true;
  const auto visit_overlay = [&] {
    const auto& [key, value] = *overlay.at;
    ++overlay.at;
    // No value: the pair is to be missing, and the scan goes on.
    go_on = !value || visit(key, *value);
  };
  base.scan(lower, upper, order, [&](std::string_view key, std::string_view value) {
    // Pairs of the overlay that come before the base's next.
    while (go_on && !overlay.done() && before(overlay.at->first, key)) {
      visit_overlay();
    }
    if (go_on && !overlay.done() && overlay.at->first == key) {
      // The same key: the overlay's is seen, the base's is not.
      visit_overlay();
    } else if (go_on) {
      go_on = visit(key, value);
    }
    return go_on;
  });
  // What lies behind the base's last pair.
  while (go_on && !overlay.done()) {
    visit_overlay();
  }
}

}  // namespace

std::optional<std::string> overlaid_view::get(std::string_view key) const {
  const auto at = over_.find(key);
  return at != over_.end() ? at->second : base_.get(key);
}

void overlaid_view::scan(std::string_view lower, std::string_view upper, direction order,
                         const visitor& visit) const {
  if (lower >= upper) {
    return;
  }
  auto first = over_.lower_bound(lower);
  auto last = over_.lower_bound(upper);
  // Most scans meet no overlaid pair, and stores do these best themselves.
  if (first == last) {
    base_.scan(lower, upper, order, visit);
  } else if (order == direction::ascending) {
    merge_scan(base_, lower, upper, order, walk<decltype(first)>{first, last}, std::less<>(),
               visit);
  } else {
    using backwards = std::reverse_iterator<decltype(first)>;
    merge_scan(base_, lower, upper, order, walk<backwards>{backwards(last), backwards(first)},
               std::greater<>(), visit);
  }
}

std::uint64_t overlaid_view::count(std::string_view lower, std::string_view upper,
                                   std::uint64_t most, std::string& last) const {
  const auto first = over_.lower_bound(lower);
  // Else the pairs have to be told apart, which only a scan can do.
  const bool is_as_below = first == over_.end() || first->first >= upper;
  return is_as_below ? base_.count(lower, upper, most, last)
                     : state_view::count(lower, upper, most, last);
}

}  // namespace lithair::models
