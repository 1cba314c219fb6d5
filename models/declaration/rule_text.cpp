#include "models/declaration/rule_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "models/encoding/utf8.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

constexpr std::size_t max_rule_bytes = 4096;
constexpr std::size_t max_terms = 100;
constexpr std::size_t max_nesting = 32;

bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool continues_word(char c) { return begins_word(c) || is_digit(c) || c == '.' || c == '-'; }

/// A piece of the text.
struct token {
  enum class kind : std::uint8_t { word, text, number, mark, end };
  kind what = kind::end;
  std::string text;  // of a text without its quotes
  std::size_t at = 0;
};

/// What stops the reading; caught where it began.
struct wrong_rule {
  rule_error why;
};

[[noreturn]] void refuse(std::size_t at, std::string message) {
  throw wrong_rule{{at, std::move(message)}};
}

class tokens {
 public:
  explicit tokens(std::string_view text) : text_(text) { advance(); }

  const token& now() const { return now_; }
  token take() {
    token taken = std::move(now_);
    advance();
    return taken;
  }
  bool is(token::kind what, std::string_view text) const {
    return now_.what == what && now_.text == text;
  }
  bool takes(token::kind what, std::string_view text) {
    const bool found = is(what, text);
    if (found) {
      advance();
    }
    return found;
  }

 private:
  void advance() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
    now_ = {token::kind::end, {}, at_};
    if (at_ == text_.size()) {
      return;
    }
    const char c = text_[at_];
    if (c == '\'') {
      read_text();
    } else if (begins_word(c)) {
      read_while(token::kind::word, continues_word);
    } else if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      read_while(token::kind::number, continues_word);
    } else {
      read_mark();
    }
  }

  void read_while(token::kind what, bool (*continues)(char)) {
    now_.what = what;
    do {
      now_.text += text_[at_++];
    } while (at_ < text_.size() && continues(text_[at_]));
  }

  void read_text() {
    now_.what = token::kind::text;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '\'') {
        now_.text += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
        now_.text += text_[at_++];
      } else {
        ++at_;
        return;
      }
    }
    refuse(now_.at, "A text ends with a quote: 'like this'.");
  }

  void read_mark() {
    constexpr std::array<std::string_view, 9> marks{"!=", "<=", ">=", "=", "<", ">", "(", ")", ","};
    for (const auto mark : marks) {
      if (text_.substr(at_).starts_with(mark)) {
        now_.what = token::kind::mark;
        now_.text = mark;
        at_ += mark.size();
        return;
      }
    }
    refuse(at_, "Nothing is known that begins so; texts are in single quotes: 'like this'.");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  token now_;
};

/// One side of a comparison.
struct operand {
  enum class kind : std::uint8_t { field, user, text, null };
  kind what = kind::text;
  std::string text;  // a literal, or which `@user.NAME`
  field_side side = {};
  std::size_t at = 0;
};

class parser {
 public:
  parser(const collection& c, access_kind what, std::string_view text)
      : c_(c), what_(what), in_(text) {}

  rule read() {
    auto made = read_any();
    if (in_.now().what != token::kind::end) {
      refuse(in_.now().at, "Behind a term come \"and\", \"or\" or the end.");
    }
    return made;
  }

