#include "http/shared_origins.hpp"

#include <algorithm>
#include <optional>

#include "http/host_names.hpp"

namespace lithair::http {

namespace {

constexpr std::string_view everybody = "*";
// Browsers ask again after so many seconds; two hours is what they take at most.
constexpr std::string_view preflight_counts_s = "7200";

// As browsers write it (RFC 6454 §6.2): in lower case, without the usual port. None: it is none.
std::optional<std::string> serialized(std::string_view text) {
  auto origin = lower_case(text);
  const bool secure = origin.starts_with("https://");
  if (!secure && !origin.starts_with("http://")) return std::nullopt;
  const auto authority = std::string_view{origin}.substr(secure ? 8 : 7);
  const auto parts = parts_of(authority);
  const bool has_colon = authority.ends_with(':');
  const auto wrong = [](unsigned char c) {
    return c <= ' ' || c >= 0x7f ||
           std::string_view{"/?#@\\\"',*[]%"}.find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (parts.host.empty() || has_colon || std::ranges::any_of(parts.host, wrong))
    return std::nullopt;
  if (!parts.bracketed && parts.host.find(':') != std::string_view::npos) return std::nullopt;
  if (parts.port.size() > 5) return std::nullopt;
  if (parts.port == (secure ? "443" : "80")) origin.resize(origin.size() - parts.port.size() - 1);
  return origin;
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

shared_origins::shared_origins(const std::vector<std::string>& origins) {
  for (const auto& each : origins) {
    if (each == everybody)
      any_ = true;
    else if (auto made = serialized(each))
      exact_.push_back(*std::move(made));
  }
  // Whoever may come anyhow need not be told apart.
  if (any_) exact_.assign(1, std::string{everybody});
}

const std::string* shared_origins::of(const request& r) const {
  if (none()) return nullptr;
  const std::string_view* said = nullptr;
  for (const auto& each : r.headers) {
    if (!same_name(each.name, "Origin")) continue;
    // A browser says one; of two nobody knows which counts.
    if (said != nullptr) return nullptr;
    said = &each.value;
  }
  if (said == nullptr) return nullptr;
  if (any_) return &exact_.front();
  const auto found = std::ranges::find(exact_, *said);
  return found == exact_.end() ? nullptr : &*found;
}

bool shared_origins::shares(endpoint what) {
  switch (what) {
    // A page may learn that it is wrong.
    case endpoint::nowhere:
    case endpoint::malformed:
    case endpoint::livez:
    case endpoint::readyz:
    case endpoint::openapi:
    case endpoint::items:
    case endpoint::item:
    case endpoint::count:
    case endpoint::random_id:
    case endpoint::history:
    case endpoint::bulk:
    case endpoint::transaction:
    case endpoint::projections:
    case endpoint::projection:
    case endpoint::stream:
      return true;
    default:
      return false;
  }
}

std::string why_no_origin(std::string_view text) {
  if (text == everybody || serialized(text)) return {};
  return "'" + std::string(text) +
         "' is not an origin like https://shop.example.org or http://localhost:3000 (without a "
         "path), nor *";
}

std::string_view shared_request_headers() {
  return "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
         "X-Consistency, X-Min-Index, X-Request-Id, traceparent";
}

std::string_view shared_answer_headers() {
  return "Accept-Patch, Allow, ETag, Idempotency-Replayed, Location, Preference-Applied, "
         "RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Applied-Index, "
         "X-Raft-Index, X-Request-Id, X-Served-By";
}

void append_sharing(const sharing& how, std::string_view preflight_allow, std::string& out) {
  if (how.differs) append_line(out, "Vary", "Origin");
  if (how.with == nullptr) return;
  append_line(out, "Access-Control-Allow-Origin", *how.with);
  // Certificates and tokens count only for pages that were named.
  if (*how.with != everybody) append_line(out, "Access-Control-Allow-Credentials", "true");
  append_line(out, "Access-Control-Expose-Headers", shared_answer_headers());
  if (preflight_allow.empty()) return;
  append_line(out, "Access-Control-Allow-Methods", preflight_allow);
  append_line(out, "Access-Control-Allow-Headers", shared_request_headers());
  append_line(out, "Access-Control-Max-Age", preflight_counts_s);
}

}  // namespace lithair::http
