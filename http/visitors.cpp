#include "http/visitors.hpp"

#include <string>

#include "http/host_names.hpp"

namespace lithair::http {

namespace {

bool is_safe(method verb) {
  return verb == method::get || verb == method::head || verb == method::options;
}

enum class site_of_page { own, other, untold };

// RFC 9110 §5.3: of several lines each must be right.
site_of_page fetched_from(const request& r) {
  auto result = site_of_page::untold;
  for (const auto& each : r.headers) {
    if (!same_name(each.name, "Sec-Fetch-Site")) continue;
    // "none": somebody typed the address.
    const bool own = each.value == "same-origin" || each.value == "none";
    if (!own) return site_of_page::other;
    result = site_of_page::own;
  }
  return result;
}

site_of_page origin_of_page(const request& r) {
  auto result = site_of_page::untold;
  for (const auto& each : r.headers) {
    if (!same_name(each.name, "Origin")) continue;
    // A page that came without TLS may be anybody's, whatever its name. With a proxy in front that
    // speaks TLS for us pages come under it, and we don't see it.
    const bool is_safe_page = !r.secure || each.value.starts_with("https://");
    if (!is_safe_page || !is_origin_of(each.value, r.authority)) return site_of_page::other;
    result = site_of_page::own;
  }
  return result;
}

bool is_of_another_site(const request& r) {
  const auto told = fetched_from(r);
  return (told == site_of_page::untold ? origin_of_page(r) : told) == site_of_page::other;
}

response misdirected(std::string_view authority) {
  const std::string name{parts_of(authority).host};
  const bool can_be_allowed = why_no_host_pattern(name).empty();
  return problem_response(
      421, "unknown_host",
      "This node does not know itself by the name of the request's Host, " + name + "." +
          (can_be_allowed ? " If clients are to use it, start the node with --allow-host " + name +
                                "; an address needs no permission."
                          : " Use its address, or a name that --allow-host permits."));
}

}  // namespace

std::optional<response> check_visitor(const request& r, endpoint what, const host_names* own,
                                      const shared_origins* others) {
  if (own != nullptr && !own->has(r.authority)) return misdirected(r.authority);
  // Making a backup is work, although nothing is changed by it.
  if (is_safe(r.verb) && what != endpoint::admin_backup) return std::nullopt;
  if (!is_of_another_site(r)) return std::nullopt;
  const bool is_shared = shared_origins::shares(what);
  if (others != nullptr && is_shared && others->of(r) != nullptr) return std::nullopt;
  return problem_response(
      403, "cross_site",
      "A page of another site sent this (see Sec-Fetch-Site and Origin), and such may not change "
      "anything here. Only pages of this very host and port may, and those that --cors-origin "
      "names; "
      "programs leave both headers out.");
}

}  // namespace lithair::http
