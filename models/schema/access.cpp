#include "models/schema/access.hpp"

#include <algorithm>
#include <array>

namespace lithair::models {

namespace {

// In the order of the enum.
constexpr std::array<std::string_view, access_kinds> access_names{"read", "create", "update",
                                                                  "delete"};

}  // namespace

std::string_view name_of(access_kind what) { return access_names[static_cast<std::size_t>(what)]; }

bool is_about_caller(const rule& what) {
  return what.what != rule::kind::compares && what.what != rule::kind::finds &&
         std::ranges::all_of(what.parts, is_about_caller);
}

}  // namespace lithair::models
