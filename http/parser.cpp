#include "http/parser.hpp"

#include <algorithm>

#include "http/characters.hpp"

namespace lithair::http {

namespace {

// A longer word is no method anybody sends.
constexpr std::size_t max_method = 32;
// " HTTP/1.1\r\n" and the method before the target.
constexpr std::size_t request_line_rest = max_method + 12;
// What stays allocated between the requests of a connection.
constexpr std::size_t kept_capacity = 16 << 10;

method method_of(std::string_view name) {
  if (name == "GET") return method::get;
  if (name == "POST") return method::post;
  if (name == "PUT") return method::put;
  if (name == "PATCH") return method::patch;
  if (name == "DELETE") return method::remove;
  if (name == "HEAD") return method::head;
  if (name == "OPTIONS") return method::options;
  return method::other;
}

void forget(std::string& buffer) {
  buffer.clear();
  // One large request must not hold its memory as long as the connection lives.
  if (buffer.capacity() > kept_capacity) buffer.shrink_to_fit();
}

}  // namespace

// -- heads ---------------------------------------------------------------------------------------

parser::event parser::next(std::string_view& input) {
  switch (stage_) {
    case stage::start:
      return next_head(input);
    case stage::body_start:
    case stage::body:
      return next_body(input);
    case stage::broken:
      break;
  }
  // Nothing behind a malformed byte is looked at.
  input = {};
  return event::failed;
}

parser::event parser::next_head(std::string_view& input) {
  release();
  // In the caller's buffer as long as the head comes in one piece: nothing is copied.
  const bool in_place = head_.empty();
  const auto before = head_.size();
  if (!in_place) head_.append(input);
  const std::string_view text = in_place ? input : std::string_view{head_};
  switch (scan(text)) {
    case scanned::failed:
      return event::failed;
    case scanned::partial:
      if (in_place) head_.assign(input);
      input = {};
      return event::more;
    case scanned::complete:
      break;
  }
  const auto used = scanned_ - before;
  const auto head = text.substr(0, scanned_);
  input.remove_prefix(used);
  const auto line = head.substr(first_line_, fields_ - first_line_ - 2);
  // Once more for the views, when the line was checked in an earlier call and has moved since.
  if (!in_place && !read_request_line(line)) return event::failed;
  if (!read_fields(head.substr(fields_)) || !check_fields()) return event::failed;
  return begin_body(input);
}

// What the last request's views lay in is free again.
void parser::release() {
  if (!fresh_) return;
  fresh_ = false;
  request_ = {};
  headers_.clear();
  forget(head_);
  forget(body_);
  scanned_ = lines_ = first_line_ = fields_ = 0;
}

void parser::abandon() {
  stage_ = stage::broken;
  fresh_ = false;
  request_ = {};
  headers_ = {};
  head_ = {};
  body_ = {};
}

std::size_t parser::needs(std::size_t at_hand) const {
  // With those of a request that was handed out and is still kept.
  if (!in_body()) return head_.size() + body_.size();
  if (framing_ == framing::chunked) return head_.size() + body_.capacity();
  const bool is_whole = stage_ == stage::body_start && at_hand >= length_;
  return head_.size() + (is_whole ? 0 : static_cast<std::size_t>(length_));
}

std::optional<std::uint64_t> parser::announced() const {
  return framing_ == framing::length ? std::optional(length_) : std::nullopt;
}

// Looks at whole lines from where the last call stopped. Each byte is judged in its turn, so that
// the answer is the same however the bytes are cut.
parser::scanned parser::scan(std::string_view text) {
  while (true) {
    const auto rest = text.substr(scanned_);
    // Two looks for one byte each: lines are short and memchr is fast.
    const auto cr = rest.find('\r');
    const auto line = rest.substr(0, std::min(cr, rest.substr(0, cr).find('\n')));
    // The line that has begun must already be within the limits; its end may never come.
    if (!check_begun(line)) return scanned::failed;
    if (line.size() == rest.size() || rest.substr(line.size()) == "\r") return scanned::partial;
    // A CR alone is as bad as a LF alone: some end a line there (RFC 9112 §2.2).
    if (!rest.substr(line.size()).starts_with("\r\n")) {
      fail(400, "bad_line", "A line of the request's head does not end in CR LF.");
      return scanned::failed;
    }
    scanned_ += line.size() + 2;
    // CR LF alone ends the head.
    const bool at_end = fields_ != 0 && line.empty();
    if (at_end) return scanned::complete;
    if (!scan_line(line)) return scanned::failed;
  }
}

bool parser::scan_line(std::string_view line) {
  if (fields_ == 0) {
    // RFC 9112 §2.2: an empty line before a request is ignored; one is enough for old clients.
    if (line.empty() && first_line_ == 0) {
      first_line_ = scanned_;
      return true;
    }
    fields_ = scanned_;
    return read_request_line(line);
  }
  // A blank in front would be a folded line (RFC 9112 §5.2), which others read otherwise.
  if (!is_token(line.front()))
    return refuse(400, "bad_header", "A header line is folded or does not begin with a name.");
  if (++lines_ > limits_.max_headers)
    return refuse(431, "too_many_headers", "The request has too many header lines.");
  if (scanned_ - fields_ > limits_.max_header_bytes)
    return refuse(431, "headers_too_large", "The request's headers are too large.");
  return true;
}

bool parser::check_begun(std::string_view line) {
  if (fields_ == 0) {
    // The first byte tells: TLS or another protocol must not wait for its limit.
    if (!line.empty() && !is_token(line.front()))
      return refuse(400, "bad_request_line", "This is not an HTTP request.");
    if (line.size() > limits_.max_target + request_line_rest)
      return refuse(414, "target_too_long", "The request's target is too long.");
    return true;
  }
  if (scanned_ - fields_ + line.size() > limits_.max_header_bytes)
    return refuse(431, "headers_too_large", "The request's headers are too large.");
  return true;
}

// request-line = method SP request-target SP HTTP-version (RFC 9112 §3)
bool parser::read_request_line(std::string_view line) {
  const auto space = line.find(' ');
  const auto name = line.substr(0, space);
  if (space == std::string_view::npos || name.empty() || name.size() > max_method ||
      !std::ranges::all_of(name, is_token))
    return refuse(400, "bad_request_line", "The request line is malformed.");
  const auto rest = line.substr(space + 1);
  const auto second = rest.find(' ');
  // Before the version, for an over-long target is not worth reading on.
  if (std::min(second, rest.size()) > limits_.max_target)
    return refuse(414, "target_too_long", "The request's target is too long.");
  if (second == std::string_view::npos)
    return refuse(400, "bad_request_line", "The request line is malformed.");
  request_.verb = method_of(name);
  request_.method_name = name;
  return read_version(rest.substr(second + 1)) && read_target(rest.substr(0, second));
}

bool parser::read_version(std::string_view version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7]))
    return refuse(400, "bad_request_line", "The request line is malformed.");
  // HTTP/2 without TLS begins with such a line: PRI * HTTP/2.0 (RFC 9113 §3.4).
  if (version[5] != '1' || version[7] > '1')
    return refuse(505, "version_not_supported", "This server speaks HTTP/1.1 and HTTP/1.0.");
  request_.minor_version = version[7] - '0';
  return true;
}

