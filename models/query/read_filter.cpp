#include "models/query/read_filter.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "models/encoding/utf8.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

/// Each value of in() may be a range to be read.
constexpr std::size_t max_choices = 1000;
constexpr std::size_t max_choice_bytes = 64 << 10;
/// Of what `~` looks for.
constexpr std::size_t max_part_bytes = 256;

constexpr std::string_view unclosed =
    "A value that begins with a quote ends with one; \\\" and \\\\ stand for a quote and a "
    "backslash within it.";

/// A value as it was written.
struct operand {
  std::string text;
  bool quoted = false;

  bool is_null() const { return !quoted && text == "null"; }
};

using operands = std::vector<operand>;

/// Takes the quoted value that the text begins with; none when it does not end.
std::optional<operand> take_quoted(std::string_view& text) {
  operand made{{}, true};
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return made;
    }
    const bool escapes =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    i += escapes ? 1 : 0;
    made.text += text[i];
  }
  return std::nullopt;
}

std::optional<operand> read_operand(std::string_view text) {
  if (!text.starts_with('"')) {
    return operand{std::string(text), false};
  }
  auto made = take_quoted(text);
  return text.empty() ? made : std::nullopt;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

/// What lies between the parentheses.
std::optional<operands> read_choices(std::string_view text) {
  operands made;
  while (!text.empty() || !made.empty()) {
    auto rest = text;
    skip_blanks(rest);
    if (rest.starts_with('"')) {
      auto value = take_quoted(rest);
      if (!value) {
        return std::nullopt;
      }
      made.push_back(std::move(*value));
      skip_blanks(rest);
      text = rest;
    } else {
      const auto end = std::min(text.find(','), text.size());
      made.push_back({std::string(text.substr(0, end)), false});
      text.remove_prefix(end);
    }
    // A comma is followed by a value, be it an empty one.
    if (text.empty()) {
      break;
    }
    if (text.front() != ',') {
      return std::nullopt;
    }
    text.remove_prefix(1);
  }
  return made;
}

comparison_word take_mark(std::string_view& text) {
  using enum comparison_word;
  // Longer marks first, as ">" begins ">=".
  constexpr std::array<std::pair<std::string_view, comparison_word>, 6> marks{{{">=", at_least},
                                                                               {"<=", at_most},
                                                                               {">", greater},
                                                                               {"<", less},
                                                                               {"!", not_equal},
                                                                               {"~", contains}}};
  for (const auto& [mark, means] : marks) {
    if (text.starts_with(mark)) {
      text.remove_prefix(mark.size());
      return means;
    }
  }
  return equal;
}

bool goes_by_order(comparison_word how) {
  using enum comparison_word;
  return how == less || how == at_most || how == greater || how == at_least;
}

/// A "+" that was not escaped is a blank in a query, and no value of these types has one.
std::string with_plus(value_type type, std::string text) {
  using enum value_type;
  if (type == integer || type == number || type == money || type == timestamp || type == bytes) {
    std::ranges::replace(text, ' ', '+');
  }
  return text;
}

class reader {
 public:
  using answer = tl::expected<filter, std::string>;

  reader(const collection& c, std::size_t position) : f_(c.fields[position]) {
    made_.position = position;
  }

  answer read(std::string_view text) {
    // Before the marks, as it has none.
    if (text.starts_with("in(") && text.ends_with(')')) {
      made_.how = comparison_word::any_of;
      const auto choices = read_choices(text.substr(3, text.size() - 4));
      return choices ? read_values(*choices) : refuse(std::string(unclosed));
    }
    made_.how = take_mark(text);
    auto what = read_operand(text);
    if (!what) {
      return refuse(std::string(unclosed));
    }
    if (made_.how == comparison_word::contains) {
      return read_part(what->text);
    }
    const bool equals =
        made_.how == comparison_word::equal || made_.how == comparison_word::not_equal;
    if (what->is_null() && equals) {
      return read_null();
    }
    return read_values({std::move(*what)});
  }

 private:
  answer read_null() {
    made_.how =
        made_.how == comparison_word::equal ? comparison_word::absent : comparison_word::present;
    return std::move(made_);
  }

  answer read_part(std::string_view text) {
    if (!f_.is_text()) {
      return refuse("Only text can contain text.");
    }
    if (!is_utf8(text)) {
      return refuse("It must be text in UTF-8.");
    }
    if (text.size() > max_part_bytes) {
      return refuse("What is looked for has at most " + std::to_string(max_part_bytes) + " bytes.");
    }
    made_.search = std::make_shared<const text_search>(text);
    return std::move(made_);
  }

  answer read_values(const operands& choices) {
    const bool is_json = f_.type == value_type::json;
    const bool has_order = !is_json && f_.type != value_type::list;
    const bool names_none =
        made_.how == comparison_word::any_of && std::ranges::all_of(choices, &operand::is_null);
    if (is_json ? !names_none : goes_by_order(made_.how) && !has_order) {
      return refuse("A field of this type can't be compared in this way.");
    }
    if (const auto reason = too_many(choices)) {
      return refuse(*reason);
    }
    // A list is asked for one of its elements.
    const field& compared = f_.element ? *f_.element : f_;
    for (const auto& each : choices) {
      if (each.is_null() && made_.how == comparison_word::any_of) {
        made_.values.emplace_back();
        continue;
      }
      auto v = parse_text(compared, with_plus(compared.type, each.text));
      if (!v) {
        return refuse("It must be " + expected_form(compared) + ".");
      }
      made_.values.push_back(std::move(*v));
    }
    sort_values();
    return std::move(made_);
  }

  static std::optional<std::string> too_many(const operands& choices) {
    std::size_t bytes = 0;
    for (const auto& each : choices) {
      bytes += each.text.size();
    }
    if (choices.size() > max_choices) {
      return "There are more than " + std::to_string(max_choices) + " values.";
    }
    if (choices.size() > 1 && bytes > max_choice_bytes) {
      return "The values have more than " + std::to_string(max_choice_bytes >> 10) + " KiB.";
    }
    return std::nullopt;
  }

  /// So that items look for theirs by halves.
  void sort_values() {
    auto& values = made_.values;
    std::ranges::sort(values, [](const value& a, const value& b) { return compare(a, b) < 0; });
    const auto same = [](const value& a, const value& b) { return compare(a, b) == 0; };
    values.erase(std::unique(values.begin(), values.end(), same), values.end());
  }

  answer refuse(std::string why) const {
    return tl::make_unexpected(std::move(why) + " The field takes " + filter_forms(f_) + '.');
  }

  const field& f_;
  filter made_;
};

}  // namespace

tl::expected<filter, std::string> read_filter(const collection& c, std::size_t position,
                                              std::string_view text) {
  return reader(c, position).read(text);
}

std::string filter_forms(const field& f) {
  if (f.type == value_type::json) {
    return "null or !null";
  }
  if (f.type == value_type::list) {
    return "v, !v, in(v,w), null or !null, where v is an element and may be quoted: \"v\"";
  }
  return std::string("v, !v, >v, >=v, <v, <=v, ") + (f.is_text() ? "~v, " : "") +
         "in(v,w), null or !null, where v may be quoted: \"v\"";
}

}  // namespace lithair::models
