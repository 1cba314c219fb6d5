#include "apps/lithairctl/caller.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <thread>

namespace lithair::ctl {

namespace json = boost::json;
using clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{1000};

bool is_gateway(long status) { return status == 502 || status == 504; }

std::string text_at(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  return x != nullptr && x->is_string() ? std::string(x->get_string()) : std::string{};
}

std::string lines_of_errors(const json::object& problem) {
  std::string made;
  const auto* all = problem.if_contains("errors");
  if (all == nullptr || !all->is_array()) return made;
  for (const auto& each : all->get_array()) {
    if (!each.is_object()) continue;
    const auto field = text_at(each.get_object(), "field");
    made += "\n  " + (field.empty() ? "" : field + ": ") + text_at(each.get_object(), "message");
  }
  return made;
}

}  // namespace

/// What came of a call so far.
struct caller::attempts {
  bool unknown = false;      // one of them may have been carried out
  bool unreachable = true;   // nobody was there in this round
  std::string last;          // what the last one said, with who it was
  std::string refusal;       // the same of the last that was there at all
  milliseconds retry_in{0};  // as somebody asked for
};

caller::caller(calling how, std::size_t first)
    : how_(std::move(how)), client_(how_.as), at_(first % how_.endpoints.size()) {}

bool caller::settles(const reply& got, const request& what, attempts& so_far) {
  const auto who = current().authority;
  if (got.stopped) return true;
  if (got.status == 0) {
    so_far.last = who + ": " + got.why;
    so_far.unknown = so_far.unknown || (got.sent && what.method != "GET");
    so_far.unreachable = so_far.unreachable && !got.sent;
    return false;
  }
  if (got.status == 503 || got.status == 429 || is_gateway(got.status)) {
    so_far.last = so_far.refusal = who + ": " + failure_of(got, {}).what();
    so_far.unknown = so_far.unknown || (is_gateway(got.status) && what.method != "GET");
    so_far.unreachable = false;
    so_far.retry_in = std::chrono::seconds{std::atoi(got.header("retry-after").c_str())};
    return false;
  }
  return true;
}

void caller::give_up(const request& what, const attempts& so_far) const {
  if (so_far.unknown)
    throw failure(exit_status::unknown,
                  so_far.last + "\nThe outcome is unknown: it may have been done, or not.");
  const bool writes = what.method != "GET";
  // Who is there knows more than who is not.
  const auto& why = so_far.refusal.empty() ? so_far.last : so_far.refusal;
  throw failure(exit_status::unavailable, why + (writes ? "\nIt was certainly not done." : ""));
}

reply caller::call(const request& what) {
  const auto deadline = clock::now() + how_.timeout;
  const auto left = [&] {
    return std::chrono::duration_cast<milliseconds>(deadline - clock::now());
  };
  attempts so_far;
  for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
    so_far.unreachable = true;
    so_far.retry_in = milliseconds{0};
    for (std::size_t i = 0; i < how_.endpoints.size(); ++i) {
      // The first of several gets no more than its part, that others are asked at all.
      const auto parts = static_cast<long>(how_.endpoints.size() - i);
      auto got = client_.send(current(), what,
                              what.repeatable() ? std::max(left() / parts, first_pause) : left());
      if (settles(got, what, so_far)) return got;
      if (so_far.unknown && !what.repeatable()) give_up(what, so_far);
      move_on();
      if (left() <= milliseconds{0}) give_up(what, so_far);
    }
    if (so_far.unreachable && !how_.patient) give_up(what, so_far);
    const auto wait = std::max(pause, std::min(so_far.retry_in, longest_pause));
    if (left() <= wait) give_up(what, so_far);
    std::this_thread::sleep_for(wait);
  }
}

reply caller::expect(const request& what) {
  auto got = call(what);
  if (got.status >= 400) throw failure_of(got, current().authority);
  return got;
}

reply caller::ask_one(const endpoint& which, const request& what) {
  return client_.send(which, what, how_.timeout);
}

exit_status status_of(long http_status) {
  switch (http_status) {
    case 404:
      return exit_status::not_found;
    case 409:
    case 412:
      return exit_status::conflict;
    case 503:
      return exit_status::unavailable;
    case 502:
    case 504:
      return exit_status::unknown;
    default:
      return exit_status::failed;
  }
}

failure failure_of(const reply& refusal, const std::string& where) {
  boost::system::error_code error;
  const auto parsed = json::parse(refusal.body, error);
  const auto in_front = where.empty() ? std::string{} : where + ": ";
  if (error || !parsed.is_object())
    return {status_of(refusal.status),
            in_front + "The answer is " + std::to_string(refusal.status) + "."};
  const auto& problem = parsed.get_object();
  auto sentence = text_at(problem, "detail");
  if (sentence.empty()) sentence = "The answer is " + std::to_string(refusal.status) + ".";
  return {status_of(refusal.status), in_front + sentence + lines_of_errors(problem), refusal.body};
}

}  // namespace lithair::ctl
