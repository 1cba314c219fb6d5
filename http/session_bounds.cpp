#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "actors/runtime/unix_time.hpp"
#include "http/session.hpp"
#include "http/turned_away.hpp"
#include "models/encoding/sha256.hpp"
#include "models/query/page_limits.hpp"

/// What a session holds of the node's memory and of its places, and when it holds them too long.
namespace lithair::http {

namespace {

// An answer of at most so many bytes is given however much is unsent already.
constexpr std::size_t small_answer = 16 << 10;
constexpr std::uint64_t ns_per_us = 1000;

// Bytes that the answer will have at most, or so: pages are bounded, items are taken for what this
// client gets, and the rest is small. An answer that is there already is weighed when it is given.
std::size_t expected_bytes(const step& next, std::size_t usual) {
  if (const auto* read = std::get_if<read_step>(&next)) {
    using kind = models::query::kind;
    if (read->published) return models::max_page_bytes;
    switch (read->what.what) {
      case kind::list:
      case kind::history:
      case kind::projection:
        return models::max_page_bytes;
      case kind::item:
        return usual;
      case kind::count:
      case kind::random_id:
        break;
    }
    return 0;
  }
  // The items that were written, of one or of many.
  const auto* write = std::get_if<write_step>(&next);
  return write == nullptr ? 0 : std::max(usual, write->command.size());
}

}  // namespace

// -- room ----------------------------------------------------------------------------------------

// For the request that has not come whole, and for what waits behind those under way.
void session::hold_input(std::size_t at_hand) {
  if (phase_ != phase::serving) return;
  if (received_.hold(parser_.needs(at_hand) + backlog_.size())) return;
  lane_.metrics().full_bodies.add(1);
  lane_.all().make_room({});
  end_with(too_much_received());
}

// What the body became is held until its outcome is known.
bool session::hold_carried(slot& of, const step& next, std::size_t body) {
  const auto* write = std::get_if<write_step>(&next);
  const auto carried = write != nullptr                          ? write->command.size()
                       : std::holds_alternative<raft_step>(next) ? body
                                                                 : 0;
  // The body's room becomes that of the command.
  of.carried = std::move(received_);
  if (of.carried.hold(carried)) return true;
  lane_.metrics().full_bodies.add(1);
  lane_.all().make_room({});
  return false;
}

bool session::hold_answer(slot& of, const step& next) {
  const auto weight = expected_bytes(next, usual_answer_);
  const auto all = outstanding() + weight;
  if (weight <= small_answer) {
    unsent_.hold_anyway(all);
  } else if (!unsent_.hold(all)) {
    lane_.metrics().full_unsent.add(1);
    lane_.all().make_room({});
    return false;
  }
  slots_.weigh(of, weight);
  return true;
}

// A write is told its outcome, whatever room there is.
bool session::fits(const slot& of, const http::response& ready) {
  const auto bytes = ready.body.size();
  const bool has_item = of.what == endpoint::item || of.what == endpoint::items;
  if (has_item && of.weight < models::max_page_bytes)
    usual_answer_ = std::max({bytes, usual_answer_ - usual_answer_ / 4, std::size_t{1024}});
  if (of.write || bytes <= std::max(of.weight, small_answer)) return true;
  if (unsent_.hold(outstanding() + bytes - of.weight)) return true;
  lane_.metrics().full_unsent.add(1);
  lane_.all().make_room({});
  return false;
}

// -- pace ----------------------------------------------------------------------------------------

void session::begin_window(std::uint64_t moved) {
  receiving_.begin(now(), moved, body_left(), parser_.announced().value_or(moved));
}

// A chunked body says only at its end that nothing is left.
std::uint64_t session::body_left() const {
  const auto whole = parser_.announced();
  return whole ? *whole - parser_.received() : ~std::uint64_t{0};
}

// With what the system holds: it takes megabytes, and gives back room in large steps.
std::uint64_t session::untaken() const {
  int held = 0;
  uv_os_fd_t fd = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&socket_), &fd) != 0 ||
      ::ioctl(fd, SIOCOUTQ, &held) != 0)
    held = 0;
  return unsent() + static_cast<std::uint64_t>(held);
}

std::uint64_t session::taken() const {
  const auto handed = out_.handed(reinterpret_cast<const uv_stream_t*>(&socket_));
  return handed - std::min<std::uint64_t>(handed, untaken() - unsent());
}

bool session::is_behind() const {
  // A sixth of the window at least must have passed: nobody sends or reads evenly.
  const auto judged = [now = now()](const pace& of, std::uint32_t window, std::uint64_t moved) {
    return now >= of.since() + window / 6 && of.is_behind(now, moved);
  };
  if (phase_ == phase::closed) return false;
  if (out_.writing()) return judged(sending_, options_.write_timeout_ms, taken());
  return phase_ == phase::serving && parser_.in_body() && slots_.empty() &&
         judged(receiving_, options_.body_timeout_ms, parser_.received());
}

// -- places --------------------------------------------------------------------------------------

// Whoever decides whom to send here is not to be told that the node is gone.
std::optional<http::response> session::check_rate(const http::request& r) {
  auto* limiter = lane_.all().limiter.get();
  if (limiter == nullptr) return std::nullopt;
  const auto where = lane_.all().routes.match(r.path).what;
  if (where == endpoint::livez || where == endpoint::readyz) return std::nullopt;
  // A token that does not count is nobody's: else each would be another client.
  const auto who = guest_of(r, lane_.all().served(), actors::unix_time_us() / 1'000'000);
  const auto& from = admitted_.from;
  // Somebody has many tokens of an identity provider, one after the other.
  const auto client = who.token != nullptr   ? who.digest
                      : who.named != nullptr ? models::sha256(who.named->who.id)
                                             : std::string(from.begin(), from.end());
  const auto wait = limiter->why_wait(client, uv_hrtime() / ns_per_us);
  if (!wait) return std::nullopt;
  return limiter->refusal(*wait);
}

bool session::serves_place(endpoint what) {
  return admitted_.as == place::regular || what == endpoint::livez || what == endpoint::readyz ||
         what == endpoint::metrics;
}

std::optional<std::uint64_t> session::silent_since() const {
  const bool waits =
      phase_ == phase::serving && slots_.empty() && out_.empty() && !events_ && !parser_.in_body();
  if (!waits || now() < since_ + options_.spared_ms) return std::nullopt;
  return since_;
}

bool session::wastes_reserve() const {
  return admitted_.as == place::reserved && phase_ == phase::serving && !heard_ &&
         now() >= since_ + options_.reserve_timeout_ms / 4;
}

}  // namespace lithair::http
