#include "http/event_stream.hpp"

#include <array>
#include <charconv>

namespace lithair::http {

std::string event_stream::id_line() {
  // An id that the client has need not be said again.
  if (said == position) return {};
  said = position;
  return "id: " + models::to_text(position) + '\n';
}

std::string event_stream::preamble() { return std::string(greeting) + id_line() + '\n'; }

std::string event_stream::heartbeat() { return ": heartbeat\n" + id_line() + '\n'; }

// The id again, also when the client has it: here it goes on, wherever it connects next.
std::string event_stream::farewell(std::string_view why) {
  said.reset();
  return ": " + std::string{why} + '\n' + id_line() + '\n';
}

void append_piece(std::string& out, std::string_view text, bool chunked) {
  if (text.empty()) return;
  if (!chunked) {
    out.append(text);
    return;
  }
  std::array<char, 16> digits{};
  // RFC 9112 §7.1: the size in hexadecimal.
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), text.size(), 16).ptr;
  out.append(digits.data(), end).append("\r\n").append(text).append("\r\n");
}

}  // namespace lithair::http