bool parser::read_target(std::string_view target) {
  // No "#": a fragment is never sent (RFC 9112 §3.2).
  constexpr auto visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (target.empty() || !std::ranges::all_of(target, visible))
    return refuse(400, "bad_target", "The request's target is malformed.");
  authority_ = {};
  if (target.size() > scheme_.size() && same_name(target.substr(0, scheme_.size()), scheme_)) {
    // Absolute form (§3.2.2): the authority is compared with Host, the rest is as in origin form.
    target.remove_prefix(scheme_.size());
    const auto end = std::min(target.find_first_of("/?"), target.size());
    authority_ = target.substr(0, end);
    target.remove_prefix(end);
    if (authority_.empty()) return refuse(400, "bad_target", "The request's target is malformed.");
    // RFC 9112 §3.2.2: an empty path is "/".
    if (target.empty()) target = "/";
  }
  // Only OPTIONS may ask of the server as a whole (RFC 9112 §3.2.4).
  const bool asterisk = target == "*" && request_.verb == method::options && authority_.empty();
  if (target.front() != '/' && !asterisk)
    return refuse(400, "bad_target", "The request's target is malformed.");
  const auto mark = target.find('?');
  request_.target = target;
  request_.path = target.substr(0, mark);
  request_.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  return true;
}

