#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "test/tidy/source.hpp"

/// The rules of the house that a program can judge. Each one looks at all files and tells what
/// breaks it; the law (law.hpp) says what is allowed.
namespace lithair::tidy {

/// Something that breaks a rule.
struct finding {
  std::string where;  ///< "models/state/keys.hpp:12"
  std::string what;   ///< a sentence
  bool operator==(const finding&) const = default;
};
std::ostream& operator<<(std::ostream& out, const finding& x);

/// What the files of a room may include, besides those of the room itself.
struct room_rule {
  std::string_view
      room;  ///< a folder; without a rule of its own a folder has that of the one above
  std::vector<std::string_view> may_include;  ///< folders; "models/" with all that is below it
};

/// Why something may be as it is, although a rule is against it.
struct exception {
  std::string_view of;  ///< a file, a function as `file:function`, or all of a cycle
  std::string_view because;
};

using sources = std::span<const source>;
using exceptions = std::span<const exception>;

/// Includes go where the room may look.
std::vector<finding> check_directions(sources all, std::span<const room_rule> rules);
/// A source begins with its own header: so it is seen that this needs nothing before it.
std::vector<finding> check_first_includes(sources all);
/// No component includes itself over others, whether by header or by source.
std::vector<finding> check_cycles(sources all, exceptions but);
/// No line has more columns (code points); text of another language in a raw string is its own.
std::vector<finding> check_columns(sources all, std::size_t most);
std::vector<finding> check_file_lengths(sources all, std::size_t most, exceptions but);
/// As clang-format lays functions out: from the line of their name to the brace below it.
std::vector<finding> check_function_lengths(sources all, std::size_t most, exceptions but);
/// Each exception has a reason, and without it `check` finds more: so the list does not outlive
/// what it excuses.
std::vector<finding> check_exceptions(exceptions but,
                                      const std::function<std::vector<finding>(exceptions)>& check);

}  // namespace lithair::tidy
