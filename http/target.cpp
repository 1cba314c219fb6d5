#include "http/target.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace lithair::http {

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Forms only: in a path "+" is itself (RFC 3986 §3.3).
    if (text[i] == '+' && plus_is_space) {
      result += ' ';
      continue;
    }
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    // Two digits must follow.
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  std::vector<std::string> result;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    // Decoded behind the split, so that an encoded slash is data.
    auto segment = percent_decode(path.substr(0, end));
    if (!segment) return std::nullopt;
    result.push_back(std::move(*segment));
    path.remove_prefix(end);
  }
  return result;
}

std::optional<parameters> query_parameters(std::string_view query) {
  parameters result;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    // "a&&b" has two pairs.
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    // A name alone has an empty value, as forms send it.
    auto value = equals == std::string_view::npos ? std::optional{std::string{}}
                                                  : percent_decode(pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    result.emplace_back(std::move(*name), std::move(*value));
  }
  return result;
}

}  // namespace lithair::http
