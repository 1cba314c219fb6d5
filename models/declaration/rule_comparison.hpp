#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/declaration/rule_tokens.hpp"
#include "models/schema/access.hpp"
#include "models/schema/collection.hpp"

/// What two operands of an access rule make. All of it throws wrong_rule for what makes none.
namespace lithair::models {

/// One side of a comparison.
struct rule_operand {
  enum class kind : std::uint8_t { field, step, user, text, null };
  kind what = kind::text;
  std::string text;                    // a literal, or which `@user.NAME`
  field_side side = {};                // of a step what refers to the other item
  const collection* beyond = nullptr;  // of a step
  std::size_t position = 0;            // of a step the field beyond
  std::size_t at = 0;
};

/// One without parts, and one with the part that must not hold.
rule rule_of(rule::kind what);
rule negation_of(rule part);

/// What a mark between two operands means, and what it means if they change places.
comparison_word comparison_of(const rule_token& mark);
comparison_word mirrored(comparison_word how);

/// A field of `c` with what it is compared with: one operand, or several literals.
rule compare_field(const collection& c, const rule_operand& left, comparison_word how,
                   const std::vector<rule_operand>& with);
/// What is known of who asks, with texts.
rule compare_caller(const rule_operand& who, comparison_word how,
                    const std::vector<rule_operand>& with);

/// Takes the ties out of what has to hold together within `exists`. `places`: where all ties of the
/// text are; elsewhere one can't be looked up.
std::vector<related_items::tie> take_ties(rule& inner, const std::vector<std::size_t>& places);
/// A field by which the items can be found that pass; none: no index serves.
std::optional<std::size_t> find_index(const collection& c,
                                      const std::vector<related_items::tie>& ties,
                                      const rule& inner);

}  // namespace lithair::models
