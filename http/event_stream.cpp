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

std::size_t add_piece(outbox& out, std::string_view begin,
                      const std::shared_ptr<const std::string>& shared, bool chunked) {
  const auto size = begin.size() + (shared ? shared->size() : 0);
  if (size == 0) return 0;
  std::array<char, 16> digits{};
  // RFC 9112 §7.1: the size in hexadecimal.
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  auto& head = out.tail();
  if (chunked) head.append(digits.data(), end).append("\r\n");
  head.append(begin);
  if (shared) out.add(shared);
  if (chunked) out.tail().append("\r\n");
  return size;
}

}  // namespace lithair::http
