#pragma once

#include <span>
#include <string_view>

#include "http/packed_text.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

/// The dashboard: pages for people at /_admin, whose files are part of the program. They are those
/// of http/dashboard/; docs/site/make_dashboard.cpp makes a source of them.
namespace lithair::http {

/// One of them. All views live as long as the program.
struct dashboard_file {
  std::string_view name;  ///< "app.js"; served at /_admin/app.js
  std::string_view type;  ///< of its media
  std::string_view tag;   ///< of its content, for ETag
  packed_text content;
};

/// The page that is served at /_admin.
inline constexpr std::string_view dashboard_index = "index.html";

/// All of them, in the order of their names.
std::span<const dashboard_file> dashboard_files();
/// The one of this name; null: there is none.
const dashboard_file* find_dashboard_file(std::string_view name);
/// The file of this name, or 304 where the request has it already; 404: there is none. It may load
/// and run what this node serves, and speak to nobody else.
response dashboard_answer(std::string_view name, const request& r);

}  // namespace lithair::http
