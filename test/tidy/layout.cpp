#include <algorithm>
#include <optional>
#include <ostream>

#include "test/tidy/rules.hpp"

// How long lines, files and functions may be.
namespace lithair::tidy {

namespace {

std::size_t columns_of(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Follows raw strings from line to line.
class raw_strings {
 public:
  /// Whether some part of the line lies in one.
  bool touch(std::string_view line) {
    bool inside = end_.has_value();
    for (;;) {
      if (end_) {
        const auto at = line.find(*end_);
        if (at == std::string_view::npos) return true;
        line.remove_prefix(at + end_->size());
        end_.reset();
      }
      const auto at = line.find("R\"");
      const auto open = at == std::string_view::npos ? at : line.find('(', at);
      if (open == std::string_view::npos) return inside;
      inside = true;
      end_ = ')' + std::string(line.substr(at + 2, open - at - 2)) + '"';
      line.remove_prefix(open + 1);
    }
  }

 private:
  std::optional<std::string> end_;
};

std::ptrdiff_t open_parentheses(std::string_view line) {
  return std::ranges::count(line, '(') - std::ranges::count(line, ')');
}

/// Where the head of a function begins whose brace opens at the end of line `i`; none: that line
/// opens something else.
std::optional<std::size_t> head_of_function(const std::vector<std::string>& lines, std::size_t i) {
  if (!lines[i].ends_with('{') || lines[i].find(')') == std::string::npos) return std::nullopt;
  auto head = i;
  for (auto open = open_parentheses(lines[i]); open < 0 && head > 0;)
    open += open_parentheses(lines[--head]);
  const auto indent = lines[head].find_first_not_of(' ');
  if (indent != 0 && indent != 2) return std::nullopt;
  const auto line = std::string_view(lines[head]).substr(indent);
  for (const std::string_view word :
       {"namespace ", "class ", "struct ", "enum ", "if ", "for ", "while ", "switch ", "else",
        "do ", "try ", "}", "case ", "return ", ":"})
    if (line.starts_with(word)) return std::nullopt;
  const bool is_lambda =
      line.find("] {") != std::string::npos || line.find("](") != std::string::npos;
  return is_lambda ? std::nullopt : std::optional(head);
}

std::string_view name_in(std::string_view line) {
  line = line.substr(0, line.find('('));
  const auto before = line.find_last_of(" *&");
  return before == std::string_view::npos ? line : line.substr(before + 1);
}

bool is_excepted(std::string_view what, exceptions but) {
  return std::ranges::find(but, what, &exception::of) != but.end();
}

struct function {
  std::string name;
  std::size_t line = 0;
  std::size_t length = 0;
};

std::vector<function> functions_of(const source& x) {
  std::vector<function> made;
  for (std::size_t i = 0; i < x.lines.size(); ++i) {
    const auto head = head_of_function(x.lines, i);
    if (!head) continue;
    const auto end = std::string(x.lines[*head].find_first_not_of(' '), ' ') + '}';
    auto last = i + 1;
    while (last < x.lines.size() && !x.lines[last].starts_with(end)) ++last;
    made.push_back({std::string(name_in(x.lines[*head])), *head + 1, last - *head + 1});
    i = last;
  }
  return made;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const finding& x) {
  return out << x.where << ": " << x.what;
}

std::vector<finding> check_columns(sources all, std::size_t most) {
  std::vector<finding> made;
  for (const auto& each : all) {
    raw_strings raw;
    for (std::size_t i = 0; i < each.lines.size(); ++i) {
      const bool is_text = raw.touch(each.lines[i]);
      if (is_text || columns_of(each.lines[i]) <= most) continue;
      made.push_back({each.path + ':' + std::to_string(i + 1),
                      std::to_string(columns_of(each.lines[i])) + " columns"});
    }
  }
  return made;
}

std::vector<finding> check_file_lengths(sources all, std::size_t most, exceptions but) {
  std::vector<finding> made;
  for (const auto& each : all)
    if (each.lines.size() > most && !is_excepted(each.path, but))
      made.push_back({each.path, std::to_string(each.lines.size()) + " lines"});
  return made;
}

std::vector<finding> check_function_lengths(sources all, std::size_t most, exceptions but) {
  std::vector<finding> made;
  for (const auto& each : all)
    for (const auto& [name, line, length] : functions_of(each))
      if (length > most && !is_excepted(each.path + ':' + name, but))
        made.push_back({each.path + ':' + std::to_string(line),
                        name + " has " + std::to_string(length) + " lines"});
  return made;
}

std::vector<finding> check_exceptions(
    exceptions but, const std::function<std::vector<finding>(exceptions)>& check) {
  std::vector<finding> made;
  const auto found = check(but).size();
  for (std::size_t i = 0; i < but.size(); ++i) {
    std::vector<exception> others(but.begin(), but.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (check(others).size() == found)
      made.push_back({std::string(but[i].of), "is excepted for nothing"});
    if (but[i].because.empty())
      made.push_back({std::string(but[i].of), "is excepted without a reason"});
  }
  return made;
}

}  // namespace lithair::tidy
