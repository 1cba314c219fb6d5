#include <utility>

#include "actors/messages/status_messages.hpp"
#include "actors/runtime/unix_time.hpp"
#include "http/live_sample.hpp"
#include "http/session.hpp"
#include "http/turned_away.hpp"

/// What a session does for a page that looks at its node; see `live_view`.
namespace lithair::http {

void session::perform(std::uint64_t token, live_step&& wanted) {
  auto& s = *slots_.find(token);
  // HEAD of a stream is its head; nothing follows.
  if (s.head_only) {
    http::response head;
    head.stream = true;
    return answer(token, std::move(head));
  }
  if (!lane_.all().live.begin_one(live_view::most))
    return answer(token, problem_response(503, "unavailable",
                                          "Too many pages look at this node; close some."));
  // It ends with its connection, so no request can follow.
  s.close = true;
  phase_ = phase::finishing;
  live_ = std::make_unique<live_view>();
  live_->token = token;
  live_->who = std::move(wanted);
  live_->chunked = s.minor_version > 0;
  ask_for_sample();
}

void session::ask_for_sample() {
  live_->due_ms = now() + live_view::every_ms;
  // What was said before has not left: the reader gets the next one when it has taken that.
  if (live_->asked || !out_.empty()) return;
  live_->asked = true;
  send(lane_.all().node.raft, actors::inspect_node{live_->token});
}

// By the same rule as the request itself: tokens end, are revoked, or begin to be asked for.
bool session::may_still_look() const {
  header shown{"Authorization", live_->who.authorization};
  http::request r;
  r.from_this_machine = live_->who.on_this_machine;
  if (!shown.value.empty()) r.headers = {&shown, 1};
  const auto site = lane_.all().served();
  const auto who = guest_of(r, site, actors::unix_time_us() / 1'000'000);
  return !check_operator(r, site, who);
}

void session::on_sample(actors::node_status&& status) {
  live_->asked = false;
  if (!is_still_trusted() || !may_still_look())
    return refuse_live(401, "unauthorized", "The token does not count any more.");
  if (lane_.leaving()) {
    status.ready = false;
    status.not_ready = leaving_text;
  }
  if (!live_->open) {
    // Answers of earlier requests go first; it is asked for again.
    if (!slots_.is_first(live_->token)) return;
    auto& s = slots_.front();
    http::response head;
    head.stream = true;
    lane_.metrics().answered(s.what, head.status, (uv_hrtime() - s.since_ns) / 1000);
    put(s, head, out_.tail());
    slots_.clear();
    live_->open = true;
  }
  const auto& all = lane_.all();
  const auto text = live_event(status, *all.node.schema, all.metrics, all.loops, all.held());
  lane_.metrics().bytes_out.add(add_piece(out_, text, nullptr, live_->chunked));
  if (client_done_) close();
}

void session::refuse_live(int status, std::string_view code, std::string_view why) {
  if (!live_->open) {
    const auto token = live_->token;
    forget_live();
    return answer(token, problem_response(status, code, why));
  }
  add_piece(out_, ": " + std::string{why} + "\n\n", nullptr, live_->chunked);
  if (live_->chunked) out_.tail().append(last_chunk);
  forget_live();
}

void session::forget_live() {
  if (!live_) return;
  live_.reset();
  lane_.all().live.end_one();
}

}  // namespace lithair::http
