#pragma once

#include <span>
#include <string_view>

namespace lithair::http {

/// A part of the site of the documentation.
struct docs_part {
  std::string_view name;  ///< below /docs/; of the first page empty
  std::string_view type;  ///< for Content-Type
  std::string_view body;
};

/// All parts. They are made of docs/ when the library is built (docs/site/make_site.cpp).
std::span<const docs_part> docs_parts();

}  // namespace lithair::http
