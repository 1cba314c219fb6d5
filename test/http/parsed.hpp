#pragma once

#include <string>
#include <string_view>

#include "http/parser.hpp"

namespace lithair::http::test {

/// What a parser makes of a connection's bytes, in words: each request as `METHOD target[ close][
/// body]`, a failure as its status, each followed by a newline. `piece` is how many bytes arrive at
/// a time.
inline std::string parsed(std::string_view bytes, std::size_t piece, const parser_limits& limits) {
  parser p{limits};
  std::string result;
  while (!bytes.empty()) {
    // A buffer of its own for each piece, so that a view which outlives it is found by
    // AddressSanitizer.
    const std::string buffer{bytes.substr(0, piece)};
    bytes.remove_prefix(buffer.size());
    std::string_view input = buffer;
    bool again = true;
    while (again) {
      switch (p.next(input)) {
        case parser::event::more:
          again = false;
          continue;
        case parser::event::head:
          again = true;
          continue;
        case parser::event::request: {
          const auto& r = p.current();
          result += std::string{r.method_name} + ' ' + std::string{r.target};
          if (!r.keep_alive) result += " close";
          if (!r.body.empty()) result += ' ' + std::string{r.body};
          result += '\n';
          again = !input.empty();
          continue;
        }
        case parser::event::failed:
          return result + std::to_string(p.error().status) + '\n';
      }
    }
  }
  if (!p.between_requests()) result += "unfinished\n";
  return result;
}

}  // namespace lithair::http::test
