#include "models/declaration/rule_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "models/declaration/rule_comparison.hpp"
#include "models/declaration/rule_tokens.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

constexpr std::size_t max_rule_bytes = 4096;
constexpr std::size_t max_terms = 100;
constexpr std::size_t max_nesting = 32;

class parser {
 public:
  parser(std::span<const collection> others, const collection& c, access_kind what,
         std::string_view text)
      : others_(others), c_(&c), what_(what), in_(text) {}

  rule read() {
    auto made = read_any();
    if (in_.now().what != rule_token::kind::end) {
      refuse_rule(in_.now().at, "Behind a term come \"and\", \"or\" or the end.");
    }
    return made;
  }

 private:
  rule read_any() {
    if (++nesting_ > max_nesting) {
      refuse_rule(in_.now().at, "There are more than 32 terms within each other.");
    }
    auto made = chain(rule::kind::any, "or", [this] { return read_all(); });
    --nesting_;
    return made;
  }

  rule read_all() {
    return chain(rule::kind::all, "and", [this] { return read_term(); });
  }

  template <class Read>
  rule chain(rule::kind what, std::string_view word, Read read) {
    auto first = read();
    if (!in_.is(rule_token::kind::word, word)) {
      return first;
    }
    rule made;
    made.what = what;
    made.parts.push_back(std::move(first));
    while (in_.takes(rule_token::kind::word, word)) {
      made.parts.push_back(read());
    }
    return made;
  }

  rule read_term() {
    if (++terms_ > max_terms) {
      refuse_rule(in_.now().at, "There are more than 100 terms.");
    }
    if (in_.takes(rule_token::kind::word, "not")) {
      return negation_of(read_nested_term());
    }
    if (in_.takes(rule_token::kind::mark, "(")) {
      auto made = read_any();
      expect(")", "A parenthesis is not closed.");
      return made;
    }
    if (in_.takes(rule_token::kind::word, "role")) {
      return read_role();
    }
    if (in_.takes(rule_token::kind::word, "@user")) {
      return rule_of(rule::kind::is_known);
    }
    if (in_.is(rule_token::kind::word, "exists")) {
      return read_exists(in_.take().at);
    }
    return read_comparison();
  }

  rule read_nested_term() {
    if (++nesting_ > max_nesting) {
      refuse_rule(in_.now().at, "There are more than 32 terms within each other.");
    }
    auto made = read_term();
    --nesting_;
    return made;
  }

  void expect(std::string_view mark, std::string message) {
    if (!in_.takes(rule_token::kind::mark, mark)) {
      refuse_rule(in_.now().at, std::move(message));
    }
  }

  rule read_role() {
    expect("(", "A role is asked for so: role(staff).");
    const auto name = in_.take();
    if ((name.what != rule_token::kind::word && name.what != rule_token::kind::text) ||
        name.text.empty()) {
      refuse_rule(name.at, "A role is asked for so: role(staff).");
    }
    expect(")", "A role is asked for so: role(staff).");
    auto made = rule_of(rule::kind::has_role);
    made.name = name.text;
    return made;
  }

  rule_operand read_operand() {
    const auto from = in_.take();
    rule_operand made;
    made.at = from.at;
    made.text = from.text;
    switch (from.what) {
      case rule_token::kind::text:
      case rule_token::kind::number:
        return made;
      case rule_token::kind::word:
        break;
      default:
        refuse_rule(from.at,
                    "Here comes a field, @user.NAME, or a value such as 'text', 1 or null.");
    }
    if (from.text == "null") {
      made.what = rule_operand::kind::null;
    } else if (from.text.starts_with("@user.")) {
      made.what = rule_operand::kind::user;
      made.text = from.text.substr(6);
      check_name(made.text, from.at);
    } else if (from.text != "true" && from.text != "false") {
      made.what = rule_operand::kind::field;
      const auto point = name_behind_mark(from.text).find('.');
      if (point == std::string_view::npos) {
        made.side = side_of(from);
      } else {
        take_step(from, point, made);
      }
    }
    return made;
  }

  /// Without `@old.` or `@new.`.
  static std::string_view name_behind_mark(std::string_view word) {
    const bool marked = word.starts_with("@old.") || word.starts_with("@new.");
    return word.substr(marked ? 5 : 0);
  }

  void take_step(const rule_token& from, std::size_t point, rule_operand& into) const {
    const auto name = name_behind_mark(from.text);
    auto first = from;
    first.text.resize(from.text.size() - name.size() + point);
    into.what = rule_operand::kind::step;
    into.side = side_of(first);
    const field& f = c_->fields[into.side.position];
    const auto target = std::ranges::find(others_, f.references, &collection::name);
    if (f.references.empty() || target == others_.end() || outer_ != nullptr) {
      refuse_rule(from.at, outer_ != nullptr ? std::string("Within exists no step is made.")
                                             : "The field \"" + f.name + "\" refers to no item.");
    }
    into.beyond = &*target;
    into.position = position_in(*target, name.substr(point + 1), from.at);
  }

