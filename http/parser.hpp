#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunk_decoder.hpp"
#include "http/limits.hpp"
#include "http/request.hpp"

namespace lithair::http {

/// Bytes of one connection in, its requests out, in order (RFC 9112). Pure: no I/O, no clock. One
/// thread.
///
/// Strict on purpose: every line ends in CRLF, nothing is folded, a length is said once and in one
/// way. Each head is looked through for these rules first and then read by llhttp, so two readers
/// must agree on it. After the first malformed byte nothing more is taken from the connection.
class parser {
 public:
  enum class event : std::uint8_t {
    more,     ///< the input is used up
    head,     ///< a head with a body that is still to come: `current` has no body yet
    request,  ///< `current` is whole
    failed,   ///< `error` says why; close after answering
  };

  /// Why the connection can't go on: an HTTP status, a word for programs and a sentence for people.
  struct failure {
    int status = 400;
    std::string_view code = "bad_request";
    std::string_view detail;
  };

  explicit parser(const parser_limits& limits) : limits_(limits), max_body_(limits.max_body) {}

  /// The connection is under TLS: targets in absolute form begin with https (RFC 9110 §7.4).
  void under_tls() { scheme_ = "https://"; }

  /// Goes on with `input`, which follows what was consumed before, and advances it. Bytes behind
  /// the request that it returns are left in `input`. After `head` the next call comes before the
  /// bytes in `input` go away.
  event next(std::string_view& input);

  /// Of the last `head` or `request`; its views end with the next call.
  const request& current() const { return request_; }
  const failure& error() const { return failure_; }  ///< of `failed`

  /// Another limit for the body of the request whose head was returned just now. Only after `head`.
  void limit_body(std::size_t max_body) { max_body_ = max_body; }

  /// Bytes that the request under way holds here, or will hold, given that `at_hand` bytes of input
  /// are still to be taken: of its head while that is partial or its body is, and of its body, as
  /// announced or as it has grown. A body that is there in one piece takes nothing. Also what is
  /// kept of a request that was handed out and not released.
  std::size_t needs(std::size_t at_hand) const;
  /// Of the body: what has come, and what was announced (none when it is chunked). Only `in_body`.
  std::size_t received() const { return body_.size(); }
  std::optional<std::uint64_t> announced() const;

  /// Lets go of what is kept of the request that was handed out: `current` ends.
  void release();
  /// Lets go of everything; nothing more is taken from the connection.
  void abandon();

  /// Nothing of a further request has arrived yet.
  bool between_requests() const { return stage_ == stage::start && (fresh_ || head_.empty()); }
  /// A head is complete, its body is not.
  bool in_body() const { return stage_ == stage::body_start || stage_ == stage::body; }

 private:
  enum class stage : std::uint8_t { start, body_start, body, broken };
  enum class scanned : std::uint8_t { partial, complete, failed };
  enum class framing : std::uint8_t { none, length, chunked };
  friend struct field_sink;  ///< reads header lines with llhttp

  event next_head(std::string_view& input);  ///< until a whole head is there
  event next_body(std::string_view& input);
  event next_length_body(std::string_view& input);
  event next_chunked_body(std::string_view& input);  ///< through the chunk decoder
  event begin_body(std::string_view& input);         ///< after a head: is there a body?
  event fail(int status, std::string_view code, std::string_view detail);  ///< notes the error
  /// The same, for checks; always false.
  bool refuse(int status, std::string_view code, std::string_view detail);
  event finished();  ///< the request is whole

  scanned scan(std::string_view text);      ///< the lines that are whole, for framing rules
  bool scan_line(std::string_view line);    ///< one line that is whole
  bool check_begun(std::string_view line);  ///< of a line as far as it has come
  bool read_request_line(std::string_view line);
  bool read_target(std::string_view target);  ///< origin, absolute or asterisk form (RFC 9112 §3.2)
  bool read_version(std::string_view version);  ///< HTTP/1.0 and 1.1 only; else 505
  bool read_fields(std::string_view lines);     ///< llhttp, behind our own checks
  bool check_fields();                          ///< what they say of body and connection
  bool check_host();                            ///< exactly one (RFC 9112 §3.2)
  bool read_framing();                          ///< of the body (RFC 9112 §6)
  bool read_length(std::string_view value);
  bool read_coding(std::string_view value);
  void read_connection();  ///< Connection, and the default of the version (RFC 9112 §9.3)
  void own_head();

  parser_limits limits_;
  std::string_view scheme_ = "http://";
  std::size_t max_body_;
  stage stage_ = stage::start;
  bool fresh_ = false;  // the last request was handed out, what is kept of it can go
  framing framing_ = framing::none;
  failure failure_;
  request request_;
  std::vector<header> headers_;
  std::string_view authority_;  // of a target in absolute form

  // The head, while it is partial or its body is; else it stays in the caller's buffer.
  std::string head_;
  std::size_t scanned_ = 0;     // bytes of the head looked through: whole lines
  std::size_t lines_ = 0;       // header lines among them
  std::size_t first_line_ = 0;  // where the request line begins
  std::size_t fields_ = 0;      // where the header lines begin; 0: the request line is not read yet

  std::uint64_t length_ = 0;  // of the body, when it was announced
  std::string body_;
  chunk_decoder chunks_;
};

}  // namespace lithair::http
