#include "models/declaration/rule_comparison.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

value value_of(const field& f, const rule_operand& from) {
  auto made = from.what == rule_operand::kind::text ? parse_text(f, from.text) : std::nullopt;
  if (!made) {
    refuse_rule(from.at, "The field \"" + f.name + "\" is " + expected_form(f) + ".");
  }
  return std::move(*made);
}

}  // namespace

rule rule_of(rule::kind what) {
  rule made;
  made.what = what;
  return made;
}

rule negation_of(rule part) {
  auto made = rule_of(rule::kind::negation);
  made.parts.push_back(std::move(part));
  return made;
}

comparison_word comparison_of(const rule_token& mark) {
  using enum comparison_word;
  constexpr std::array<std::pair<std::string_view, comparison_word>, 6> marks{{{"=", equal},
                                                                               {"!=", not_equal},
                                                                               {"<", less},
                                                                               {"<=", at_most},
                                                                               {">", greater},
                                                                               {">=", at_least}}};
  for (const auto& [text, means] : marks) {
    if (mark.what == rule_token::kind::mark && mark.text == text) {
      return means;
    }
  }
  refuse_rule(mark.at, "Behind it comes =, !=, <, <=, >, >=, in or not in.");
}

comparison_word mirrored(comparison_word how) {
  using enum comparison_word;
  switch (how) {
    case less:
      return greater;
    case at_most:
      return at_least;
    case greater:
      return less;
    case at_least:
      return at_most;
    default:
      return how;
  }
}

rule compare_caller(const rule_operand& who, comparison_word how,
                    const std::vector<rule_operand>& with) {
  if (who.what != rule_operand::kind::user) {
    refuse_rule(who.at, "One of the two is a field or @user.NAME.");
  }
  if (how != comparison_word::equal && how != comparison_word::not_equal) {
    refuse_rule(who.at, "What is known of who asks is equal to a text or not.");
  }
  auto made = rule_of(rule::kind::caller_is);
  made.name = who.text;
  for (const auto& each : with) {
    if (each.what != rule_operand::kind::text) {
      refuse_rule(each.at,
                  "What is known of who asks is compared with a text: @user.plan = 'free'.");
    }
    made.texts.push_back(each.text);
  }
  return how == comparison_word::not_equal ? negation_of(std::move(made)) : made;
}

rule compare_field(const collection& c, const rule_operand& left, comparison_word how,
                   const std::vector<rule_operand>& with) {
  const field& f = c.fields[left.side.position];
  rule made = rule_of(rule::kind::compares);
  made.test.position = left.side.position;
  made.test.of_new = left.side.of_new;
  made.test.how = how;
  const bool has_order = f.type != value_type::json && f.type != value_type::list;
  const bool by_order = how != comparison_word::equal && how != comparison_word::not_equal;
  if (by_order && !has_order) {
    refuse_rule(left.at, "A field of json or a list has no order.");
  }
  const auto& right = with.front();
  if (right.what == rule_operand::kind::null) {
    if (by_order || with.size() > 1) {
      refuse_rule(right.at, "A field is = null or != null.");
    }
    made.test.how =
        how == comparison_word::equal ? comparison_word::absent : comparison_word::present;
    return made;
  }
  if (f.type == value_type::json) {
    refuse_rule(left.at, "A field of json is = null or != null.");
  }
  if (right.what == rule_operand::kind::user) {
    made.name = right.text;
    return made;
  }
  if (right.what == rule_operand::kind::field) {
    const field& other = c.fields[right.side.position];
    if (other.type != f.type || !has_order) {
      refuse_rule(right.at, "Two fields that are compared are of the same type, and no lists.");
    }
    made.test.other = right.side;
    return made;
  }
  for (const auto& each : with) {
    made.test.values.push_back(value_of(f.element ? *f.element : f, each));
  }
  return made;
}

/// Takes the ties out of what has to hold together; elsewhere they can't be looked up.
std::vector<related_items::tie> take_ties(rule& inner, const std::vector<std::size_t>& places) {
  std::vector<related_items::tie> out;
  const auto take = [&](rule& part) {
    if (part.what == rule::kind::finds) {
      out.push_back(part.ties.front());
      part = rule_of(rule::kind::always);
    }
  };
  take(inner);
  for (auto& part : inner.parts) {
    if (inner.what == rule::kind::all) {
      take(part);
    }
  }
  if (out.size() != places.size()) {
    refuse_rule(places.front(), "Fields are tied where all has to hold: not within or, nor not.");
  }
  return out;
}

std::optional<std::size_t> find_index(const collection& c,
                                      const std::vector<related_items::tie>& ties,
                                      const rule& inner) {
  // What is said of them by itself names fewer than what they share: a user's teams, a team's
  // users.
  std::vector<std::size_t> named;
  const auto note = [&named](const rule& part) {
    if (part.what == rule::kind::compares && part.test.how == comparison_word::equal &&
        !part.test.other) {
      named.push_back(part.test.position);
    }
  };
  note(inner);
  for (const auto& part : inner.parts) {
    if (inner.what == rule::kind::all) {
      note(part);
    }
  }
  for (const auto& each : ties) {
    named.push_back(each.position);
  }
  const auto is_one = [&c](std::size_t at) { return names_one_item(c.fields[at]); };
  const auto is_found = [&c](std::size_t at) { return c.fields[at].indexed; };
  auto found = std::ranges::find_if(named, is_one);
  if (found == named.end()) {
    found = std::ranges::find_if(named, is_found);
  }
  return found == named.end() ? std::nullopt : std::optional(*found);
}

}  // namespace lithair::models
