#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/endpoints.hpp"
#include "http/request.hpp"

namespace lithair::http {

/// The origins (RFC 6454) whose pages may use the API although they are not this node's: with them
/// it takes part in the CORS protocol of the Fetch standard (§3.2), without any in none of it.
///
/// What operators ask for (/_admin, /cluster, /raft, /metrics, /status) is shared with nobody.
/// Immutable; any thread.
class shared_origins {
 public:
  /// Each as `why_no_origin` permits it; `*`: any page, which then comes without credentials.
  explicit shared_origins(const std::vector<std::string>& origins);

  /// Whether there are none.
  bool none() const { return exact_.empty(); }
  /// Whether answers depend on who asks, so that caches have to keep them apart.
  bool differ() const { return !any_ && !exact_.empty(); }
  /// What the answer to this request names as the origin that may read it: the page's own, or `*`.
  /// Null: the request is of none that may, or of no page. Valid as long as this object.
  const std::string* of(const request& r) const;

  /// Whether a page of another site may ask for it at all.
  static bool shares(endpoint what);

 private:
  bool any_ = false;
  std::vector<std::string> exact_;  // as browsers write them; or `*` alone
};

/// What is wrong with an origin for `shared_origins`, as the end of a sentence; empty: nothing.
std::string why_no_origin(std::string_view text);

/// What answers say where CORS is in use.
struct sharing {
  const std::string* with = nullptr;  ///< the origin, or `*`; null: with nobody
  bool differs = false;               ///< another origin might get another answer
};

/// Appends what a page's browser has to know to let it read the answer. `preflight_allow`: the
/// methods that the path takes, where this is the answer to OPTIONS; else empty.
void append_sharing(const sharing& how, std::string_view preflight_allow, std::string& out);

/// Names of request headers that pages may set, and of answer headers that they may read, beyond
/// those that the standard lets through.
std::string_view shared_request_headers();
std::string_view shared_answer_headers();

}  // namespace lithair::http
