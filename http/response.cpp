#include "http/response.hpp"

#include <charconv>

#include "http/hex.hpp"
#include "models/problem/problem.hpp"
#include "models/problem/reason_phrase.hpp"

namespace lithair::http {

namespace {

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_header(std::string& out, std::string_view name, std::uint64_t value) {
  out.append(name).append(": ");
  append_number(out, value);
  out.append("\r\n");
}

// RFC 9110 §8.6, §15.3.5, §15.4.5: these say nothing about a length.
bool bodiless(int status) { return status == 204 || status == 304; }

void append_optional_headers(const response& answer, std::string& out) {
  if (answer.version.version != 0) {
    out.append("ETag: \"");
    append_number(out, answer.version.version);
    if (answer.version.variant != 0) out.append("-").append(hex_text(answer.version.variant));
    out.append("\"\r\n");
  }
  if (!answer.entity_tag.empty()) append_header(out, "ETag", '"' + answer.entity_tag + '"');
  if (!answer.file_name.empty())
    append_header(out, "Content-Disposition", "attachment; filename=\"" + answer.file_name + '"');
  if (answer.raft_index != 0) append_header(out, "X-Raft-Index", answer.raft_index);
  if (answer.applied) append_header(out, "X-Applied-Index", *answer.applied);
  if (!answer.location.empty()) append_header(out, "Location", answer.location);
  if (answer.allow != 0) append_header(out, "Allow", allow_text(answer.allow));
  if (!answer.accept_patch.empty()) append_header(out, "Accept-Patch", answer.accept_patch);
  if (answer.asks_for_token) append_header(out, "WWW-Authenticate", "Bearer");
  if (answer.replayed) append_header(out, "Idempotency-Replayed", "true");
  // RFC 7240 §3: so that nobody takes it for the whole representation.
  if (answer.minimal) append_header(out, "Preference-Applied", "return=minimal");
  if (answer.retry_after_s != 0) append_header(out, "Retry-After", answer.retry_after_s);
  if (!answer.page_policy.empty()) {
    append_header(out, "Content-Security-Policy", answer.page_policy);
    append_header(out, "Referrer-Policy", "no-referrer");
  }
  if (answer.asks_again) append_header(out, "Cache-Control", "no-cache");
  if (!answer.rate_policy.empty()) append_header(out, "RateLimit-Policy", answer.rate_policy);
  if (!answer.rate_left.empty()) append_header(out, "RateLimit", answer.rate_left);
}

}  // namespace

response problem_response(int status, std::string_view code, std::string_view detail) {
  response result;
  result.status = status;
  result.content_type = "application/problem+json";
  result.body = models::to_json(models::problem{
      static_cast<std::uint16_t>(status), std::string{code}, std::string{detail}, {}});
  // A moment is enough: elections and restarts are short.
  if (status == 503) result.retry_after_s = 1;
  return result;
}

response not_found() {
  return problem_response(404, "not_found", "Nothing is served at this path.");
}

response not_allowed(method_set allow) {
  auto result = problem_response(405, "method_not_allowed", "This path does not take the method.");
  result.allow = allow;
  return result;
}

void render_head(const response& answer, const rendering& how, std::string& out) {
  out.append("HTTP/1.1 ");
  // RFC 9112 §4: the phrase is for people; clients go by the number.
  append_number(out, static_cast<std::uint64_t>(answer.status));
  out.append(" ")
      .append(models::reason_phrase(static_cast<std::uint16_t>(answer.status)))
      .append("\r\n");
  // RFC 9110 §6.6.1: an origin server with a clock sends it.
  append_header(out, "Date", how.date);
  if (answer.stream) {
    append_header(out, "Content-Type", "text/event-stream");
    // No cache may answer in the place of a stream, and nobody on the way may gather it up to pack
    // it (RFC 9111 §5.2.2.6) or, as nginx does unless it is told, to fill a buffer.
    append_header(out, "Cache-Control", "no-cache, no-transform");
    append_header(out, "X-Accel-Buffering", "no");
    if (how.minor_version > 0) append_header(out, "Transfer-Encoding", "chunked");
  } else if (!bodiless(answer.status)) {
    // RFC 9110 §8.6: never a length with 204; none with 304 either.
    if (!answer.body.empty() || answer.file)
      append_header(out, "Content-Type", answer.content_type);
    append_header(out, "Content-Length", answer.file ? answer.file_size : answer.body.size());
  }
  append_optional_headers(answer, out);
  const bool is_to_options = answer.status == 204 && answer.allow != 0;
  append_sharing(how.shared, is_to_options ? allow_text(answer.allow) : "", out);
  append_header(out, "X-Served-By", how.served_by);
  append_header(out, "X-Request-Id", how.request_id);
  // Nobody guesses another type for what clients have stored.
  out.append("X-Content-Type-Options: nosniff\r\n");
  // HTTP/1.0 closes unless it is said (RFC 9112 §9.3).
  if (answer.close || !how.keep_alive)
    out.append("Connection: close\r\n");
  else if (how.minor_version == 0)
    out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

bool has_body(const response& answer, bool head_only) {
  return !head_only && !bodiless(answer.status) && !answer.body.empty();
}

std::string allow_text(method_set set) {
  // HEAD goes with GET (RFC 9110 §9.1).
  std::string result;
  if (contains(set, method::get)) result += "GET, HEAD, ";
  if (contains(set, method::post)) result += "POST, ";
  if (contains(set, method::put)) result += "PUT, ";
  if (contains(set, method::patch)) result += "PATCH, ";
  if (contains(set, method::remove)) result += "DELETE, ";
  return result + "OPTIONS";
}

}  // namespace lithair::http
