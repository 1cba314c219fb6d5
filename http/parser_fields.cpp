#include "http/parser.hpp"

#include <llhttp.h>

#include <algorithm>
#include <charconv>

#include "http/characters.hpp"
#include "http/header_values.hpp"

/// The header lines of a request, and what they say about its body and its connection.
namespace lithair::http {

/// What llhttp calls while it reads the header lines. They lie in one piece, so each name and each
/// value comes as one span.
struct field_sink {
  std::vector<header>* headers;
  std::string_view name;
  std::string_view value;

  static field_sink& of(llhttp_t* p) { return *static_cast<field_sink*>(p->data); }

  static const llhttp_settings_t* settings() {
    static const llhttp_settings_t result = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      // The value begins empty: one that is empty has no callback.
      s.on_header_field = [](llhttp_t* p, const char* at, size_t n) {
        of(p).name = {at, n};
        of(p).value = of(p).name.substr(n);
        return 0;
      };
      s.on_header_value = [](llhttp_t* p, const char* at, size_t n) {
        of(p).value = {at, n};
        return 0;
      };
      s.on_header_value_complete = [](llhttp_t* p) {
        auto& self = of(p);
        // Blanks around a value are none of it (RFC 9112 §5.1).
        self.headers->push_back({self.name, trimmed(self.value)});
        return 0;
      };
      // The body is read by us: tell llhttp that there is none.
      s.on_headers_complete = [](llhttp_t*) { return 1; };
      s.on_message_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
      return s;
    }();
    return &result;
  }
};

bool parser::read_fields(std::string_view lines) {
  headers_.clear();
  field_sink sink{&headers_, {}, {}};
  llhttp_t machine;
  // No leniency is switched on.
  llhttp_init(&machine, HTTP_REQUEST, field_sink::settings());
  machine.data = &sink;
  // The request line was read above, more strictly than llhttp would; no method or version may make
  // a difference to how the header lines are read.
  constexpr std::string_view line = "POST / HTTP/1.1\r\n";
  auto result = llhttp_execute(&machine, line.data(), line.size());
  if (result == HPE_OK) result = llhttp_execute(&machine, lines.data(), lines.size());
  // llhttp must have come to the very end, with as many headers as lines were counted.
  const bool at_end = llhttp_get_error_pos(&machine) == lines.data() + lines.size();
  if (result != HPE_PAUSED || !at_end || headers_.size() != lines_)
    return refuse(400, "bad_header", "The request's headers are malformed.");
  request_.headers = headers_;
  return true;
}

bool parser::check_fields() {
  if (!check_host() || !read_framing()) return false;
  read_connection();
  if (const auto* expectation = request_.find("Expect"); expectation != nullptr) {
    if (!same_name(*expectation, "100-continue"))
      return refuse(417, "expectation_failed", "Only the expectation 100-continue can be met.");
    // An HTTP/1.0 client can't know it, and without a body there is nothing to wait for.
    request_.expects_continue = request_.minor_version >= 1 && framing_ != framing::none;
  }
  return true;
}

// RFC 9112 §3.2: exactly one Host in HTTP/1.1, and it must be one.
bool parser::check_host() {
  const header* host = nullptr;
  for (const auto& x : headers_) {
    if (!same_name(x.name, "Host")) continue;
    if (host != nullptr)
      return refuse(400, "bad_host", "The request has more than one Host header.");
    host = &x;
  }
  request_.authority = host == nullptr ? authority_ : host->value;
  if (host == nullptr) {
    // HTTP/1.0 has no Host; virtual hosts are not told apart here.
    if (request_.minor_version == 0) return true;
    return refuse(400, "bad_host", "The request has no Host header.");
  }
  if (!is_authority(host->value)) return refuse(400, "bad_host", "The Host header is malformed.");
  // RFC 9112 §3.2.2 lets the target count; two names that differ are refused instead.
  if (!authority_.empty() && !same_name(authority_, host->value))
    return refuse(400, "bad_host", "The request's target names another host than its Host header.");
  return true;
}

// RFC 9112 §6: the two ways to say how long the body is; never both, never twice.
bool parser::read_framing() {
  const header* length = nullptr;
  const header* coding = nullptr;
  for (const auto& x : headers_) {
    const bool is_length = same_name(x.name, "Content-Length");
    if (!is_length && !same_name(x.name, "Transfer-Encoding")) continue;
    // Two lengths are how requests are smuggled (RFC 9112 §11.2).
    if (length != nullptr || coding != nullptr)
      return refuse(400, "bad_framing", "The request says more than once how long its body is.");
    (is_length ? length : coding) = &x;
  }
  framing_ = framing::none;
  if (length != nullptr) return read_length(length->value);
  if (coding != nullptr) return read_coding(coding->value);
  return true;
}

bool parser::read_length(std::string_view value) {
  // 18 digits are always within 64 bits, and beyond every limit.
  constexpr std::size_t max_digits = 18;
  if (value.empty() || !std::ranges::all_of(value, is_digit) || value.size() > max_digits)
    return refuse(400, "bad_framing", "The Content-Length is not a sensible number.");
  std::from_chars(value.data(), value.data() + value.size(), length_);
  // A length of 0 is no body.
  if (length_ > 0) framing_ = framing::length;
  return true;
}

bool parser::read_coding(std::string_view value) {
  // RFC 9112 §6.1: a request of 1.0 with it has faulty framing.
  if (request_.minor_version == 0)
    return refuse(400, "bad_framing", "HTTP/1.0 has no Transfer-Encoding.");
  if (same_name(value, "chunked")) {
    framing_ = framing::chunked;
    return true;
  }
  if (names_foreign_coding(value))
    return refuse(501, "coding_not_implemented", "The only transfer coding taken is chunked.");
  return refuse(400, "bad_framing", "The Transfer-Encoding must be chunked, once.");
}

// RFC 9112 §9.3.
void parser::read_connection() {
  bool close = false;
  bool keep = request_.minor_version >= 1;
  for (const auto& x : headers_) {
    if (!same_name(x.name, "Connection")) continue;
    // "close" counts more than "keep-alive".
    close = close || has_token(x.value, "close");
    keep = keep || has_token(x.value, "keep-alive");
  }
  request_.keep_alive = keep && !close;
}

}  // namespace lithair::http
