#include "models/schema/access_binding.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include "models/schema/collection.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

using kind = rule::kind;

bool is_equality(comparison_word how) {
  return how == comparison_word::equal || how == comparison_word::not_equal ||
         how == comparison_word::any_of;
}

/// Equal to one of the values; of a list, an element is. `values` become rising, each once.
filter equal_to(const filter& test, std::vector<value> values, bool negated) {
  filter made = test;
  std::ranges::sort(values, [](const value& a, const value& b) { return compare(a, b) < 0; });
  const auto same = [](const value& a, const value& b) { return compare(a, b) == 0; };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
  made.how = values.size() == 1 ? comparison_word::equal : comparison_word::any_of;
  made.values = std::move(values);
  made.negated = negated != (test.how == comparison_word::not_equal);
  return made;
}

/// Binds one rule to one caller. Negations are pushed down to the comparisons, so what is not known
/// may count as not holding wherever it stands.
class binder {
 public:
  binder(const schema* s, const collection& c, const subject& who) : schema_(s), c_(c), who_(who) {}

  filter_list bind(const rule& what, bool negated) const {
    switch (what.what) {
      case kind::always:
        return constant(!negated);
      case kind::never:
        return constant(negated);
      case kind::all:
      case kind::any:
        return (what.what == kind::all) != negated ? all_of(what.parts, negated)
                                                   : any_of(what.parts, negated);
      case kind::negation:
        return bind(what.parts.front(), !negated);
      case kind::has_role:
        return constant(who_.has_role(what.name) != negated);
      case kind::is_known:
        return constant(!who_.id.empty() != negated);
      case kind::caller_is:
        return constant(caller_is(what, negated));
      case kind::finds:
        return find(what, negated);
      case kind::compares:
        break;
    }
    return what.name.empty() ? compare_with_itself(what.test, negated)
                             : compare_with_caller(what, negated);
  }

 private:
  /// Of another item. What nothing like who asks can be found by is not known to be missing.
  filter_list find(const rule& what, bool negated) const {
    const auto* target = schema_ == nullptr ? nullptr : schema_->find(what.target_id);
    if (target == nullptr) {
      return never();
    }
    auto conditions = binder(schema_, *target, who_).bind(what.parts.front(), false);
    if (is_never(conditions)) {
      return conditions;
    }
    filter made;
    made.position = c_.key_at;
    made.how = comparison_word::related;
    made.negated = negated;
    made.others = std::make_shared<const related_items>(
        related_items{target, what.reference, what.ties, std::move(conditions), what.looked_up});
    return {std::move(made)};
  }

  static filter_list constant(bool holds) { return holds ? filter_list{} : never(); }

  filter_list all_of(const std::vector<rule>& parts, bool negated) const {
    filter_list made;
    for (const auto& part : parts) {
      auto bound = bind(part, negated);
      if (is_never(bound)) {
        return bound;
      }
      std::ranges::move(bound, std::back_inserter(made));
    }
    return made;
  }

  filter_list any_of(const std::vector<rule>& parts, bool negated) const {
    std::vector<filter_list> ways;
    for (const auto& part : parts) {
      auto bound = bind(part, negated);
      if (bound.empty()) {
        return bound;
      }
      if (!is_never(bound)) {
        ways.push_back(std::move(bound));
      }
    }
    if (ways.empty()) {
      return never();
    }
    if (ways.size() == 1) {
      return std::move(ways.front());
    }
    if (auto merged = merge(ways)) {
      return {std::move(*merged)};
    }
    filter made;
    made.position = c_.key_at;
    made.how = comparison_word::any_condition;
    made.any = std::make_shared<const std::vector<filter_list>>(std::move(ways));
    return {std::move(made)};
  }

  /// Ways that name values of one field are one filter, which an index may serve.
  static std::optional<filter> merge(std::span<const filter_list> ways) {
    const auto names_values = [&](const filter_list& way) {
      const auto& first = ways.front().front();
      return way.size() == 1 && way.front().is_plain() && is_equality(way.front().how) &&
             way.front().how != comparison_word::not_equal &&
             way.front().position == first.position;
    };
    if (!std::ranges::all_of(ways, names_values)) {
      return std::nullopt;
    }
    std::vector<value> values;
    for (const auto& way : ways) {
      std::ranges::copy(way.front().values, std::back_inserter(values));
    }
    return equal_to(ways.front().front(), std::move(values), false);
  }

  static filter_list compare_with_itself(const filter& test, bool negated) {
    filter made = test;
    if (!test.other && is_equality(test.how)) {
      made = equal_to(test, test.values, negated);
    } else {
      made.negated = negated;
    }
    return {std::move(made)};
  }

  /// `@user.id`, or what a claim says.
  std::span<const std::string> known_of_caller(const std::string& name) const {
    if (name == "id") {
      return {&who_.id, who_.id.empty() ? std::size_t{0} : std::size_t{1}};
    }
    const auto found = who_.claims.find(name);
    return found == who_.claims.end() ? std::span<const std::string>{} : found->second;
  }

  /// What is not known is neither one of the texts nor none of them.
  bool caller_is(const rule& what, bool negated) const {
    const auto known = known_of_caller(what.name);
    const bool is_one = std::ranges::any_of(known, [&](const std::string& text) {
      return std::ranges::find(what.texts, text) != what.texts.end();
    });
    return !known.empty() && is_one != negated;
  }

  filter_list compare_with_caller(const rule& what, bool negated) const {
    const field& f = c_.fields[what.test.position];
    const field& compared = f.element ? *f.element : f;
    const auto texts = known_of_caller(what.name);
    std::vector<value> values;
    for (const auto& text : texts) {
      if (auto v = parse_text(compared, text)) {
        values.push_back(std::move(*v));
      }
    }
    if (is_equality(what.test.how)) {
      if (texts.empty()) {
        return never();
      }
      // What can't be a value of the field is equal to none of them.
      if (values.empty()) {
        return constant(negated != (what.test.how == comparison_word::not_equal));
      }
      return {equal_to(what.test, std::move(values), negated)};
    }
    // More or less than one of several is anybody's guess.
    if (values.size() != 1) {
      return never();
    }
    filter made = what.test;
    made.values = std::move(values);
    made.negated = negated;
    return {std::move(made)};
  }

  const schema* schema_;  // none: rules about the caller alone
  const collection& c_;
  const subject& who_;
};

/// Of a rule about the caller alone.
bool lets(const collection& c, const rule& what, const subject& who) {
  return binder(nullptr, c, who).bind(what, false).empty();
}

}  // namespace

filter_list bind(const schema& s, const collection& c, const rule& what, const subject& who) {
  return binder(&s, c, who).bind(what, false);
}

filter_list bind(const schema& s, const collection& c, access_kind what, const subject& who) {
  const auto& rule = c.access->at(what).what;
  return rule ? bind(s, c, *rule, who) : never();
}

reading_rights rights_to_read(const schema& s, const collection& c, const subject& who) {
  reading_rights made{bind(s, c, access_kind::read, who), {}};
  made.shown.reserve(c.fields.size());
  for (const auto& f : c.fields) {
    made.shown.push_back(f.exposed &&
                         (!f.access || !f.access->read || lets(c, *f.access->read, who)));
  }
  return made;
}

std::vector<bool> rights_to_change(const collection& c, const subject& who) {
  std::vector<bool> made;
  made.reserve(c.fields.size());
  for (const auto& f : c.fields) {
    made.push_back(!f.access || !f.access->update || lets(c, *f.access->update, who));
  }
  return made;
}

}  // namespace lithair::models
