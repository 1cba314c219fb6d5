#include "actors/peers/link.hpp"

#include <optional>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include "actors/peers/frame_codec.hpp"

namespace lithair::actors {

namespace {

// From a link to itself: its connection is over.
struct link_over {};

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::link_over)

namespace lithair::actors {

link::link(caf::actor_config& cfg, loop* home, const std::shared_ptr<setup>& s)
    : hosted_actor(cfg, home),
      over_(std::move(s->over)),
      other_(over_->meeting().other()),
      models_(std::move(s->models)),
      gate_(std::move(s->gate)) {}

// What the connection tells comes on this loop, outside of turns: so it only sends.
caf::behavior link::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](const caf::down_msg& news) { shipper_ended(news.source); });
  over_->tell({{},
               [this](frame& what) { came(what); },
               [this](const std::string& why) {
                 over_.reset();
                 fail(why);
               }});
  // Before any greeting: who is greeted judges by them.
  over_->put(frame_class::liveness, frame_kind::models, 0, std::move(models_));
  over_->listen();
  return behavior_of<handle_type>(
      [this](const hello& said) { greet(said); },
      [this](peer_message& what) {
        put(what.urgent ? frame_class::liveness : frame_class::raft, frame_kind::raft,
            std::move(what.bytes));
      },
      [this](const peer_piece& what) { put(frame_class::bulk, frame_kind::piece, encode(what)); },
      [this](const peer_piece_ack& what) {
        put(frame_class::liveness, frame_kind::piece_ack, encode(what));
      },
      [this](const peer_control& what) {
        put(frame_class::raft, frame_kind::control, encode(what));
      },
      [this](const link_over&) { quit(caf::exit_reason::remote_link_unreachable); });
}

// Whoever waits for an answer need not wait for its time to be over.
void link::on_exit() {
  over_.reset();
  for (auto& [group, each] : std::exchange(sessions_, {}))
    if (each.asks) each.asked.deliver(caf::make_error(caf::sec::request_receiver_down));
  drop_handles(gate_);
}

void link::turn_ended() {
  if (over_) over_->flush();
}

// The connection may be what calls, so it goes later.
void link::fail(const std::string& why) {
  if (std::exchange(failed_, true)) return;
  spdlog::info("the link with node {} is over: {}", other_.node, why);
  send(this, link_over{});
}

// -- from this node ------------------------------------------------------------------------------

void link::greet(const hello& said) {
  const protocol::group_id group{said.group};
  auto promise = make_response_promise<welcome>();
  if (!over_) {
    promise.deliver(caf::make_error(caf::sec::request_receiver_down));
    return;
  }
  set_session(group, said.endpoint);
  sessions_[group].asked = promise;
  sessions_[group].asks = true;
  over_->put(frame_class::liveness, frame_kind::greeting, said.group, encode(said));
}

// None: it is no shipper of an open session, and nothing of it is sent.
const protocol::group_id* link::group_of_sender() {
  for (const auto& [group, each] : sessions_)
    if (each.open && each.shipper == current_sender()) return &group;
  return nullptr;
}

// One that takes itself for linked is told so: the peer may have left before it was.
void link::put(frame_class rank, frame_kind kind, std::string payload) {
  if (const auto* group = group_of_sender(); group == nullptr)
    send(caf::actor_cast<taking<peer_left>>(current_sender()), peer_left{});
  else if (over_)
    over_->put(rank, kind, group->value, std::move(payload));
}

// -- sessions ------------------------------------------------------------------------------------

// A new one: what was said in an earlier one has no meaning there.
void link::set_session(protocol::group_id group, const caf::actor& shipper) {
  auto& mine = sessions_[group];
  if (mine.shipper && mine.shipper != shipper) demonitor(mine.shipper.address());
  if (mine.shipper != shipper) monitor(shipper);
  mine.shipper = shipper;
  mine.open = false;
  over_->forget(group.value);
}

void link::end_session(protocol::group_id group) {
  const auto found = sessions_.find(group);
  if (found == sessions_.end()) return;
  demonitor(found->second.shipper.address());
  sessions_.erase(found);
  if (over_) over_->forget(group.value);
}

