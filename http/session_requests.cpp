#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "actors/messages/client_messages.hpp"
#include "actors/runtime/unix_time.hpp"
#include "http/turned_away.hpp"

/// What a session does between its socket and its messages; `session.cpp` has the rest of its life.
namespace lithair::http {

namespace {

// Bytes of answers that wait for a slow reader; with more no request is taken.
constexpr std::size_t max_unsent = 256 << 10;

}  // namespace

// -- requests ------------------------------------------------------------------------------------

bool session::more_follows() const {
  return behind_ || !backlog_.empty() || !parser_.between_requests() ||
         (tls_ && tls_->is_within_record());
}

bool session::full() const {
  // Both bound what one connection can hold: requests, and answers expected or not taken.
  return preparing_ || slots_.size() >= options_.max_pipelined || outstanding() > max_unsent;
}

void session::take(std::string_view input) {
  const bool was_between = parser_.between_requests();
  bool again = true;
  while (again && phase_ == phase::serving) {
    // Only between requests: one that has begun is read to its end.
    if (full() && parser_.between_requests()) {
      backlog_.assign(input);
      paused_ = true;
      return stop_reading();
    }
    again = !input.empty();
    switch (parser_.next(input)) {
      case parser::event::more:
        again = false;
        break;
      case parser::event::head:
        // Again even without input: the body may be empty, or whole already.
        on_head(input.size());
        again = true;
        break;
      case parser::event::request:
        behind_ = !input.empty();
        on_request();
        // A large body must not be kept for as long as nothing else is asked.
        if (!preparing_) parser_.release();
        behind_ = false;
        again = again && !input.empty();
        break;
      case parser::event::failed:
        give_up(parser_.error().status, parser_.error().code, parser_.error().detail);
        break;
    }
  }
  // The head's time begins with its first byte.
  if (was_between && !parser_.between_requests() && !parser_.in_body()) since_ = now();
}

void session::on_head(std::size_t at_hand) {
  since_ = now();
  const auto& r = parser_.current();
  // Which limit depends on the route, which the head tells.
  const auto what = lane_.all().routes.match(r.path).what;
  if (!serves_place(what)) return end_with(no_place());
  if (!is_still_trusted()) return end_with(not_trusted_any_more());
  const auto limit = takes_bulk(what) ? options_.max_bulk_body : options_.max_body;
  parser_.limit_body(limit);
  begin_window(0);
  // Who has sent the body anyway needs no go-ahead.
  continue_due_ = r.expects_continue && at_hand == 0;
  // Before a byte of it is read; what is too long is refused by the parser.
  if (parser_.announced().value_or(0) <= limit) hold_input(at_hand);
}

std::uint64_t session::open_slot() {
  const auto token = slots_.push();
  auto& s = *slots_.find(token);
  s.since_ms = now();
  s.since_ns = uv_hrtime();
  return token;
}

void session::on_request() {
  continue_due_ = false;
  heard_ = true;
  since_ = now();
  auto r = parser_.current();
  r.from_this_machine = local_;
  r.secure = tls_ != nullptr;
  const auto token = open_slot();
  auto& s = *slots_.find(token);
  s.minor_version = r.minor_version;
  s.keep_alive = r.keep_alive;
  s.head_only = r.verb == method::head;
  s.page = lane_.all().others.of(r);
  const auto* id = r.find("X-Request-Id");
  // A client's own id makes its logs and ours match.
  s.request_id = id != nullptr && is_request_id(*id) ? std::string{*id} : lane_.new_request_id();
  if (r.verb != method::get && r.verb != method::head)
    if (const auto* parent = r.find("traceparent")) s.trace = trace_of(*parent);
  // A place of the reserve is for one request.
  if (!r.keep_alive || admitted_.as != place::regular) {
    s.close = true;
    phase_ = phase::finishing;
  }
  if (auto refusal = check_rate(r)) return answer(token, std::move(*refusal));
  if (prepare_elsewhere(token)) return;
  try {
    // Clock and chance come from here, once, so that `begin` is pure.
    const models::stamp at{actors::unix_time_us(), [this] { return lane_.new_uuid(); },
                           lane_.all().node.most};
    auto site = lane_.all().served();
    site.leaving = lane_.leaving();
    proceed(token, begin(r, site, at), r.body.size());
  } catch (const std::exception& e) {
    fail(token, e);
  }
}

void session::proceed(std::uint64_t token, exchange&& with, std::size_t body) {
  auto& s = *slots_.find(token);
  s.what = with.what;
  s.target = with.target;
  if (!serves_place(with.what)) return answer(token, no_place());
  if (!hold_carried(s, with.next, body)) return answer(token, too_much_received());
  if (!hold_answer(s, with.next)) return answer(token, too_much_unsent());
  perform(token, std::move(with.next));
}

// The connection and the node go on.
void session::fail(std::uint64_t token, const std::exception& why) {
  auto& s = *slots_.find(token);
  spdlog::error("request {} to {} failed: {}", s.request_id, name_of(s.what), why.what());
  answer(token,
         problem_response(500, "internal_error", "The server failed to handle this request."));
}

// Nothing more of this connection is looked at until it is done: writes are proposed in the order
// in which they came, and the parser has the bytes.
bool session::prepare_elsewhere(std::uint64_t token) {
  auto r = parser_.current();
  r.from_this_machine = local_;
  r.secure = tls_ != nullptr;
  // What fits a read may lie in the buffer of all sessions.
  if (r.body.size() <= std::max(preparation::from_bytes, lane_.buffer().size())) return false;
  auto site = lane_.all().served();
  site.leaving = lane_.leaving();
  preparing_ = std::make_unique<preparation>(
      r, site, models::stamp{actors::unix_time_us(), {}, lane_.all().node.most});
  preparing_for_ = token;
  const auto on_done = [](void* self) { static_cast<session*>(self)->on_prepared(); };
  if (!preparing_->start(home()->uv(), on_done, this)) {
    preparing_.reset();
    return false;
  }
  ++open_handles_;  // It needs this session until it is done.
  return true;
}

void session::on_prepared() {
  const auto made = std::move(preparing_);
  // Closed meanwhile: now the handle is one less.
  if (phase_ == phase::closed) return handle_closed();
  --open_handles_;
  const auto* s = slots_.find(preparing_for_);
  // Given up meanwhile, and told so: it must not take effect.
  if (s != nullptr && !s->answered) {
    try {
      proceed(preparing_for_, made->take(), parser_.current().body.size());
    } catch (const std::exception& e) {
      fail(preparing_for_, e);
    }
  }
  parser_.release();
  settle();
}

// The connection's last answer, behind those under way.
void session::give_up(int status, std::string_view code, std::string_view detail) {
  lane_.metrics().malformed.add(1);
  end_with(problem_response(status, code, detail));
}

void session::end_with(http::response&& last) {
  // What follows has no meaning, and what has come of the request is of no use.
  phase_ = phase::finishing;
  continue_due_ = false;
  // Another thread may read what the parser has.
  if (!preparing_) parser_.abandon();
  received_.release();
  const auto token = open_slot();
  auto& s = *slots_.find(token);
  s.close = true;
  s.request_id = lane_.new_request_id();
  answer(token, std::move(last));
}

// Nobody answered the oldest request: for a write nobody knows what became of it.
void session::give_up_waiting() {
  phase_ = phase::finishing;
  auto& s = slots_.front();
  s.close = true;
  // Its feed is not waited for any more.
  forget_stream();
  forget_live();
  answer(slots_.first_token(), problem_response(504, s.write ? "outcome_unknown" : "timeout",
                                                "The node did not answer in time."));
}

void session::perform(std::uint64_t token, step&& next) {
  const auto& node = lane_.all().node;
  if (auto* now_known = std::get_if<http::response>(&next)) {
    answer(token, std::move(*now_known));
  } else if (auto* write = std::get_if<write_step>(&next)) {
    // From here on nobody knows, should the answer not come.
    slots_.find(token)->write = true;
    send(node.data ? node.data : actors::data_handle{node.raft},
         actors::submit{token, std::move(write->command), std::move(slots_.find(token)->trace)});
  } else if (auto* read = std::get_if<read_step>(&next)) {
    perform(token, std::move(*read));
  } else if (auto* stream = std::get_if<stream_step>(&next)) {
    perform(token, std::move(*stream));
  } else if (auto* member = std::get_if<member_step>(&next)) {
    slots_.find(token)->write = true;
    member->change.token = token;
    send(node.raft, std::move(member->change));
  } else if (auto* raft = std::get_if<raft_step>(&next)) {
    slots_.find(token)->packed = raft->packed;
    raft->call.token = token;
    // A group that is not here is refused by the one that always is.
    const auto at = node.groups.find(raft->call.group.value);
    send(at == node.groups.end() ? node.raft : at->second, std::move(raft->call));
  } else if (auto* explained = std::get_if<explain_step>(&next)) {
    explain(token, *explained);
  } else if (std::holds_alternative<backup_step>(next)) {
    send(node.archivist, actors::take_backup{token});
  } else if (auto* live = std::get_if<live_step>(&next)) {
    perform(token, std::move(*live));
  } else if (auto* office = std::get_if<office_step>(&next)) {
    slots_.find(token)->write = office->changes;
    perform(token, std::move(*office));
  } else if (auto* ready = std::get_if<ready_step>(&next)) {
    send(node.raft, actors::probe_ready{token, ready->min_index});
  } else if (slots_.find(token)->what == endpoint::metrics) {
    // One question to each group; `on_status` gathers them.
    for (const auto& [group, actor] : node.groups) send(actor, actors::inspect_node{token});
  } else {
    send(node.raft, actors::inspect_node{token});
  }
}

void session::explain(std::uint64_t token, const explain_step& wanted) {
  const auto& node = lane_.all().node;
  const actors::explain_entry question{token, wanted.index};
  if (!wanted.group) return send(node.raft, question);
  const auto at = node.groups.find(wanted.group.value);
  if (at != node.groups.end()) return send(at->second, question);
  answer(token, problem_response(404, "not_found", "This node has no such group."));
}

void session::perform(std::uint64_t token, read_step&& read) {
  const auto& node = lane_.all().node;
  // Rare, so a slot has only a pointer for them.
  if (read.match || read.none_match)
    slots_.find(token)->conditions = std::make_unique<read_conditions>(
        read_conditions{std::move(read.match), std::move(read.none_match)});
  if (read.published)
    return send(lane_.all().publisher, actors::read_published{token, read.level, read.min_index,
                                                              std::move(read.published)});
  // Where a node keeps local fields, another actor joins both groups' items.
  actors::taking<actors::ask> to = node.aggregate;
  if (node.data)
    to = node.data;
  else if (read.level != actors::consistency::local)
    to = node.raft;
  send(to, actors::ask{token, read.level, read.min_index, std::move(read.what)});
}

// -- answers -------------------------------------------------------------------------------------

void session::answer(std::uint64_t token, http::response&& response) {
  auto* s = slots_.find(token);
  // Answered already, or given up.
  if (s == nullptr || s->answered) return;
  if (!fits(*s, response)) response = too_much_unsent();
  s->answered = true;
  s->carried.release();
  // Silence begins with the answer; the time of a head that has begun does not stand still.
  if (parser_.between_requests()) since_ = now();
  s->close = s->close || response.close;
  lane_.metrics().answered(s->what, response.status, (uv_hrtime() - s->since_ns) / 1000);
  const bool body = has_body(response, s->head_only);
  if (response.file && !s->head_only) {
    put(*s, response, s->bytes);
    s->file = std::move(response.file);
    s->file_size = response.file_size;
  } else if (slots_.is_first(token)) {
    // First in line: straight into the outbox, nothing is kept.
    put(*s, response, out_.tail());
    if (body) out_.add(std::move(response.body));
    const bool last = s->close;
    slots_.pop();
    // RFC 9112 §9.6: nothing behind the last answer.
    if (last) slots_.clear();
  } else {
    // Out of turn: kept in its slot, as bytes.
    put(*s, response, s->bytes);
    if (body) s->bytes.append(response.body);
    slots_.weigh(*s, s->bytes.size());
  }
}

void session::put(slot& to, const http::response& response, std::string& head) {
  const auto before = head.size();
  const bool newest = &to == &slots_.back();
  // When the node is about to stop, clients are sent elsewhere; not before they have all answers.
  if (newest && phase_ == phase::serving && lane_.leaving() && !more_follows() && !has_unread())
    phase_ = phase::finishing;
  // The last answer of a connection that finishes says so.
  const bool closing = to.close || (phase_ == phase::finishing && newest);
  if (closing) to.close = true;
  const bool shared = shared_origins::shares(to.what);
  render_head(response,
              {.minor_version = to.minor_version,
               .keep_alive = !closing,
               .head_only = to.head_only,
               .request_id = to.request_id,
               .served_by = lane_.all().served_by,
               .date = lane_.date(),
               .shared = {shared ? to.page : nullptr, shared && lane_.all().others.differ()}},
              head);
  lane_.metrics().bytes_out.add(head.size() - before +
                                (has_body(response, to.head_only) ? response.body.size() : 0));
}

void session::release_answered() {
  // A file must leave before anything behind it.
  while (!stream_ && !slots_.empty() && slots_.front().answered) {
    const bool last = slots_.front().close;
    slots_.weigh(slots_.front(), 0);
    out_.add(std::move(slots_.front().bytes));
    if (slots_.front().file) return begin_stream(slots_.front());
    slots_.pop();
    if (last) slots_.clear();
  }
}

// -- files ---------------------------------------------------------------------------------------

void session::begin_stream(slot& of) {
  stream_ = std::make_unique<file_stream>(std::move(of.file), of.file_size);
}

// One piece at a time, and none while the client is slow to take what it has.
void session::pump() {
  while (stream_ && !stream_->reading()) {
    if (stream_->exhausted()) {
      stream_.reset();
      const bool last = slots_.front().close;
      slots_.pop();
      if (last) slots_.clear();
      release_answered();
    } else if (unsent() > max_unsent) {
      // Slow reader: the next piece is read when this one has gone.
      return;
    } else if (const auto came = [](void* self) { static_cast<session*>(self)->on_piece(); };
               stream_->ask(home()->uv(), came, this)) {
      ++open_handles_;  // The piece needs this session until it has come.
    } else {
      // Can't be read: the client sees the end of the connection too early.
      return close();
    }
  }
}

void session::on_piece() {
  // Closed while libuv read: now the handle is one less.
  if (phase_ == phase::closed) return handle_closed();
  --open_handles_;
  auto piece = stream_->take();
  // Less than was announced: the client sees that by the end of the connection.
  if (piece.empty()) return close();
  lane_.metrics().bytes_out.add(piece.size());
  out_.add(std::move(piece));
  settle();
}

// After whatever happened: sends what is ready, takes what had to wait, ends what is over.
void session::settle() {
  if (phase_ == phase::closed) return;
  while (true) {
    release_answered();
    pump();
    if (phase_ == phase::closed) return;
    // Only in turn: a go-ahead between two answers would be read as one.
    if (continue_due_ && slots_.empty()) {
      continue_due_ = false;
      begin_window(parser_.received());
      out_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    const auto written = [](void* self, int result) {
      static_cast<session*>(self)->on_written(result);
    };
    if (!out_.flush(stream(), written, this)) return close();
    pump();
    if (phase_ == phase::closed) return;
    // Progress is measured from here, over all pieces. The system is only asked what it holds where
    // something waits: of most answers nothing does.
    if (sending_.starts(out_.writing())) {
      const auto left = untaken();
      sending_.begin(now(), taken(), left, left);
    }
    run_stream();
    // Room again: what was read and not taken comes first.
    if (!paused_ || phase_ != phase::serving || full()) break;
    paused_ = false;
    since_ = now();
    take(std::exchange(backlog_, {}));
    hold_input(0);
    if (phase_ == phase::closed) return;
    if (!paused_ && phase_ == phase::serving) resume_reading();
  }
  // Nothing is under way and nothing waits: say that we are done.
  if (phase_ == phase::finishing && slots_.empty() && out_.empty() && !stream_ && !events_ &&
      !live_ && say_end())
    linger();
  if (phase_ == phase::closed) return;
  unsent_.hold_anyway(outstanding());
  watch();
}

}  // namespace lithair::http
