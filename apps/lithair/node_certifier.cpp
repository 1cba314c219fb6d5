#include "apps/lithair/node_certifier.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/sealing.hpp"

namespace lithair::apps {

node_certifier::node_certifier(actors::cluster_authority by, std::function<std::int64_t()> now)
    : by_(std::move(by)), now_(std::move(now)), counted_at_(now_()) {}

bool node_certifier::takes_one(std::int64_t now) {
  const std::lock_guard guard{mutex_};
  const auto more = std::clamp<std::int64_t>((now - counted_at_) / seconds_of_one, 0, at_once);
  left_ = std::min(at_once, left_ + static_cast<int>(more));
  // Clocks may be set back.
  if (more > 0 || now < counted_at_) counted_at_ = now;
  if (left_ == 0) return false;
  --left_;
  return true;
}

node_certifier::outcome node_certifier::certify(const wish& of) {
  const auto now = now_();
  if (!takes_one(now)) return {429, "too many want to be certified; ask again in a second", {}, {}};
  if (auto why = by_.why_not(of.token, now); !why.empty()) return {403, std::move(why), {}, {}};
  try {
    auto made = by_.certify(
        of.request, {"node " + std::to_string(of.node), actors::node_uri(of.node), of.hosts}, now);
    if (!made) return {422, std::move(made.error()), {}, {}};
    return {200, {}, std::move(*made), actors::base64url(by_.sealed_key_for(of.request))};
  } catch (const std::exception& error) {
    return {422, error.what(), {}, {}};
  }
}

bool node_certifier::admits(std::string_view token) { return by_.why_not(token, now_()).empty(); }

}  // namespace lithair::apps