void link::shipper_ended(const caf::actor_addr& which) {
  for (auto& [group, each] : sessions_) {
    if (each.shipper.address() != which) continue;
    const auto ended = group;
    end_session(ended);
    if (over_) over_->put(frame_class::liveness, frame_kind::leave, ended.value, {});
    return;
  }
}

// -- from the other node -------------------------------------------------------------------------

void link::came(frame& what) {
  if (failed_) return;
  switch (what.head.kind) {
    case frame_kind::models:
      their_models_ = std::move(what.payload);
      break;
    case frame_kind::greeting:
      on_greeting(what);
      break;
    case frame_kind::welcome:
      on_welcome(what);
      break;
    case frame_kind::leave:
      on_leave(protocol::group_id{what.head.group});
      break;
    case frame_kind::raft:
    case frame_kind::control:
    case frame_kind::piece:
    case frame_kind::piece_ack:
      pass_on(what);
      break;
    default:
      // Of a later version, which says whether it may be passed over.
      if ((what.head.flags & frame_must_understand) != 0)
        fail("it says something that this node does not understand");
  }
}

// By request, for the gate answers once the disk has what was learned.
void link::on_greeting(const frame& what) {
  auto said = decode_greeting(what.payload);
  if (!said) return fail("a greeting of it is not understood");
  said->node = other_.node;
  said->to = other_.to;
  said->incarnation = other_.incarnation;
  said->group = what.head.group;
  said->schema = their_models_;
  said->endpoint = caf::actor_cast<caf::actor>(this);
  const protocol::group_id group{what.head.group};
  request(gate_, caf::infinite, std::move(*said))
      .then([this, group](const welcome& answered) { answer(group, answered); },
            [this, group](const caf::error&) {
              welcome refusal;
              refusal.refused = "this node stops";
              answer(group, refusal);
            });
}

// The answer goes before all that our shipper says from now on; it is linked already.
void link::answer(protocol::group_id group, const welcome& said) {
  if (!over_) return;
  const auto found = sessions_.find(group);
  if (said.endpoint) {
    const bool asks = found != sessions_.end() && found->second.asks;
    set_session(group, said.endpoint);
    sessions_[group].open = true;
    sessions_[group].asks = asks;
  } else if (found != sessions_.end() && found->second.open) {
    // It began anew, and is not let in again: what was there is over.
    on_leave(group);
  }
  over_->put(frame_class::liveness, frame_kind::welcome, group.value, encode(said));
}

void link::on_welcome(const frame& what) {
  auto said = decode_welcome(what.payload);
  if (!said) return fail("an answer of it is not understood");
  const protocol::group_id group{what.head.group};
  const auto found = sessions_.find(group);
  if (found == sessions_.end() || !found->second.asks) return;
  found->second.asks = false;
  said->node = other_.node;
  said->incarnation = other_.incarnation;
  said->schema = their_models_;
  auto promise = std::move(found->second.asked);
  if (said->refused.empty()) {
    said->endpoint = caf::actor_cast<caf::actor>(this);
    found->second.open = true;
  } else if (!found->second.open) {
    end_session(group);
  }
  promise.deliver(std::move(*said));
}

void link::on_leave(protocol::group_id group) {
  const auto found = sessions_.find(group);
  if (found == sessions_.end() || !found->second.open) return;
  send(caf::actor_cast<taking<peer_left>>(found->second.shipper), peer_left{});
  if (found->second.asks)
    found->second.open = false;
  else
    end_session(group);
}

void link::pass_on(frame& what) {
  const auto found = sessions_.find(protocol::group_id{what.head.group});
  if (found == sessions_.end() || !found->second.open) return;
  const auto& to = found->second;
  switch (what.head.kind) {
    case frame_kind::raft:
      return pass_on(to, std::optional{peer_message{std::move(what.payload)}});
    case frame_kind::control:
      return pass_on(to, decode_control(what.payload));
    case frame_kind::piece:
      return pass_on(to, decode_piece(what.payload));
    default:
      return pass_on(to, decode_piece_ack(what.payload));
  }
}

template <class Message>
void link::pass_on(const session& to, std::optional<Message> what) {
  if (!what) return fail("a message of it is not understood");
  send(caf::actor_cast<peer_end>(to.shipper), std::move(*what));
}

}  // namespace lithair::actors
