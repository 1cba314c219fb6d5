#include "http/stream_hub.hpp"

#include <uv.h>

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

namespace lithair::http {

/// The hub to itself: hand out what is there, then ask on. By way of its loop, so that others get
/// their turn first.
struct hand_out {};

}  // namespace lithair::http

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::http::hand_out)

namespace lithair::http {

stream_hub::stream_hub(caf::actor_config& cfg, actors::loop* home, std::uint64_t slice_us)
    : actors::hosted_actor(cfg, home), slice_ns_(slice_us * 1000) {}

caf::behavior stream_hub::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return {[this](actors::followed& answer) { on_answer(answer); }, [this](hand_out) { go_on(); }};
}

void stream_hub::on_exit() {
  for (auto& [at, one] : waiting_)
    for (auto* each : one->members) each->at_ = nullptr;
  for (auto& one : answered_)
    for (auto* each : one->members) each->at_ = nullptr;
  asked_.clear();
  new_.clear();
  waiting_.clear();
  answered_.clear();
  idle_.clear();
}

stream_hub::key stream_hub::key_of(const stream_question& of) {
  const auto at = of.after.value_or(models::feed_position{});
  return {of.what->text, at.index, at.part, of.after.has_value(), of.at_once};
}

// Sessions call this while the hub itself does not run: so what CAF knows of where it runs is from
// another time.
template <class Message>
void stream_hub::tell(const actors::feed_handle& feed, Message what) {
  caf::actor_cast<caf::strong_actor_ptr>(feed)->enqueue(ctrl(), caf::make_message_id(),
                                                        caf::make_message(std::move(what)), home());
}

// -- who waits -----------------------------------------------------------------------------------

void stream_hub::close_stream() {
  if (--streams_ == 0) let_go(0);
}

void stream_hub::ask(stream_waiter& who, stream_question what) {
  const auto at = key_of(what);
  auto& one = waiting_[at];
  if (!one) {
    one = std::make_unique<stream_cohort>();
    one->what = std::move(what);
    new_.push_back(at);
    go_on_later();
  }
  who.at_ = one.get();
  who.place_ = one->members.size();
  one->members.push_back(&who);
}

void stream_hub::nudge(stream_waiter& who) {
  auto* one = who.at_;
  if (one == nullptr || std::exchange(one->nudged, true)) return;
  if (one->token != 0) tell(one->what.feed, actors::nudge{one->token});
}

void stream_hub::leave(stream_waiter& who) {
  auto* one = std::exchange(who.at_, nullptr);
  if (one == nullptr) return;
  // The order of members means nothing.
  one->members[who.place_] = one->members.back();
  one->members[who.place_]->place_ = who.place_;
  one->members.pop_back();
  // One that is being told ends by itself, and one that is not asked yet is not asked.
  if (!one->members.empty() || asked_.erase(one->token) == 0) return;
  tell(one->what.feed, actors::unfollow{one->token});
  waiting_.erase(key_of(one->what));
}

// -- what is told --------------------------------------------------------------------------------

// Of a question that nobody waits for any more it means nothing.
void stream_hub::on_answer(actors::followed& answer) {
  const auto at = asked_.find(answer.token);
  if (at == asked_.end()) return;
  const auto place = waiting_.find(key_of(at->second->what));
  asked_.erase(at);
  answered_.push_back(std::move(place->second));
  waiting_.erase(place);
  auto& one = *answered_.back();
  // Else the feed has forgotten it.
  if (answer.what == actors::followed::result::fine) idle_.emplace_back(one.what.feed, one.token);
  one.token = 0;
  one.answer = std::move(answer);
  go_on_later();
}

void stream_hub::go_on_later() {
  if (std::exchange(goes_on_, true)) return;
  auto self = caf::actor_cast<actors::taking<hand_out>>(this);
  if (home() != nullptr)
    home()->post([self] { caf::anon_send(self, hand_out{}); });
  else
    caf::anon_send(self, hand_out{});
}

void stream_hub::go_on() {
  goes_on_ = false;
  if (tell_some()) ask_feeds();
  if (!answered_.empty() || !new_.empty()) go_on_later();
}

// Whether all have been told.
bool stream_hub::tell_some() {
  const auto until = uv_hrtime() + slice_ns_;
  while (!answered_.empty()) {
    auto& one = *answered_.front();
    if (one.members.empty()) {
      answered_.pop_front();
      continue;
    }
    auto* who = one.members.back();
    one.members.pop_back();
    who->at_ = nullptr;
    who->on_followed(one.answer);
    if (uv_hrtime() >= until) break;
  }
  while (!answered_.empty() && answered_.front()->members.empty()) answered_.pop_front();
  return answered_.empty();
}

void stream_hub::ask_feeds() {
  for (const auto& at : std::exchange(new_, {})) {
    const auto found = waiting_.find(at);
    if (found == waiting_.end() || found->second->token != 0) continue;
    if (found->second->members.empty())
      waiting_.erase(found);
    else
      ask_feed(*found->second);
  }
  // One of each feed stays while there are streams, so that it goes on gathering changes.
  let_go(streams_ == 0 ? 0 : 1);
}

void stream_hub::ask_feed(stream_cohort& one) {
  const auto& [feed, what, after, at_once] = one.what;
  const auto used = std::ranges::find(idle_, feed, &subscription::first);
  one.token = used != idle_.end() ? used->second : next_token_++;
  if (used != idle_.end()) idle_.erase(used);
  asked_[one.token] = &one;
  ++questions_;
  tell(feed, actors::follow{one.token, after, at_once || one.nudged, what});
}

// Of each feed all subscriptions without a question but so many.
void stream_hub::let_go(std::size_t but) {
  std::vector<subscription> kept;
  for (auto& each : std::exchange(idle_, {})) {
    if (std::cmp_less(std::ranges::count(kept, each.first, &subscription::first), but))
      kept.push_back(std::move(each));
    else
      tell(each.first, actors::unfollow{each.second});
  }
  idle_ = std::move(kept);
}

}  // namespace lithair::http
