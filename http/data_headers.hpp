#pragma once

#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

/// The headers of requests for data.
namespace lithair::http {

/// The lines of a header that is a list: together they are one (RFC 9110 §5.3).
class header_list {
 public:
  void add(const header& line) {
    // Rarely more than one, so nothing is copied before.
    if (first_ != nullptr) joined_.append(joined_.empty() ? *first_ : "").append(",") += line.value;
    if (first_ == nullptr) first_ = &line.value;
  }
  explicit operator bool() const { return first_ != nullptr; }
  std::string_view text() const { return joined_.empty() ? *first_ : std::string_view{joined_}; }

 private:
  const std::string_view* first_ = nullptr;
  std::string joined_;
};

/// The headers that make a difference, found in one pass.
struct known_headers {
  const std::string_view* content_type = nullptr;
  header_list content_encoding;
  header_list if_match;
  header_list if_none_match;
  const std::string_view* idempotency_key = nullptr;
  const std::string_view* consistency = nullptr;
  const std::string_view* min_index = nullptr;
  const std::string_view* last_event_id = nullptr;
  std::string_view repeated;  // the name of one that came twice; empty: none
};

inline response bad_request(std::string_view code, std::string_view detail) {
  return problem_response(400, code, detail);
}

}  // namespace lithair::http
