#pragma once

#include <optional>

#include "http/host_names.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/shared_origins.hpp"

namespace lithair::http {

/// Why a request is not even looked at; none: it is. Browsers let any page send some requests to
/// any address, and say truly in whose name; programs are never refused for what they leave out.
///
/// * 421 when the host that was asked is none of this node's (RFC 9110 §15.5.20): a name that was
///   rebound, or one that the operator has not named yet.
/// * 403 when a page of another site would change something, or have a backup made. Sec-Fetch-Site
///   says so (W3C Fetch Metadata §2.1); where a browser does not send it, Origin does (RFC 6454
///   §7). Where it says that the page is of the same origin, that counts: a proxy in front may have
///   changed the Host. Pages of origins that the operator named may (shared_origins.hpp).
///
/// Pure. No `own`: every host is right. No `others`: nobody is named.
std::optional<response> check_visitor(const request& r, endpoint what, const host_names* own,
                                      const shared_origins* others = nullptr);

}  // namespace lithair::http
