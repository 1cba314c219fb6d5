#include "http/session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "actors/messages/feed_messages.hpp"
#include "http/explained.hpp"
#include "http/operators.hpp"
#include "http/turned_away.hpp"

namespace lithair::http {

/// From a session to itself: its socket is closed.
struct socket_closed {};

/// From the office that certifies nodes, through whoever it is told by.
struct office_answer {
  std::uint64_t token = 0;
  response said;
};

}  // namespace lithair::http
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::http::socket_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::http::office_answer)

namespace lithair::http {

namespace {

// How long a client that we are done with may take to close.
constexpr std::uint64_t linger_ms = 2000;
constexpr std::uint64_t never = ~std::uint64_t{0};
// What an item is taken for, in bytes, until one was sent.
constexpr std::size_t unknown_answer = 16 << 10;
constexpr std::string_view stopping_text = "The node is stopping.";

template <class Handle>
session& owner(Handle* h) {
  return *static_cast<session*>(h->data);
}

}  // namespace

// -- life ----------------------------------------------------------------------------------------

session::session(caf::actor_config& cfg, lane* where, int fd, const admission::ticket& admitted)
    : actors::hosted_actor(cfg, &where->home()),
      lane_(*where),
      options_(where->all().options),
      admitted_(admitted),
      fd_(fd),
      secure_(options_.tls != nullptr),
      parser_({options_.max_target, options_.max_header_bytes, options_.max_headers,
               options_.max_body}),
      received_(where->all().bodies),
      unsent_(where->all().unsent),
      usual_answer_(unknown_answer),
      sending_(options_.write_timeout_ms),
      receiving_(options_.body_timeout_ms) {}

session::~session() {
  if (fd_ >= 0) ::close(fd_);
}

caf::behavior session::make_behavior() {
  set_default_handler(caf::drop);
  // An actor that fails elsewhere is no reason to close: its answer is given up in time.
  set_error_handler([](caf::error&) {});
  set_down_handler([](caf::down_msg&) {});
  set_exit_handler([this](caf::exit_msg&) { close(); });
  if (!open()) {
    quit();
    return {};
  }
  return {
      [this](actors::submitted& said) {
        auto* s = slots_.find(said.token);
        // Late, for a request that was given up.
        if (s == nullptr) return;
        const auto token = said.token;
        answer(token, answer_write(std::move(said), s->target));
      },
      [this](actors::answered& said) {
        auto* s = slots_.find(said.token);
        if (s == nullptr) return;
        const auto token = said.token;
        answer(token,
               answer_read(std::move(said), s->conditions ? *s->conditions : read_conditions{}));
      },
      [this](actors::node_status& status) { on_status(std::move(status)); },
      [this](actors::members_changed& said) {
        const auto token = said.token;
        answer(token, answer_members(std::move(said)));
      },
      [this](const actors::raft_answered& said) {
        if (auto* s = slots_.find(said.token)) answer(said.token, answer_raft(said, s->packed));
      },
      [this](actors::backup_taken& taken) {
        auto* s = slots_.find(taken.token);
        if (s == nullptr) return;
        const auto token = taken.token;
        answer(token, answer_backup(std::move(taken), s->what));
      },
      [this](const actors::entry_explained& said) {
        if (slots_.find(said.token) != nullptr)
          answer(said.token, answer_explained(said, *lane_.all().node.schema));
      },
      [this](actors::readiness& said) { answer(said.token, answer_ready(said)); },
      [this](office_answer& told) { answer(told.token, std::move(told.said)); },
      [this](const socket_closed&) { quit(); },
  };
}

// It answers from a thread of its own; this session may have ended by then.
void session::perform(std::uint64_t token, office_step&& wanted) {
  wanted.begin([to = caf::actor_cast<caf::actor>(this), token](http::response said) {
    caf::anon_send(to, office_answer{token, std::move(said)});
  });
}

void session::on_status(actors::node_status&& status) {
  if (live_ && live_->token == status.token) return on_sample(std::move(status));
  auto* s = slots_.find(status.token);
  if (s == nullptr || s->answered) return;
  const auto token = status.token;
  auto& all = lane_.all();
  if (lane_.leaving()) {
    status.ready = false;
    status.not_ready = leaving_text;
  }
  if (s->what != endpoint::metrics)
    return answer(token, answer_status(status, s->what, *all.node.schema, all.held()));
  // One status of each group, in any order; metrics tell of all.
  s->statuses.push_back(std::move(status));
  if (s->statuses.size() < all.node.groups.size()) return;
  // By group, so that the page is the same whoever answered first.
  std::ranges::sort(s->statuses, {}, [](const auto& each) { return each.raft.group; });
  http::response result;
  result.content_type = "text/plain; version=0.0.4; charset=utf-8";
  const auto& lost = all.options.log_lines_dropped;
  result.body = metrics_text(s->statuses, all.metrics, all.loops, all.held(), lost ? lost() : 0);
  answer(token, std::move(result));
}

bool session::open() {
  lane_.add(*this);
  lane_.metrics().connections.add(1);
  // Draining since the listener took it: nothing was read, so nothing is lost.
  if (lane_.draining() || uv_tcp_init(home()->uv(), &socket_) != 0) return false;
  local_ = comes_from_this_machine(fd_);
  // Handles point here, so the actor must outlive them.
  self_ = ctrl();
  uv_timer_init(home()->uv(), &timer_);
  socket_.data = timer_.data = this;
  open_handles_ = 2;
  if (uv_tcp_open(&socket_, fd_) != 0) {
    close();
    // It ends by its own message, once the handles are closed.
    return true;
  }
  fd_ = -1;
  // Answers leave in one write; waiting for more bytes would only delay them.
  uv_tcp_nodelay(&socket_, 1);
  since_ = now();
  resume_reading();
  watch();
  return true;
}

void session::close() {
  if (phase_ == phase::closed) return;
  phase_ = phase::closed;
  if (shaking_)
    end_handshake(handshake_outcome::cut_off);
  else if (opened_)
    lane_.metrics().secure_ended.add(1);
  // The feed must not keep sending to nobody.
  forget_stream();
  forget_live();
  slots_.clear();
  // Whatever is still on its way to be freed, others may have its room.
  parser_.abandon();
  backlog_ = {};
  received_.release();
  unsent_.release();
  // Never opened, or closed already.
  if (open_handles_ == 0) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&socket_),
           [](uv_handle_t* h) { owner(h).handle_closed(); });
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_),
           [](uv_handle_t* h) { owner(h).handle_closed(); });
}