// -- bodies --------------------------------------------------------------------------------------

parser::event parser::begin_body(std::string_view& input) {
  max_body_ = limits_.max_body;
  if (framing_ == framing::none) return finished();
  stage_ = stage::body_start;
  if (framing_ == framing::chunked) chunks_.reset(limits_);
  // The head must outlive the buffer it was read from when the body is not there in one piece.
  const bool whole = framing_ == framing::length && input.size() >= length_;
  if (!whole) own_head();
  return event::head;
}

// Moves the views of the head into a string of our own.
void parser::own_head() {
  if (!head_.empty()) return;
  const char* from = request_.method_name.data();
  const char* end = request_.target.data() + request_.target.size();
  // The views reach from the method to the last header's value.
  if (!headers_.empty()) end = headers_.back().value.data() + headers_.back().value.size();
  head_.assign(from, static_cast<std::size_t>(end - from));
  const auto move = [from, end, to = head_.data()](std::string_view& text) {
    // A target of ours ("/" for an empty one) stays where it is.
    if (text.data() >= from && text.data() + text.size() <= end)
      text = {to + (text.data() - from), text.size()};
  };
  for (auto* x : {&request_.method_name, &request_.target, &request_.path, &request_.query,
                  &request_.authority})
    move(*x);
  for (auto& x : headers_) {
    move(x.name);
    move(x.value);
  }
}

parser::event parser::next_body(std::string_view& input) {
  return framing_ == framing::length ? next_length_body(input) : next_chunked_body(input);
}

parser::event parser::next_length_body(std::string_view& input) {
  if (stage_ == stage::body_start) {
    // Told before a byte of it is taken.
    if (length_ > max_body_) return fail(413, "body_too_large", "The request's body is too large.");
    stage_ = stage::body;
    // The body lies in the input: it is not copied.
    if (input.size() >= length_) {
      request_.body = input.substr(0, length_);
      input.remove_prefix(length_);
      return finished();
    }
    // So that it never lies in two places while it grows.
    body_.reserve(length_);
  }
  const auto n = std::min<std::size_t>(length_ - body_.size(), input.size());
  body_.append(input.data(), n);
  input.remove_prefix(n);
  if (body_.size() < length_) return event::more;
  request_.body = body_;
  return finished();
}

parser::event parser::next_chunked_body(std::string_view& input) {
  stage_ = stage::body;
  switch (chunks_.feed(input, body_, max_body_)) {
    case chunk_decoder::state::more:
      return event::more;
    case chunk_decoder::state::done:
      request_.body = body_;
      return finished();
    case chunk_decoder::state::too_large:
      return fail(413, "body_too_large", "The request's body is too large.");
    case chunk_decoder::state::malformed:
      break;
  }
  return fail(400, "bad_chunk", "The chunked body is malformed.");
}

// The request is whole; the next call begins another one.
parser::event parser::finished() {
  stage_ = stage::start;
  fresh_ = true;
  return event::request;
}

parser::event parser::fail(int status, std::string_view code, std::string_view detail) {
  stage_ = stage::broken;
  failure_ = {status, code, detail};
  return event::failed;
}

bool parser::refuse(int status, std::string_view code, std::string_view detail) {
  fail(status, code, detail);
  return false;
}

}  // namespace lithair::http
