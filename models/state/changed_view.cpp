#include "models/state/changed_view.hpp"

namespace lithair::models {

changed_view::changed_view(const state_view& base, const change_set& changes)
    : changes_(changes), changed_(base, overlay_) {
  refresh();
}

// Later changes of one key win.
void changed_view::refresh() {
  for (; seen_ < changes_.size(); ++seen_) {
    overlay_.insert_or_assign(changes_[seen_].key, changes_[seen_].value);
  }
}

std::optional<std::string> changed_view::get(std::string_view key) const {
  return changed_.get(key);
}

void changed_view::scan(std::string_view lower, std::string_view upper, direction order,
                        const visitor& visit) const {
  changed_.scan(lower, upper, order, visit);
}

}  // namespace lithair::models