void session::handle_closed() {
  if (--open_handles_ > 0) return;
  if (ended_)
    gone();
  else
    // A message and not a call: this may be within a callback of libuv.
    send(this, socket_closed{});
}

void session::on_exit() {
  ended_ = true;
  close();
  if (open_handles_ == 0) gone();
}

// The last thing; `this` may be destroyed by it.
void session::gone() {
  lane_.remove(*this);
  const auto keep = std::move(self_);
}

void session::leave_stream() {
  if (!streams()) return;
  if (live_)
    refuse_live(503, "unavailable", stopping_text);
  else
    refuse_stream(503, "unavailable", stopping_text);
  settle();
}

void session::drain() {
  // A stream has no end of its own: its client comes back to another node.
  if (events_) {
    refuse_stream(503, "unavailable", stopping_text);
  } else if (live_) {
    refuse_live(503, "unavailable", stopping_text);
  } else if (phase_ != phase::serving || shaking_ || more_follows() || has_unread()) {
    // It finishes anyway, or its client spoke before it could know: its last answer will say that
    // it is the last.
    return;
  }
  phase_ = phase::finishing;
  settle();
}

bool session::has_unread() const {
  uv_os_fd_t fd = -1;
  char byte = 0;
  return uv_fileno(reinterpret_cast<const uv_handle_t*>(&socket_), &fd) == 0 &&
         ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

// -- the socket ----------------------------------------------------------------------------------

void session::resume_reading() {
  if (reading_) return;
  const auto give_buffer = [](uv_handle_t* h, size_t, uv_buf_t* out) {
    *out = owner(h).read_buffer();
  };
  const auto on_bytes = [](uv_stream_t* h, ssize_t n, const uv_buf_t* buffer) {
    auto& self = owner(h);
    if (n > 0)
      self.on_read({buffer->base, static_cast<std::size_t>(n)});
    else if (n == UV_EOF)
      self.on_end();
    else if (n < 0 && n != UV_ENOBUFS)
      self.close();
  };
  reading_ = uv_read_start(stream(), give_buffer, on_bytes) == 0;
  if (!reading_) close();
}

void session::stop_reading() {
  reading_ = false;
  uv_read_stop(stream());
}

void session::on_read(std::string_view bytes) {
  if (secure_)
    on_sealed(bytes);
  else
    on_said(bytes);
}

void session::on_said(std::string_view bytes) {
  lane_.metrics().bytes_in.add(bytes.size());
  if (phase_ != phase::serving) return;  // whatever it still says
  take(bytes);
  hold_input(0);
  settle();
}

void session::on_end() {
  client_done_ = true;
  stop_reading();
  // Who goes before there are keys has said nothing.
  if (awaits_handshake()) return close();
  // Half-closed clients still get their answers, but a stream has no last one.
  if (phase_ == phase::lingering || streams()) return close();
  if (phase_ == phase::serving) phase_ = phase::finishing;
  settle();
}

void session::on_written(int result) {
  if (phase_ == phase::closed) return;
  if (result < 0) return close();
  settle();
}

void session::turn_ended() { settle(); }

// Closing with unread bytes would make the system reset the connection, and the client might lose
// our last answer: first say that nothing more comes, then read on until the client closes too.
void session::linger() {
  if (client_done_) return close();
  phase_ = phase::lingering;
  linger_until_ = now() + linger_ms;
  // The backlog would never be taken.
  backlog_ = {};
  uv_os_fd_t fd = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(&socket_), &fd) != 0 || ::shutdown(fd, SHUT_WR) != 0)
    return close();
  resume_reading();
}

