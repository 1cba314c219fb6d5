#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/header_values.hpp"
#include "http/request.hpp"
#include "http/shared_origins.hpp"

namespace lithair::persistence {
class file;
}

namespace lithair::http {

/// The answer to one request, before it becomes bytes.
struct response {
  int status = 200;                                    ///< of HTTP
  std::string body;                                    ///< empty: none
  std::string_view content_type = "application/json";  ///< a literal; used when there is a body
  item_tag version;                                    ///< ETag; version 0: none
  std::string entity_tag;                              ///< ETag when it is no version; empty: none
  std::uint64_t raft_index = 0;                        ///< X-Raft-Index; 0: none
  std::optional<std::uint64_t> applied;                ///< X-Applied-Index
  std::string location;                                ///< a path; empty: none
  method_set allow = 0;                                ///< Allow; 0: none
  std::string accept_patch;                            ///< Accept-Patch (RFC 5789); empty: none
  bool asks_for_token = false;                         ///< WWW-Authenticate: Bearer
  std::uint32_t retry_after_s = 0;                     ///< Retry-After; 0: none
  std::string page_policy;                             ///< Content-Security-Policy; empty: none
  std::string rate_policy;                             ///< RateLimit-Policy; empty: none
  std::string rate_left;                               ///< RateLimit; empty: none
  bool replayed = false;    ///< the stored answer to an earlier request of this Idempotency-Key
  bool asks_again = false;  ///< Cache-Control: no-cache: to be kept, and asked for each time
  bool minimal = false;     ///< of some items the body tells the keys alone
  bool stream = false;      ///< events follow as they happen, without an announced end
  bool close = false;       ///< the connection ends after it

  // A file instead of `body`: sent as an attachment of this name, piece by piece.
  std::shared_ptr<const persistence::file> file;
  std::uint64_t file_size = 0;  ///< bytes of the file to be sent
  std::string file_name;        ///< for Content-Disposition
};

/// An `application/problem+json` answer. 503 comes with Retry-After: 1. `code` is the contract's
/// "error", `detail` one sentence.
response problem_response(int status, std::string_view code, std::string_view detail);
/// 404 for a path that leads nowhere.
response not_found();
/// 405, with what the route does take. RFC 9110 §15.5.6 asks for the Allow header.
response not_allowed(method_set allow);

/// What rendering needs to know besides the answer.
struct rendering {
  int minor_version = 1;        ///< of the request, 0 or 1
  bool keep_alive = true;       ///< false: `Connection: close`
  bool head_only = false;       ///< the answer to HEAD: lengths without a body
  std::string_view request_id;  ///< X-Request-Id
  std::string_view served_by;   ///< X-Served-By
  std::string_view date;        ///< an IMF-fixdate (RFC 9110 §5.6.7)
  sharing shared = {};          ///< which pages of other sites may read it
};

/// Appends the status line and the headers, without the body. Lengths are of `body` or the file,
/// also where HEAD gets neither; a stream is chunked in HTTP/1.1 and ends with the connection in
/// 1.0.
void render_head(const response& answer, const rendering& how, std::string& out);
/// Whether a body follows the head. False for HEAD, 204 and 304 too (RFC 9110 §6.4.1).
bool has_body(const response& answer, bool head_only);
/// "GET, HEAD, OPTIONS": the methods in a set; OPTIONS always, HEAD with GET.
std::string allow_text(method_set set);

}  // namespace lithair::http
