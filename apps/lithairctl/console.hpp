#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

namespace lithair::ctl {

enum class colour { plain, red, yellow, green, bold, faint };

/// Where the program reads and writes, and what is at the other end. Not owned.
struct console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool asks = false;      ///< in and err are a terminal: somebody can be asked
  bool colours = false;   ///< out is a terminal, and NO_COLOR is not set
  bool progress = false;  ///< err is a terminal
  std::size_t width = 0;  ///< of the terminal at `out`; 0: it is none

  /// The text, in a colour where there are some.
  std::string in_colour(colour which, std::string_view text) const;
  /// Asks for this very word. Throws `failure` (usage) where nobody can be asked, naming `--yes`,
  /// and (failed) for any other word.
  void must_type(const std::string& word, const std::string& question) const;
};

/// The process's own.
console process_console();

}  // namespace lithair::ctl
