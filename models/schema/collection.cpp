#include "models/schema/collection.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace lithair::models {

std::string_view name_of(text_format format) {
  constexpr std::array<std::string_view, 4> names{"", "email", "url", "uuid"};
  return names[static_cast<std::size_t>(format)];
}

std::string_view name_of(delete_rule rule) {
  constexpr std::array<std::string_view, 3> names{"restrict", "cascade", "set_null"};
  return names[static_cast<std::size_t>(rule)];
}

std::string_view name_of(merge_rule rule) {
  constexpr std::array<std::string_view, 6> names{"last_write", "add",   "max",
                                                  "min",        "union", "append"};
  return names[static_cast<std::size_t>(rule)];
}

std::string text_of(const stamp_rule& rule) {
  switch (rule.from) {
    case stamp_source::now:
      return "@now";
    case stamp_source::user:
      return "@user." + rule.name;
    case stamp_source::none:
      break;
  }
  return {};
}

/// By halves over `by_name`, which the builder sorted.
std::size_t collection::position(std::string_view field_name) const {
  const auto at = std::ranges::lower_bound(
      by_name, field_name, {}, [this](auto i) { return std::string_view(fields[i].name); });
  return at != by_name.end() && fields[*at].name == field_name ? *at : fields.size();
}

const field* collection::find(std::string_view field_name) const {
  const std::size_t at = position(field_name);
  return at < fields.size() ? &fields[at] : nullptr;
}

void order_fields(collection& c) {
  constexpr std::size_t most = 1000;
  c.by_id.resize(std::min(c.fields.size(), most));
  std::iota(c.by_id.begin(), c.by_id.end(), std::uint16_t{0});
  c.by_name = c.by_id;
  std::ranges::sort(c.by_id, {}, [&c](auto i) { return c.fields[i].id; });
  std::ranges::sort(c.by_name, {}, [&c](auto i) { return std::string_view(c.fields[i].name); });
}

// A model without fields can't be built, so none replicated means local.
bool is_local(const collection& c) { return std::ranges::none_of(c.fields, &field::replicated); }

bool is_mixed(const collection& c) {
  return !is_local(c) && !std::ranges::all_of(c.fields, &field::replicated);
}

}  // namespace lithair::models
