#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lithair::http {

/// A text of the program's own that takes a quarter of its room until somebody asks for it. Made
/// when the library is built (docs/site/packing.cpp).
struct packed_text {
  std::string_view bytes;  ///< deflated (RFC 1951); lives as long as the program
  std::size_t size = 0;    ///< of the text

  /// The text; takes some 5 µs for a KiB. May be called by any thread.
  std::string text() const;
};

}  // namespace lithair::http
