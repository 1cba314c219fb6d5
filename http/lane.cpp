#include "http/lane.hpp"

#include <time.h>

#include <algorithm>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/runtime/loop.hpp"
#include "actors/runtime/unix_time.hpp"
#include "http/session.hpp"
#include "http/stream_hub.hpp"
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

std::optional<actors::tls_credentials::state> state_of(
    const std::shared_ptr<actors::tls_credentials>& of) {
  return of ? std::optional(of->now()) : std::nullopt;
}

// Between two looks at all sessions of a loop.
constexpr std::uint64_t between_ms = 100;

}  // namespace

holdings common::held() const {
  const auto& most = sessions.most();
  return {sessions.open(),
          sessions.open_reserved(),
          most.regular,
          most.per_address,
          most.reserved,
          bodies.used(),
          bodies.limit(),
          unsent.used(),
          unsent.limit(),
          state_of(options.tls),
          state_of(options.peer_tls),
          node.programs ? std::optional(node.programs->now()) : std::nullopt};
}

void common::make_room(const admission::shortage& of) const {
  auto share = of;
  // Sessions are spread evenly, so each loop closes its part.
  share.count = (of.count + lanes.size() - 1) / lanes.size();
  for (auto* each : lanes) each->make_room(share);
}

lane::lane(common& all, actors::loop& home)
    : all_(all),
      home_(home),
      buffer_(std::make_unique<bytes>()),
      opened_(all.options.tls ? std::make_unique<bytes>() : nullptr),
      // Sessions are spread evenly, so each loop has its part.
      shaking_(home, all.options.max_handshakes / all.node.loops.size()),
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
  all_.sessions.end_one(who.admitted());
}

void lane::make_room(const admission::shortage& of) {
  // A burst of connections asks once.
  if (room_asked_for_.exchange(true)) return;
  home_.post([this, of] {
    room_asked_for_ = false;
    close_some(of);
  });
}

void lane::close_some(const admission::shortage& of) {
  const auto now = home_.now_ms();
  if (now < room_made_ms_ + between_ms) return;
  room_made_ms_ = now;
  std::vector<std::pair<std::uint64_t, session*>> silent;
  std::vector<session*> over;
  for (auto* x : sessions_) {
    if (x->is_behind() || (of.reserve && x->wastes_reserve()))
      over.push_back(x);
    else if (const auto since = x->silent_since();
             since && (!of.of || x->admitted().from == *of.of))
      silent.emplace_back(*since, x);
  }
  const auto n = static_cast<std::ptrdiff_t>(std::min(of.count, silent.size()));
  // The longest silent ones; in what order they close means nothing.
  std::ranges::nth_element(silent, silent.begin() + n, {}, [](const auto& x) { return x.first; });
  for (auto at = silent.begin(); at != silent.begin() + n; ++at) over.push_back(at->second);
  metrics_.reclaimed.add(over.size());
  for (auto* x : over) x->close();
}

void lane::leave() {
  leaving_ = true;
  end_streams();
}

// A few in each turn: each writes, and others live on this loop.
void lane::end_streams() {
  constexpr std::size_t in_a_turn = 32;
  std::vector<session*> some;
  for (auto* each : sessions_)
    if (some.size() < in_a_turn && each->streams()) some.push_back(each);
  for (auto* each : some) each->leave_stream();
  if (some.size() == in_a_turn) home_.post([this] { end_streams(); });
}

void lane::drain() {
  leaving_ = true;
  draining_ = true;
  // A session may end, and leave the list, while it is told.
  const auto now = sessions_;
  for (auto* x : now) x->drain();
}

void lane::begin_hub() {
  hub_actor_ = all_.node.system->spawn<stream_hub, caf::hidden>(&home_);
  hub_ = static_cast<stream_hub*>(caf::actor_cast<caf::abstract_actor*>(hub_actor_));
}

void lane::end_hub() {
  if (hub_ == nullptr) return;
  hub_ = nullptr;
  caf::anon_send_exit(hub_actor_, caf::exit_reason::user_shutdown);
  hub_actor_ = nullptr;
}

void lane::close_all() {
  draining_ = true;
  // A copy: a session may leave the list while it is told.
  const auto now = sessions_;
  for (auto* x : now) x->close();
}

}  // namespace lithair::http
