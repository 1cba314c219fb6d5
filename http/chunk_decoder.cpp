#include "http/chunk_decoder.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace lithair::http {

namespace {

// Extensions mean nothing to us; a little room for senders that add them.
constexpr std::size_t max_extensions = 4096;

}  // namespace

void chunk_decoder::reset(const parser_limits& limits) {
  *this = chunk_decoder{};
  limits_ = limits;
}

chunk_decoder::state chunk_decoder::feed(std::string_view& input, std::string& body,
                                         std::size_t max_body) {
  while (!input.empty() && !done_) {
    // Data need no look at each byte.
    if (at_ == at::data) {
      const auto n = std::min<std::uint64_t>(left_, input.size());
      body.append(input.data(), n);
      input.remove_prefix(n);
      left_ -= n;
      if (left_ == 0) at_ = at::data_cr;
      continue;
    }
    if (!step(input.front())) return state::malformed;
    input.remove_prefix(1);
    // Refused when announced, before its bytes come.
    if (at_ == at::data && left_ > max_body - body.size()) return state::too_large;
  }
  return done_ ? state::done : state::more;
}

bool chunk_decoder::step(char c) {
  switch (at_) {
    case at::size:
      if (hex_value(c) >= 0) return take_digit(c);
      // A size has a digit at least.
      return digits_ > 0 && separate(c, at::before_semicolon);
    case at::size_lf:
      return c == '\n' && size_ended();
    case at::data:
      return false;  // taken by `feed`
    case at::data_cr:
      at_ = at::data_lf;
      return c == '\r';
    case at::data_lf:
      at_ = at::size;
      digits_ = 0;
      left_ = 0;
      return c == '\n';
    case at::line_start:
    case at::trailer_name:
    case at::trailer_value:
    case at::trailer_lf:
    case at::end_lf:
      return step_trailer(c);
    default:
      // Within a limit of its own: extensions would otherwise be a body without end.
      return ++extensions_ <= max_extensions && step_extension(c);
  }
}

bool chunk_decoder::step_extension(char c) {
  switch (at_) {
    case at::before_semicolon:
      // Blanks must lead to another extension.
      return c != '\r' && separate(c, at::before_semicolon);
    case at::before_name:
      if (!is_token(c)) return is_blank(c);
      at_ = at::name;
      return true;
    case at::name:
      if (is_token(c)) return true;
      if (c == '=') {
        at_ = at::before_value;
        return true;
      }
      return separate(c, at::before_equals);
    case at::before_equals:
      if (c != '=') return c != '\r' && separate(c, at::before_equals);
      at_ = at::before_value;
      return true;
    case at::before_value:
      if (is_blank(c)) return true;
      at_ = c == '"' ? at::quoted : at::value;
      return c == '"' || is_token(c);
    case at::value:
      return is_token(c) || separate(c, at::before_semicolon);
    case at::quoted:
      if (c == '"' || c == '\\') at_ = c == '"' ? at::after_quoted : at::escaped;
      return is_text(c) || c == '\t';
    case at::escaped:
      at_ = at::quoted;
      return is_text(c) || c == '\t';
    default:
      return separate(c, at::before_semicolon);
  }
}

bool chunk_decoder::separate(char c, at on_blank) {
  if (c == ';')
    at_ = at::before_name;
  else if (c == '\r')
    at_ = at::size_lf;
  else
    at_ = on_blank;
  return c == ';' || c == '\r' || is_blank(c);
}

bool chunk_decoder::step_trailer(char c) {
  switch (at_) {
    case at::line_start:
      // The empty line behind the trailers.
      if (c == '\r') {
        at_ = at::end_lf;
        return true;
      }
      at_ = at::trailer_name;
      // Trailers cost like headers, and are bounded alike.
      return is_token(c) && ++trailers_ <= limits_.max_header_bytes &&
             ++trailer_lines_ <= limits_.max_headers;
    case at::trailer_name:
      if (c == ':')
        at_ = at::trailer_value;
      else if (!is_token(c))
        return false;
      return ++trailers_ <= limits_.max_header_bytes;
    case at::trailer_value:
      if (c == '\r') {
        at_ = at::trailer_lf;
        return true;
      }
      return (is_text(c) || c == '\t') && ++trailers_ <= limits_.max_header_bytes;
    case at::trailer_lf:
      at_ = at::line_start;
      return c == '\n';
    default:
      done_ = true;
      return c == '\n';
  }
}

bool chunk_decoder::take_digit(char c) {
  // 16 digits are 64 bits: the number can't overflow.
  if (++digits_ > 16) return false;
  left_ = left_ << 4 | static_cast<std::uint64_t>(hex_value(c));
  return true;
}

bool chunk_decoder::size_ended() {
  at_ = left_ == 0 ? at::line_start : at::data;
  return true;
}

}  // namespace lithair::http
