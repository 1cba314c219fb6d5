#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lithair::models {

/// Whether the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text);

/// Code points in valid UTF-8. What lengths of strings count: not bytes, and not what a reader sees
/// as one letter.
std::size_t count_characters(std::string_view text);

/// The character at `at`, which is moved behind it; `at` must lie within the text. Of bytes that
/// are no UTF-8 each is a number of its own above U+10FFFF, so that every text has an end.
char32_t next_character(std::string_view text, std::size_t& at);
/// The first byte that the character has in UTF-8.
char first_byte_of(char32_t c);

/// A client's word, short and printable enough to be given back in an error. At most 64 bytes, cut
/// between characters and with "..." behind; "?" for what is no UTF-8.
std::string excerpt(std::string_view text);

}  // namespace lithair::models
