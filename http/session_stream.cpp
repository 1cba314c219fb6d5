#include <utility>

#include "actors/messages/feed_messages.hpp"
#include "actors/runtime/unix_time.hpp"
#include "http/session.hpp"
#include "http/turned_away.hpp"

/// What a session does for a stream of changes. It is the connection's last answer: behind it no
/// request is taken, and what the client still says is not looked at.
namespace lithair::http {

void session::perform(std::uint64_t token, stream_step&& wanted) {
  auto& s = *slots_.find(token);
  const auto& feeds = lane_.all().node.feeds;
  const auto feed = feeds.find(wanted.request.what->target->id);
  if (feed == feeds.end())
    return answer(token, problem_response(503, "unavailable", "This node serves no streams."));
  // HEAD of a stream is its head; nothing follows.
  if (s.head_only) {
    http::response head;
    head.stream = true;
    return answer(token, std::move(head));
  }
  const auto most = lane_.all().node.max_streams;
  if (!lane_.all().streams.begin_one(most))
    return answer(token,
                  problem_response(503, "unavailable", "Too many streams are open on this node."));
  lane_.hub().open_stream();
  // A stream ends with its connection, so no request can follow.
  s.close = true;
  phase_ = phase::finishing;
  events_ = std::make_unique<event_stream>();
  events_->token = token;
  // HTTP/1.0 has no chunks: the end of the connection ends it.
  events_->chunked = s.minor_version > 0;
  events_->feed = feed->second;
  events_->request = std::move(wanted.request);
  events_->shown = std::move(wanted.shown);
  events_->named = std::move(wanted.named);
  events_->for_all = wanted.for_all;
}

// It asks for the next batch once everything before it has left: so a reader costs one batch,
// however slow it is, and shares that with whoever is told the same.
void session::run_stream() {
  if (!events_ || events_->asked || !out_.empty()) return;
  // Answers of earlier requests go first.
  if (!events_->open && !slots_.is_first(events_->token)) return;
  events_->asked = true;
  // Once open, what was told counts and not where the client began.
  const auto after = events_->open ? events_->position : events_->request.after;
  lane_.hub().ask(*this, {events_->feed, events_->request.what, after, !events_->open});
}

void session::on_followed(const actors::followed& answer) {
  if (!events_) return;
  events_->asked = false;
  if (!is_still_trusted())
    refuse_stream(403, "forbidden", not_trusted_any_more_text);
  else if (!may_still_follow())
    refuse_stream(401, "unauthorized", "The access token does not count any more.");
  else
    take_batch(answer);
  settle();
}

// What was told before it was revoked was told; nothing is after that.
bool session::may_still_follow() const {
  const auto* access = options_.access.get();
  if (events_->named != nullptr)
    return actors::unix_time_us() / 1'000'000 < events_->named->expires;
  return access == nullptr || events_->for_all ||
         may_follow(*access, events_->shown, events_->request.what->target->name);
}

void session::take_batch(const actors::followed& answer) {
  if (answer.what != actors::followed::result::fine) {
    // 410: what the client missed is not kept, or was never of this log.
    const bool gone = answer.what == actors::followed::result::gone;
    return refuse_stream(gone ? 410 : 503, gone ? "gone" : "unavailable", answer.reason);
  }
  events_->position = answer.through;
  std::string begin;
  if (!events_->open) {
    open_stream();
    // The client must know an id to come back to, also before the first event.
    begin = answer.text ? std::string(greeting) : events_->preamble();
  } else if (!answer.text) {
    // Another one at the same place had to say something: who is quiet for long does so too, and
    // the rest has only moved on.
    if (now() - events_->quiet_since_ms < options_.heartbeat_ms / 2) return;
    // Nothing passed for a while: a comment keeps the connection.
    begin = events_->heartbeat();
  }
  if (answer.text) events_->said = answer.told;
  events_->quiet_since_ms = now();
  lane_.metrics().bytes_out.add(add_piece(out_, begin, answer.text, events_->chunked));
  // Nobody reads any more.
  if (client_done_) close();
}

void session::open_stream() {
  auto& s = slots_.front();
  http::response head;
  head.stream = true;
  head.applied = events_->position.whole();
  lane_.metrics().answered(s.what, head.status, (uv_hrtime() - s.since_ns) / 1000);
  lane_.metrics().streams_begun.add(1);
  put(s, head, out_.tail());
  // It was the first and the last.
  slots_.clear();
  events_->open = true;
}

// Nothing was told yet: an answer like any other. Else the stream ends where it is, and a client
// that comes back with its last id is told why.
void session::refuse_stream(int status, std::string_view code, std::string_view why) {
  if (events_->open) return end_stream(why);
  const auto token = events_->token;
  forget_stream();
  answer(token, problem_response(status, code, why));
}

void session::end_stream(std::string_view why) {
  add_piece(out_, events_->farewell(why), nullptr, events_->chunked);
  if (events_->chunked) out_.tail().append(last_chunk);
  forget_stream();
}

void session::forget_stream() {
  if (!events_) return;
  const auto gone = std::move(events_);
  if (gone->open) lane_.metrics().streams_ended.add(1);
  lane_.hub().leave(*this);
  lane_.hub().close_stream();
  lane_.all().streams.end_one();
}

// Both sides learn now and then that the other is there.
void session::nudge_stream() {
  // Not again before it is due again, should there be no answer.
  events_->nudged_at_ms = now();
  lane_.hub().nudge(*this);
}

}  // namespace lithair::http