// -- time ----------------------------------------------------------------------------------------

// A backup takes as long as it takes to write the whole state.
std::uint64_t session::patience(const slot& of) const {
  const bool writes_all = of.what == endpoint::admin_backup || of.what == endpoint::admin_snapshot;
  return writes_all ? std::uint64_t{10} * options_.answer_timeout_ms : options_.answer_timeout_ms;
}

std::uint64_t session::now() const { return home()->now_ms(); }

std::uint64_t session::deadline() const {
  if (phase_ == phase::lingering) return linger_until_;
  const bool is_regular = admitted_.as == place::regular;
  const auto head_time = is_regular ? options_.header_timeout_ms : options_.reserve_timeout_ms;
  // From the beginning of the connection: nothing else is due.
  if (awaits_handshake()) return since_ + head_time;
  // Each case is what this connection waits for now; others' clocks stand still.
  auto result = never;
  if (out_.writing()) result = sending_.due();
  // A file may take any time, as long as it moves.
  if (stream_) return result;
  if (events_ && events_->open)
    return events_->asked ? std::min(result, events_->comment_due_ms(options_.heartbeat_ms))
                          : result;
  if (live_ && live_->asks_by_clock()) return std::min(result, live_->due_ms);
  if (!slots_.empty()) return std::min(result, slots_.front().since_ms + patience(slots_.front()));
  // Paused by us: the client is not to blame.
  if (phase_ != phase::serving || paused_) return result;
  if (parser_.in_body()) return std::min(result, receiving_.due());
  if (!parser_.between_requests()) return std::min(result, since_ + head_time);
  // Idle only when everything has left. Who has asked for nothing yet is no client so far.
  if (out_.writing()) return result;
  return since_ + (heard_ ? options_.idle_timeout_ms : head_time);
}

// The timer is only moved when it would fire too late: most requests leave it alone.
void session::watch() {
  if (phase_ == phase::closed) return;
  const auto at = deadline();
  // Too early is harmless: the timer looks again.
  if (at == never || (timer_at_ != 0 && timer_at_ <= at)) return;
  timer_at_ = at;
  const auto wait = at > now() ? at - now() : 0;
  uv_timer_start(
      &timer_, [](uv_timer_t* h) { owner(h).on_timer(); }, wait, 0);
}

void session::on_timer() {
  timer_at_ = 0;
  // It was set for a deadline that has moved.
  if (deadline() > now()) return watch();
  if (phase_ == phase::lingering) return close();
  if (awaits_handshake()) {
    if (shaking_) end_handshake(handshake_outcome::late);
    return close();  // There are no keys to say it with.
  }
  // The writing counts first: nothing else can be told before it.
  if (out_.writing() && sending_.due() <= now()) {
    if (!sending_.go_on(now(), taken(), untaken(), untaken())) {
      lane_.metrics().late_readers.add(1);
      return close();
    }
  } else if (events_ && events_->open) {
    nudge_stream();
  } else if (live_ && live_->asks_by_clock()) {
    ask_for_sample();
  } else if (!slots_.empty()) {
    // Only the first: answers leave in order, so others wait for it.
    give_up_waiting();
  } else if (parser_.in_body()) {
    const auto moved = parser_.received();
    const auto whole = parser_.announced().value_or(moved);
    if (!receiving_.go_on(now(), moved, body_left(), whole))
      give_up(408, "request_timeout", "The request's body arrives too slowly.");
  } else if (!parser_.between_requests()) {
    give_up(408, "request_timeout", "The request's headers took too long to arrive.");
  } else if (admitted_.as != place::regular) {
    // Who waited for an answer learns why there is none.
    end_with(no_place());
  } else {
    return close();  // idle: nothing to say
  }
  settle();
}

}  // namespace lithair::http
