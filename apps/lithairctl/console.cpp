#include "apps/lithairctl/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {

std::string console::in_colour(colour which, std::string_view text) const {
  if (!colours || which == colour::plain) return std::string(text);
  const char* code = which == colour::red      ? "31"
                     : which == colour::yellow ? "33"
                     : which == colour::green  ? "32"
                     : which == colour::bold   ? "1"
                                               : "2";
  return "\x1b[" + std::string(code) + 'm' + std::string(text) + "\x1b[0m";
}

void console::must_type(const std::string& word, const std::string& question) const {
  if (!asks)
    throw failure(exit_status::usage,
                  question + "\nNobody can be asked here: say --yes to have it done.");
  err << question << "\nType " << word << " to go on: " << std::flush;
  std::string said;
  std::getline(in, said);
  if (said != word) throw failure(exit_status::failed, "Nothing was done.");
}

console process_console() {
  const bool in = ::isatty(STDIN_FILENO) != 0;
  const bool out = ::isatty(STDOUT_FILENO) != 0;
  const bool err = ::isatty(STDERR_FILENO) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  winsize size{};
  const bool sized = out && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  const bool colours = out && (no_colour == nullptr || *no_colour == '\0');
  return {std::cin, std::cout, std::cerr, in && err, colours, err, sized ? size.ws_col : 0u};
}

}  // namespace lithair::ctl
