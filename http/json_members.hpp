#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/encoding/json_document.hpp"

/// How documents of others are looked into. Positions are those of `models::json_document`.
namespace lithair::http {

/// Where the value of this name is; none: the object has none.
inline std::optional<std::uint32_t> member_of(const models::json_document& of, std::uint32_t object,
                                              std::string_view name) {
  std::optional<std::uint32_t> found;
  of.for_each_member(object, [&](std::string_view key, std::uint32_t at) {
    if (key == name) found = at;
  });
  return found;
}

/// The text there, as long as the document lives; none: it is something else.
inline std::optional<std::string_view> text_at(const models::json_document& of, std::uint32_t at) {
  if (of.at(at).what != models::json_document::kind::string) return std::nullopt;
  return of.text(at);
}

}  // namespace lithair::http