  static void check_name(std::string_view name, std::size_t at) {
    if (name.empty() || name.find('.') != std::string_view::npos ||
        name.find('@') != std::string_view::npos) {
      refuse_rule(at, "What is known of who asks is @user.id, or a claim such as @user.team.");
    }
  }

  field_side side_of(const rule_token& from) const {
    std::string_view name = from.text;
    const bool is_old = name.starts_with("@old.");
    const bool is_new = name.starts_with("@new.");
    if ((is_old && what_ == access_kind::create) || (is_new && what_ == access_kind::remove) ||
        ((is_old || is_new) && what_ == access_kind::read)) {
      refuse_rule(from.at, "A rule for " + std::string(models::name_of(what_)) + " knows no " +
                               (is_old ? "@old." : "@new."));
    }
    name.remove_prefix(is_old || is_new ? 5 : 0);
    const auto at = position_in(*c_, name, from.at);
    // Of other items there is no before and after.
    if (outer_ != nullptr && (is_old || is_new)) {
      refuse_rule(from.at, "Within exists a field is that of the other item.");
    }
    return {at, outer_ == nullptr && (is_new || what_ == access_kind::create)};
  }

  static std::size_t position_in(const collection& c, std::string_view name, std::size_t at) {
    const auto found = c.position(name);
    if (found == c.fields.size()) {
      refuse_rule(at, name.starts_with('@') || name.empty()
                          ? std::string("There are @user, @user.NAME, @old.FIELD and @new.FIELD.")
                          : "There is no field \"" + excerpt(name) + "\"; texts are in quotes.");
    }
    if (!c.fields[found].replicated && is_mixed(c)) {
      refuse_rule(at, "A rule asks for fields with replicate = true, which all nodes have alike.");
    }
    return found;
  }

  /// The right side of a comparison; within exists a field there is that of the item outside.
  rule_operand read_right() {
    if (outer_ == nullptr) {
      return read_operand();
    }
    const auto* inner = std::exchange(c_, outer_);
    outer_ = nullptr;
    auto made = read_operand();
    outer_ = std::exchange(c_, inner);
    return made;
  }

  rule read_exists(std::size_t at) {
    constexpr std::string_view form = "It is written so: exists(members where user = @user.id).";
    expect("(", std::string(form));
    const auto name = in_.take();
    const auto target = std::ranges::find(others_, name.text, &collection::name);
    if (name.what != rule_token::kind::word || target == others_.end() || outer_ != nullptr) {
      refuse_rule(name.at, outer_ != nullptr ? std::string("Within exists there is no other one.")
                                             : "There is no model \"" + excerpt(name.text) + "\".");
    }
    if (is_local(*target) != is_local(*c_)) {
      refuse_rule(name.at,
                  "A model that is replicated and one that is not can't ask for each other.");
    }
    if (!in_.takes(rule_token::kind::word, "where")) {
      refuse_rule(in_.now().at, std::string(form));
    }
    outer_ = std::exchange(c_, &*target);
    ties_.clear();
    auto inner = read_any();
    c_ = std::exchange(outer_, nullptr);
    expect(")", "A parenthesis is not closed.");
    auto made = rule_of(rule::kind::finds);
    made.target_id = target->id;
    made.ties = take_ties(inner, ties_);
    const auto found = find_index(*target, made.ties, inner);
    if (!found) {
      refuse_rule(at, "One of the fields that exists asks for by = is a key, unique or indexed.");
    }
    made.looked_up = *found;
    made.parts.push_back(std::move(inner));
    return made;
  }

  rule read_comparison() {
    // Alone they are rules, and before a mark values.
    const auto first = in_.now();
    const bool is_flag = first.what == rule_token::kind::word &&  //
                         (first.text == "true" || first.text == "false");
    auto left = read_operand();
    if (is_flag && !compares_next()) {
      return rule_of(first.text == "true" ? rule::kind::always : rule::kind::never);
    }
    const auto behind = in_.now().at;
    const bool negated = in_.takes(rule_token::kind::word, "not");
    if (in_.takes(rule_token::kind::word, "in")) {
      auto made = read_choice(std::move(left));
      return negated ? negation_of(std::move(made)) : made;
    }
    if (negated) {
      refuse_rule(behind, "Behind \"not\" comes a term, or \"in\".");
    }
    const auto how = comparison_of(in_.take());
    auto right = read_right();
    if (outer_ != nullptr && right.what == rule_operand::kind::field) {
      return tie(left, how, right);
    }
    if (left.what == rule_operand::kind::step) {
      return step(left, how, std::move(right));
    }
    if (right.what == rule_operand::kind::step) {
      return step(right, mirrored(how), std::move(left));
    }
    if (left.what == rule_operand::kind::field) {
      return compare_field(*c_, left, how, {std::move(right)});
    }
    if (right.what == rule_operand::kind::field) {
      return compare_field(*c_, right, mirrored(how), {std::move(left)});
    }
    if (right.what == rule_operand::kind::user && left.what != rule_operand::kind::user) {
      std::swap(left, right);
    }
    return compare_caller(left, how, {std::move(right)});
  }

