#include "http/rate_limiter.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "models/encoding/sha256.hpp"

namespace lithair::http {

namespace {

constexpr std::uint64_t second_us = 1'000'000;

std::string new_secret() {
  std::random_device chance;
  std::string made;
  for (int i = 0; i < 8; ++i) made += std::to_string(chance());
  return made;
}

std::uint64_t seconds_up(std::uint64_t us) { return (us + second_us - 1) / second_us; }

}  // namespace

rate_limiter::rate_limiter(rate each)
    : each_(each),
      interval_us_(std::max<std::uint64_t>(1, each.seconds * second_us / each.requests)),
      window_us_(interval_us_ * each.requests),
      secret_(new_secret()),
      sets_(sets) {}

// Its own, else one that nobody needs any more, else the one of those that have none.
std::uint64_t& rate_limiter::paid_off_of(std::string_view client, std::uint64_t now_us) {
  const auto digest = models::sha256(secret_ + std::string{client});
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), digest.data(), sizeof words);
  const auto [name, number] = words;
  place* free = nullptr;
  for (auto& each : sets_[number % sets]) {
    if (each.client == name) return each.paid_off_us;
    if (each.paid_off_us <= now_us) free = &each;
  }
  if (free == nullptr) return shared_us_;
  *free = {name, 0};
  return free->paid_off_us;
}

std::optional<std::uint64_t> rate_limiter::why_wait(std::string_view client, std::uint64_t now_us) {
  const std::lock_guard guard{mutex_};
  auto& paid_off = paid_off_of(client, now_us);
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
