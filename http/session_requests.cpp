#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "actors/messages/client_messages.hpp"
#include "actors/runtime/unix_time.hpp"

/// What a session does between its socket and its messages; `session.cpp` has the rest of its life.
namespace lithair::http {

namespace {

// Bytes of answers that wait for a slow reader; with more no request is taken.
constexpr std::size_t max_unsent = 256 * 1024;

}  // namespace

// -- requests ------------------------------------------------------------------------------------

bool session::full() const {
  // Both bound what one connection can hold: requests, and answers not taken.
  return slots_.size() >= options_.max_pipelined || unsent() > max_unsent;
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
        on_head(input.empty());
        again = true;
        break;
      case parser::event::request:
        on_request();
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

void session::on_head(bool body_waits) {
  since_ = now();
  const auto& r = parser_.current();
  // Which limit depends on the route, which the head tells.
  const bool bulk = takes_bulk(lane_.all().routes.match(r.path).what);
  parser_.limit_body(bulk ? options_.max_bulk_body : options_.max_body);
  // Who has sent the body anyway needs no go-ahead.
  continue_due_ = r.expects_continue && body_waits;
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
  since_ = now();
  auto r = parser_.current();
  r.from_this_machine = local_;
  const auto token = open_slot();
  auto& s = *slots_.find(token);
  s.minor_version = r.minor_version;
  s.keep_alive = r.keep_alive;
  s.head_only = r.verb == method::head;
  const auto* id = r.find("X-Request-Id");
  // A client's own id makes its logs and ours match.
  s.request_id = id != nullptr && is_request_id(*id) ? std::string{*id} : lane_.new_request_id();
  if (!r.keep_alive) {
    s.close = true;
    phase_ = phase::finishing;
  }
  auto& all = lane_.all();
  try {
    // Clock and chance come from here, once, so that `begin` is pure.
    const models::stamp at{actors::unix_time_us(), [this] { return lane_.new_uuid(); }};
    auto x = begin(r, all.served(), at);
    s.what = x.what;
    s.target = x.target;
    perform(token, std::move(x.next));
  } catch (const std::exception& e) {
    // One request fails; the connection and the node go on.
    spdlog::error("request {} to {} failed: {}", s.request_id, name_of(s.what), e.what());
    answer(token,
           problem_response(500, "internal_error", "The server failed to handle this request."));
  }
}

// The connection's last answer, behind those under way.
void session::give_up(int status, std::string_view code, std::string_view detail) {
  // What follows the malformed byte has no meaning.
  phase_ = phase::finishing;
  continue_due_ = false;
  lane_.metrics().malformed.add(1);
  const auto token = open_slot();
  auto& s = *slots_.find(token);
  s.close = true;
  s.request_id = lane_.new_request_id();
  answer(token, problem_response(status, code, detail));
}

// Nobody answered the oldest request: for a write nobody knows what became of it.
void session::give_up_waiting() {
  phase_ = phase::finishing;
  auto& s = slots_.front();
  s.close = true;
  // Its feed is not waited for any more.
  forget_stream();
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
         actors::submit{token, std::move(write->command)});
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
  } else if (std::holds_alternative<backup_step>(next)) {
    send(node.archivist, actors::take_backup{token});
  } else if (auto* ready = std::get_if<ready_step>(&next)) {
    send(node.raft, actors::probe_ready{token, ready->min_index});
  } else if (slots_.find(token)->what == endpoint::metrics) {
    // One question to each group; `on_status` gathers them.
    for (const auto& [group, actor] : node.groups) send(actor, actors::inspect_node{token});
  } else {
    send(node.raft, actors::inspect_node{token});
  }
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
  s->answered = true;
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
  }
}

void session::put(slot& to, const http::response& response, std::string& head) {
  const auto before = head.size();
  // The last answer of a connection that finishes says so.
  const bool closing = to.close || (phase_ == phase::finishing && slots_.size() == 1);
  if (closing) to.close = true;
  render_head(response,
              {.minor_version = to.minor_version,
               .keep_alive = !closing,
               .head_only = to.head_only,
               .request_id = to.request_id,
               .served_by = lane_.all().served_by,
               .date = lane_.date()},
              head);
  lane_.metrics().bytes_out.add(head.size() - before +
                                (has_body(response, to.head_only) ? response.body.size() : 0));
}

void session::release_answered() {
  // A file must leave before anything behind it.
  while (!stream_ && !slots_.empty() && slots_.front().answered) {
    const bool last = slots_.front().close;
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
      out_.tail().append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    const bool was_writing = out_.writing();
    const auto written = [](void* self, int result) {
      static_cast<session*>(self)->on_written(result);
    };
    if (!out_.flush(stream(), written, this)) return close();
    pump();
    if (phase_ == phase::closed) return;
    // Progress is measured from here.
    if (out_.writing() && !was_writing) {
      write_since_ = now();
      write_left_ = unsent();
    }
    run_stream();
    // Room again: what was read and not taken comes first.
    if (!paused_ || phase_ != phase::serving || full()) break;
    paused_ = false;
    since_ = now();
    take(std::exchange(backlog_, {}));
    if (phase_ == phase::closed) return;
    if (!paused_ && phase_ == phase::serving) resume_reading();
  }
  // Nothing is under way and nothing waits: say that we are done.
  if (phase_ == phase::finishing && slots_.empty() && out_.empty() && !stream_ && !events_)
    linger();
  watch();
}

}  // namespace lithair::http
