#pragma once

#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "http/parameters.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

/// The two halves of `begin` for data: what writes is in exchange.cpp, what reads in
/// read_exchange.cpp.
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

/// The part of `begin` for reads, but for streams.
step begin_read(const operation& row, const matched& place, const known_headers& headers,
                parameters&& all, const site& site, const models::stamp& at, const guest& who);
/// The part of `begin` for streams.
step begin_stream(const matched& place, const known_headers& headers, const parameters& all,
                  const site& site, const guest& who);

}  // namespace lithair::http
