#include "http/rate_limiter.hpp"

#include <algorithm>

namespace lithair::http {

namespace {

constexpr std::uint64_t second_us = 1'000'000;

std::uint64_t seconds_up(std::uint64_t us) { return (us + second_us - 1) / second_us; }

}  // namespace

rate_limiter::rate_limiter(rate each)
    : each_(each),
      interval_us_(std::max<std::uint64_t>(1, each.seconds * second_us / each.requests)),
      window_us_(interval_us_ * each.requests) {}

// Who has paid off costs nothing. Looked for at most once a window, and once a second.
std::uint64_t& rate_limiter::place_of(std::string_view client, std::uint64_t now_us) {
  std::string name{client};
  if (const auto found = paid_off_us_.find(name); found != paid_off_us_.end()) return found->second;
  const bool is_due = now_us - swept_us_ >= std::max(window_us_, second_us);
  if (is_due || (paid_off_us_.size() >= most_clients && now_us - swept_us_ >= second_us)) {
    swept_us_ = now_us;
    std::erase_if(paid_off_us_, [now_us](const auto& each) { return each.second <= now_us; });
  }
  if (paid_off_us_.size() >= most_clients) return shared_us_;
  return paid_off_us_[std::move(name)];
}

std::optional<std::uint64_t> rate_limiter::why_wait(std::string_view client, std::uint64_t now_us) {
  const std::lock_guard guard{mutex_};
  auto& paid_off = place_of(client, now_us);
  const auto then = std::max(paid_off, now_us) + interval_us_;
  if (then > now_us + window_us_) return then - now_us - window_us_;
  paid_off = then;
  return std::nullopt;
}

response rate_limiter::refusal(std::uint64_t wait_us) const {
  auto made = problem_response(429, "too_many_requests",
                               "More than " + std::to_string(each_.requests) + " requests in " +
                                   std::to_string(each_.seconds) +
                                   " s are not for one client; ask again later.");
  made.retry_after_s = static_cast<std::uint32_t>(seconds_up(wait_us));
  made.rate_policy =
      "\"default\";q=" + std::to_string(each_.requests) + ";w=" + std::to_string(each_.seconds);
  made.rate_left = "\"default\";r=0;t=" + std::to_string(made.retry_after_s);
  return made;
}

}  // namespace lithair::http
