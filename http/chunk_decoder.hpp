#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.hpp"

namespace lithair::http {

/// Takes the chunked transfer coding off a body (RFC 9112 §7.1):
///
///     body      = *chunk 1*16"0" *extension CRLF *( trailer CRLF ) CRLF
///     chunk     = size *extension CRLF data CRLF
///     size      = 1*16 HEXDIG
///     extension = BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ]    (§7.1.1)
///     trailer   = token ":" and a value without control characters
///     BWS       = *( SP / HTAB )
///
/// Nothing else is let through: what two readers could read differently is how requests are
/// smuggled. Extensions and trailers are checked for their form and dropped.
class chunk_decoder {
 public:
  /// After each piece of input.
  enum class state : std::uint8_t { more, done, malformed, too_large };

  /// Consumes from the front of `input`, at most up to the end of the body, and appends the data to
  /// `body`, which never grows beyond `max_body` bytes. Where a size is larger than what is left of
  /// `max_body`, that is told before its data come.
  state feed(std::string_view& input, std::string& body, std::size_t max_body);

  /// Ready for the next body. Forgets everything; `limits` bound the trailers like headers.
  void reset(const parser_limits& limits);

 private:
  /// What the next byte belongs to; the names are those of the grammar.
  enum class at : std::uint8_t {
    size,
    before_semicolon,  ///< blanks behind the size or an extension
    before_name,       ///< of an extension: behind its semicolon
    name,
    before_equals,  ///< blanks behind a name; another extension may follow
    before_value,
    value,
    quoted,
    escaped,  ///< behind a backslash in a quoted string
    after_quoted,
    size_lf,
    data,
    data_cr,
    data_lf,
    line_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
  };

  /// Takes one byte that is no data; false: malformed.
  bool step(char c);
  /// Of those of an extension, from its first blank or semicolon to the line's end.
  bool step_extension(char c);
  /// Goes to what a character means between two parts of an extension; false: nothing.
  bool separate(char c, at on_blank);
  /// One of trailers, or of the empty line behind them.
  bool step_trailer(char c);
  /// A size of 0 is the last chunk, and trailers follow.
  bool size_ended();
  /// At most 16 digits, so the number fits 64 bits.
  bool take_digit(char c);

  at at_ = at::size;
  std::uint64_t left_ = 0;      // of the chunk's size, then of its data
  std::uint32_t digits_ = 0;    // of the size seen so far
  std::size_t extensions_ = 0;  // bytes of all extensions
  std::size_t trailers_ = 0;    // bytes of all trailers
  std::size_t trailer_lines_ = 0;
  bool done_ = false;
  parser_limits limits_;
};

}  // namespace lithair::http
