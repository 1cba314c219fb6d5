#include "http/lane.hpp"

#include <time.h>

#include <algorithm>

#include "actors/runtime/unix_time.hpp"
#include "http/session.hpp"
#include "models/value/uuid.hpp"

namespace lithair::http {

namespace {

// SplitMix64: what needs to differ, not to be secret, for who sees a number knows all that follow.
std::uint64_t next_number(std::uint64_t& state) {
  auto z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

// Independent of locale, as HTTP wants it.
std::string imf_fixdate(std::int64_t seconds) {
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const time_t time = seconds;
  tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  const auto n = std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                               days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
                               utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(n)};
}

}  // namespace

lane::lane(common& all, actors::loop& home)
    : all_(all),
      home_(home),
      buffer_(std::make_unique<std::array<char, 64 * 1024>>()),
      id_words_(all.options.random ? all.options.random : actors::fill_from_system),
      request_id_state_(actors::random_word_of_system()) {}

std::string_view lane::date() {
  // The coarse clock: it costs next to nothing, and seconds are all that is shown.
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_of_) {
    // Once a second; all answers in between share the text.
    date_of_ = now.tv_sec;
    date_ = imf_fixdate(date_of_);
  }
  return date_;
}

std::string lane::new_request_id() {
  // Without i, l, o and u, which are misread.
  constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  auto bits = next_number(request_id_state_);
  std::string result(13, '0');
  for (auto& c : result) {
    c = digits[bits % 32];
    bits /= 32;
  }
  return result;
}

std::string lane::new_uuid() {
  const auto high = id_words_();
  return std::string{models::make_uuid_v7(actors::unix_time_us(), high, id_words_()).view()};
}

void lane::add(session& who) { sessions_.push_back(&who); }

void lane::remove(session& who) {
  const auto at = std::ranges::find(sessions_, &who);
  // The order of sessions means nothing.
  *at = sessions_.back();
  sessions_.pop_back();
  all_.sessions.end_one();
}

void lane::drain() {
  draining_ = true;
  // A session may end, and leave the list, while it is told.
  const auto now = sessions_;
  for (auto* x : now) x->drain();
}

void lane::close_all() {
  draining_ = true;
  // A copy: a session may leave the list while it is told.
  const auto now = sessions_;
  for (auto* x : now) x->close();
}

}  // namespace lithair::http