  rule tie(const rule_operand& theirs, comparison_word how, const rule_operand& ours) {
    if (theirs.what != rule_operand::kind::field || how != comparison_word::equal) {
      refuse_rule(theirs.at, "A field of another item is tied so: team = team.");
    }
    const field& f = c_->fields[theirs.side.position];
    const field& other = outer_->fields[ours.side.position];
    if (f.type != other.type || f.type == value_type::json || f.type == value_type::list) {
      refuse_rule(ours.at, "Two fields that are compared are of the same type, and no lists.");
    }
    ties_.push_back(theirs.at);
    auto made = rule_of(rule::kind::finds);
    made.ties.push_back({theirs.side.position, ours.side});
    return made;
  }

  /// What the other item's field is compared with says the rest.
  rule step(const rule_operand& from, comparison_word how, rule_operand with) {
    if (with.what == rule_operand::kind::field || with.what == rule_operand::kind::step) {
      refuse_rule(with.at, "A field beyond a reference is compared with a value or @user.NAME.");
    }
    rule_operand beyond = from;
    beyond.what = rule_operand::kind::field;
    beyond.side = {from.position, false};
    const auto* here = std::exchange(c_, from.beyond);
    auto inner = compare_field(*c_, beyond, how, {std::move(with)});
    c_ = here;
    auto made = rule_of(rule::kind::finds);
    made.target_id = from.beyond->id;
    made.reference = from.side;
    made.parts.push_back(std::move(inner));
    return made;
  }

  bool compares_next() const {
    return in_.is(rule_token::kind::word, "in") || in_.is(rule_token::kind::word, "not") ||
           (in_.now().what == rule_token::kind::mark && in_.now().text != ")" &&
            in_.now().text != ",");
  }

  rule read_choice(rule_operand left) {
    std::vector<rule_operand> choices;
    const bool is_list = in_.takes(rule_token::kind::mark, "(");
    do {
      choices.push_back(read_operand());
    } while (is_list && in_.takes(rule_token::kind::mark, ","));
    if (is_list) {
      expect(")", "The list of values is not closed.");
    }
    for (const auto& each : choices) {
      if (is_list &&
          (each.what == rule_operand::kind::field || each.what == rule_operand::kind::user)) {
        refuse_rule(each.at, "A list has values only.");
      }
    }
    if (left.what == rule_operand::kind::step || std::ranges::any_of(choices, [](const auto& x) {
          return x.what == rule_operand::kind::step;
        })) {
      refuse_rule(left.at, "A field beyond a reference is compared by = and the like.");
    }
    // 'x' in a_list_field
    if (!is_list && choices.front().what == rule_operand::kind::field) {
      const auto field = choices.front();
      if (c_->fields[field.side.position].type != value_type::list) {
        refuse_rule(field.at, "Only a list field has something in it.");
      }
      return compare_field(*c_, field, comparison_word::equal, {std::move(left)});
    }
    if (!is_list && choices.front().what != rule_operand::kind::user) {
      refuse_rule(choices.front().at,
                  "Behind \"in\" comes a list of values, @user.NAME or a field.");
    }
    return left.what == rule_operand::kind::field
               ? compare_field(*c_, left, comparison_word::equal, choices)
               : compare_caller(left, comparison_word::equal, choices);
  }

  const std::span<const collection> others_;
  const collection* c_;                // whose fields are named
  const collection* outer_ = nullptr;  // within exists: that of the item which the rule is about
  std::vector<std::size_t> ties_;      // where they are, within exists
  const access_kind what_;
  rule_tokens in_;
  std::size_t terms_ = 0;
  std::size_t nesting_ = 0;
};

}  // namespace

tl::expected<rule, rule_error> read_rule(std::span<const collection> others, const collection& c,
                                         access_kind what, std::string_view text) {
  if (text.size() > max_rule_bytes) {
    return tl::make_unexpected(rule_error{0, "A rule has at most 4096 bytes."});
  }
  try {
    return parser(others, c, what, text).read();
  } catch (const wrong_rule& wrong) {
    return tl::make_unexpected(wrong.why);
  }
}

std::optional<stamp_rule> read_stamp(std::string_view text) {
  if (text == "@now") {
    return stamp_rule{stamp_source::now, {}};
  }
  constexpr std::string_view prefix = "@user.";
  if (!text.starts_with(prefix) || text.size() == prefix.size() ||
      !std::ranges::all_of(text.substr(prefix.size()),
                           [](char c) { return continues_word(c) && c != '.' && c != '@'; })) {
    return std::nullopt;
  }
  return stamp_rule{stamp_source::user, std::string(text.substr(prefix.size()))};
}

}  // namespace lithair::models