 private:
  rule read_any() {
    if (++nesting_ > max_nesting) {
      refuse(in_.now().at, "There are more than 32 terms within each other.");
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
    if (!in_.is(token::kind::word, word)) {
      return first;
    }
    rule made;
    made.what = what;
    made.parts.push_back(std::move(first));
    while (in_.takes(token::kind::word, word)) {
      made.parts.push_back(read());
    }
    return made;
  }

  rule read_term() {
    if (++terms_ > max_terms) {
      refuse(in_.now().at, "There are more than 100 terms.");
    }
    if (in_.takes(token::kind::word, "not")) {
      return negation(read_nested_term());
    }
    if (in_.takes(token::kind::mark, "(")) {
      auto made = read_any();
      expect(")", "A parenthesis is not closed.");
      return made;
    }
    if (in_.takes(token::kind::word, "role")) {
      return read_role();
    }
    if (in_.takes(token::kind::word, "@user")) {
      return of_kind(rule::kind::is_known);
    }
    return read_comparison();
  }

  rule read_nested_term() {
    if (++nesting_ > max_nesting) {
      refuse(in_.now().at, "There are more than 32 terms within each other.");
    }
    auto made = read_term();
    --nesting_;
    return made;
  }

  static rule of_kind(rule::kind what) {
    rule made;
    made.what = what;
    return made;
  }

  static rule negation(rule of) {
    auto made = of_kind(rule::kind::negation);
    made.parts.push_back(std::move(of));
    return made;
  }

  void expect(std::string_view mark, std::string message) {
    if (!in_.takes(token::kind::mark, mark)) {
      refuse(in_.now().at, std::move(message));
    }
  }

  rule read_role() {
    expect("(", "A role is asked for so: role(staff).");
    const auto name = in_.take();
    if ((name.what != token::kind::word && name.what != token::kind::text) || name.text.empty()) {
      refuse(name.at, "A role is asked for so: role(staff).");
    }
    expect(")", "A role is asked for so: role(staff).");
    auto made = of_kind(rule::kind::has_role);
    made.name = name.text;
    return made;
  }

  operand read_operand() {
    const auto from = in_.take();
    operand made;
    made.at = from.at;
    made.text = from.text;
    switch (from.what) {
      case token::kind::text:
      case token::kind::number:
        return made;
      case token::kind::word:
        break;
      default:
        refuse(from.at, "Here comes a field, @user.NAME, or a value such as 'text', 1 or null.");
    }
    if (from.text == "null") {
      made.what = operand::kind::null;
    } else if (from.text.starts_with("@user.")) {
      made.what = operand::kind::user;
      made.text = from.text.substr(6);
      check_name(made.text, from.at);
    } else if (from.text != "true" && from.text != "false") {
      made.what = operand::kind::field;
      made.side = side_of(from);
    }
    return made;
  }

  static void check_name(std::string_view name, std::size_t at) {
    if (name.empty() || name.find('.') != std::string_view::npos ||
        name.find('@') != std::string_view::npos) {
      refuse(at, "What is known of who asks is @user.id, or a claim such as @user.team.");
    }
  }

  field_side side_of(const token& from) const {
    std::string_view name = from.text;
    const bool is_old = name.starts_with("@old.");
    const bool is_new = name.starts_with("@new.");
    if ((is_old && what_ == access_kind::create) || (is_new && what_ == access_kind::remove) ||
        ((is_old || is_new) && what_ == access_kind::read)) {
      refuse(from.at, "A rule for " + std::string(models::name_of(what_)) + " knows no " +
                          (is_old ? "@old." : "@new."));
    }
    name.remove_prefix(is_old || is_new ? 5 : 0);
    const auto at = c_.position(name);
    if (at == c_.fields.size()) {
      refuse(from.at, name.starts_with('@') || name.empty()
                          ? std::string("There are @user, @user.NAME, @old.FIELD and @new.FIELD.")
                          : "There is no field \"" + excerpt(name) + "\"; texts are in quotes.");
    }
    if (!c_.fields[at].replicated && is_mixed(c_)) {
      refuse(from.at, "A rule asks for fields with replicate = true, which all nodes have alike.");
    }
    return {at, is_new || what_ == access_kind::create};
  }

  static comparison_word word_of(const token& mark) {
    using enum comparison_word;
    constexpr std::array<std::pair<std::string_view, comparison_word>, 6> marks{{{"=", equal},
                                                                                 {"!=", not_equal},
                                                                                 {"<", less},
                                                                                 {"<=", at_most},
                                                                                 {">", greater},
                                                                                 {">=", at_least}}};
    for (const auto& [text, means] : marks) {
      if (mark.what == token::kind::mark && mark.text == text) {
        return means;
      }
    }
    refuse(mark.at, "Behind it comes =, !=, <, <=, >, >=, in or not in.");
  }

  static comparison_word mirrored(comparison_word how) {
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

  rule read_comparison() {
    // Alone they are rules, and before a mark values.
    const auto first = in_.now();
    const bool is_flag = first.what == token::kind::word &&  //
                         (first.text == "true" || first.text == "false");
    auto left = read_operand();
    if (is_flag && !compares_next()) {
      return of_kind(first.text == "true" ? rule::kind::always : rule::kind::never);
    }
    const auto behind = in_.now().at;
    const bool negated = in_.takes(token::kind::word, "not");
    if (in_.takes(token::kind::word, "in")) {
      auto made = read_choice(std::move(left));
      return negated ? negation(std::move(made)) : made;
    }
    if (negated) {
      refuse(behind, "Behind \"not\" comes a term, or \"in\".");
    }
    const auto how = word_of(in_.take());
    auto right = read_operand();
    if (left.what == operand::kind::field) {
      return compare(left, how, {std::move(right)});
    }
    if (right.what == operand::kind::field) {
      return compare(right, mirrored(how), {std::move(left)});
    }
    if (right.what == operand::kind::user && left.what != operand::kind::user) {
      std::swap(left, right);
    }
    return compare_caller(left, how, {std::move(right)});
  }

  bool compares_next() const {
    return in_.is(token::kind::word, "in") || in_.is(token::kind::word, "not") ||
           (in_.now().what == token::kind::mark && in_.now().text != ")" && in_.now().text != ",");
  }

  rule read_choice(operand left) {
    std::vector<operand> choices;
    const bool is_list = in_.takes(token::kind::mark, "(");
    do {
      choices.push_back(read_operand());
    } while (is_list && in_.takes(token::kind::mark, ","));
    if (is_list) {
      expect(")", "The list of values is not closed.");
    }
    for (const auto& each : choices) {
      if (is_list && (each.what == operand::kind::field || each.what == operand::kind::user)) {
        refuse(each.at, "A list has values only.");
      }
    }
    // 'x' in a_list_field
    if (!is_list && choices.front().what == operand::kind::field) {
      const auto field = choices.front();
      if (c_.fields[field.side.position].type != value_type::list) {
        refuse(field.at, "Only a list field has something in it.");
      }
      return compare(field, comparison_word::equal, {std::move(left)});
    }
    if (!is_list && choices.front().what != operand::kind::user) {
      refuse(choices.front().at, "Behind \"in\" comes a list of values, @user.NAME or a field.");
    }
    return left.what == operand::kind::field
               ? compare(left, comparison_word::equal, std::move(choices))
               : compare_caller(left, comparison_word::equal, choices);
  }

  static rule compare_caller(const operand& who, comparison_word how,
                             const std::vector<operand>& with) {
    if (who.what != operand::kind::user) {
      refuse(who.at, "One of the two is a field or @user.NAME.");
    }
    if (how != comparison_word::equal && how != comparison_word::not_equal) {
      refuse(who.at, "What is known of who asks is equal to a text or not.");
    }
    auto made = of_kind(rule::kind::caller_is);
    made.name = who.text;
    for (const auto& each : with) {
      if (each.what != operand::kind::text) {
        refuse(each.at, "What is known of who asks is compared with a text: @user.plan = 'free'.");
      }
      made.texts.push_back(each.text);
    }
    return how == comparison_word::not_equal ? negation(std::move(made)) : made;
  }

  /// `with`: one, or several literals.
  rule compare(const operand& left, comparison_word how, std::vector<operand> with) const {
    const field& f = c_.fields[left.side.position];
    rule made = of_kind(rule::kind::compares);
    made.test.position = left.side.position;
    made.test.of_new = left.side.of_new;
    made.test.how = how;
    const bool has_order = f.type != value_type::json && f.type != value_type::list;
    const bool by_order = how != comparison_word::equal && how != comparison_word::not_equal;
    if (by_order && !has_order) {
      refuse(left.at, "A field of json or a list has no order.");
    }
    const auto& right = with.front();
    if (right.what == operand::kind::null) {
      if (by_order || with.size() > 1) {
        refuse(right.at, "A field is = null or != null.");
      }
      made.test.how =
          how == comparison_word::equal ? comparison_word::absent : comparison_word::present;
      return made;
    }
    if (f.type == value_type::json) {
      refuse(left.at, "A field of json is = null or != null.");
    }
    if (right.what == operand::kind::user) {
      made.name = right.text;
      return made;
    }
    if (right.what == operand::kind::field) {
      const field& other = c_.fields[right.side.position];
      if (other.type != f.type || !has_order) {
        refuse(right.at, "Two fields that are compared are of the same type, and no lists.");
      }
      made.test.other = right.side;
      return made;
    }
    for (const auto& each : with) {
      made.test.values.push_back(value_of(f.element ? *f.element : f, each));
    }
    return made;
  }

  static value value_of(const field& f, const operand& from) {
    auto made = from.what == operand::kind::text ? parse_text(f, from.text) : std::nullopt;
    if (!made) {
      refuse(from.at, "The field \"" + f.name + "\" is " + expected_form(f) + ".");
    }
    return std::move(*made);
  }

  const collection& c_;
  const access_kind what_;
  tokens in_;
  std::size_t terms_ = 0;
  std::size_t nesting_ = 0;
};

}  // namespace

tl::expected<rule, rule_error> read_rule(const collection& c, access_kind what,
                                         std::string_view text) {
  if (text.size() > max_rule_bytes) {
    return tl::make_unexpected(rule_error{0, "A rule has at most 4096 bytes."});
  }
  try {
    return parser(c, what, text).read();
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
