#pragma once

#include <string>

/// How files that nodes serve become parts of a source, packed: `http/packed_text.hpp` unpacks.
namespace site {

/// A literal of C++ with these bytes.
std::string literal_of(const std::string& bytes);
/// An expression of C++ for a `packed_text` with this text: its bytes are deflated (RFC 1951).
std::string packed(const std::string& text);
/// All of a file; throws when it can't be read.
std::string text_of(const std::string& path);

}  // namespace site
