#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/packed_text.hpp"

namespace lithair::http {

/// A part of the site of the documentation.
struct docs_part {
  std::string_view name;   ///< below /docs/; of the first page empty
  std::string_view type;   ///< for Content-Type
  std::string_view title;  ///< of a page; empty: it is none
  packed_text body;        ///< of a page what stands in the frame
};

/// What all pages have around what is theirs, in the order of a page.
struct docs_frame {
  std::string_view before_title;
  std::string_view before_body;  ///< with the navigation
  std::string_view behind;
};

/// All parts, and the frame. They are made of docs/ when the library is built
/// (docs/site/make_site.cpp).
std::span<const docs_part> docs_parts();
const docs_frame& docs_frame_of_pages();

/// As it is served.
std::string docs_text(const docs_part& of);

}  // namespace lithair::http
