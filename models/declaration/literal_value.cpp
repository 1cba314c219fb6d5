#include "models/declaration/literal_value.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "models/encoding/msgpack.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

/// Elements are written as text, whatever their type.
std::optional<value> pack(const field& list, const std::vector<std::string>& texts) {
  packed_list made;
  msgpack::write_array(made.array, texts.size());
  for (const auto& text : texts) {
    const auto element = parse_text(*list.element, text);
    if (!element) {
      return std::nullopt;
    }
    write_value(made.array, *element);
  }
  return value{std::move(made)};
}

}  // namespace

std::optional<value> value_of(const field& f, const literal& from) {
  if (const auto* text = std::get_if<std::string>(&from)) {
    const bool plain = f.type == value_type::boolean || f.type == value_type::integer ||
                       f.type == value_type::number || f.type == value_type::list;
    // "12" in quotes for an integer is more likely a mistake than a wish.
    return plain ? std::nullopt : parse_text(f, *text);
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&from)) {
    return f.type == value_type::list ? pack(f, *texts) : std::nullopt;
  }
  if (const auto* flag = std::get_if<bool>(&from)) {
    return f.type == value_type::boolean ? std::optional<value>(*flag) : std::nullopt;
  }
  if (const auto* integer = std::get_if<std::int64_t>(&from)) {
    // An integer stands for a number: 1 means 1.0.
    if (f.type == value_type::number) {
      return value{static_cast<double>(*integer)};
    }
    const bool exact = f.type == value_type::integer || f.type == value_type::money;
    return exact ? parse_text(f, std::to_string(*integer)) : std::nullopt;
  }
  if (const auto* number = std::get_if<double>(&from)) {
    return f.type == value_type::number && std::isfinite(*number) ? std::optional<value>(*number)
                                                                  : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace lithair::models
