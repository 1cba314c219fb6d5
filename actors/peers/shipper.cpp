#include "actors/peers/shipper.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/mutants.hpp"
#include "actors/peers/connector.hpp"
#include "actors/peers/control_codec.hpp"
#include "actors/peers/peer_codec.hpp"

namespace lithair::actors {

namespace {

// Doubles with each attempt that fails, so that a peer that is away costs little.
constexpr std::uint32_t first_backoff_ms = 20;
constexpr std::uint32_t last_backoff_ms = 500;
constexpr std::chrono::seconds greeting_timeout{3};
// The one that is dialled dials itself when nobody came for so long: its peer may not know of it,
// or where it is.
constexpr std::chrono::milliseconds patience{3000};

using dial_atom = caf::atom_constant<caf::atom("dial")>;
constexpr dial_atom dial_v{};

// What must keep its order, and may be long. All else goes at once, between the pieces of these.
bool is_bulk(const protocol::message& content) {
  return std::holds_alternative<protocol::append_request>(content) ||
         std::holds_alternative<protocol::snapshot_request>(content) ||
         std::holds_alternative<protocol::propose_request>(content);
}

bool is_answer(const protocol::message& content) {
  return std::holds_alternative<protocol::vote_response>(content) ||
         std::holds_alternative<protocol::append_response>(content) ||
         std::holds_alternative<protocol::heartbeat_response>(content) ||
         std::holds_alternative<protocol::snapshot_response>(content) ||
         std::holds_alternative<protocol::read_response>(content) ||
         std::holds_alternative<protocol::propose_response>(content);
}

}  // namespace

shipper::shipper(caf::actor_config& cfg, loop* home, setup s)
    : hosted_actor(cfg, home), setup_(std::move(s)), backoff_ms_(first_backoff_ms) {}

caf::behavior shipper::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  // Of an earlier link the end means nothing.
  set_down_handler([this](const caf::down_msg& news) {
    if (peer_.endpoint && news.source == peer_.endpoint.address()) lose_link();
  });
  start_dialling();
  return behavior_of<handle_type>(
      [this](ship& order) {
        // A leader has something for each peer many times a second, so no timer is needed here.
        if (transfer_ && clock().now() > transfer_->deadline)
          give_up_snapshot("it did not take it in time");
        if (peer_.endpoint) ship_all(std::move(order.messages));
      },
      [this](const fetch& order) {
        send(setup_.reader,
             read_log{setup_.group, order.what,
                      caf::actor_cast<taking<fetched, disk_failed>>(current_sender())});
      },
      [this](chunk_read& chunk) { on_chunk(chunk); },
      [this](peer_message& came) {
        // Only who was welcomed on this link is heard: a late message of a former one is dropped.
        if (is_from_peer()) on_message(std::move(came.bytes));
      },
      [this](const peer_piece& piece) {
        if (!is_from_peer()) return;
        auto taken = coming_.take(piece);
        if (taken.answer) send(peer_.endpoint, *taken.answer);
        if (taken.message) on_message(std::move(*taken.message));
      },
      [this](const peer_piece_ack& ack) {
        if (is_from_peer()) acknowledged(ack);
      },
      [this](const promises_lost& news) {
        if (raft_) send(raft_, news);
      },
      [this](const send_snapshot& order) { offer(order); },
      [this](control_arrived& news) {
        if (peer_.endpoint) send(peer_.endpoint, to_wire(news.content));
      },
      [this](peer_control& wire) {
        if (!is_from_peer() || peer_.how != trust::full || !raft_) return;
        if (auto content = from_wire(std::move(wire)))
          send(raft_, control_arrived{setup_.peer.id, std::move(*content)});
      },
      [this](peer_left) {
        if (is_from_peer()) lose_link();
      },
      [this](const linked_by_peer& news) { link(news.end); },
      [this](const serve_raft& order) {
        raft_ = order.raft;
        if (!raft_)
          return transfer_.reset();  // It is out of service: nothing is taken or given any more.
        tell_link();
      },
      [this](dial_atom, std::uint64_t number) {
        if (number != due_dial_) return;
        due_dial_ = 0;
        reach_out();
      },
      [this](const reached& answer) {
        const bool gone = !answer.failed.empty() && answer.refused == refusal_by::nobody;
        if (std::exchange(looks_whether_gone_, false) && gone && !peer_.endpoint && raft_)
          send(raft_, link_changed{setup_.peer.id, false, 0, true});
        if (peer_.endpoint)
          dialling_ = false;
        else if (answer.failed.empty())
          greet(answer.gate);
        else if (answer.refused == refusal_by::peer)
          turned_down(answer.failed);
        else if (answer.refused == refusal_by::us)
          turn_down(answer.failed, nullptr);
        else
          retry(answer.failed);
      });
}

// Handles in a cycle would keep each other alive.
void shipper::on_exit() {
  end_snapshot();
  drop_handles(setup_.reader, setup_.identity.notes, setup_.connector, raft_);
  peer_ = {};
}

bool shipper::is_from_peer() { return peer_.endpoint && current_sender() == peer_.endpoint; }

// -- dialling ------------------------------------------------------------------------------------

// A peer of which nobody knows where it is has to come by itself.
void shipper::start_dialling() {
  if (dialling_ || peer_.endpoint || setup_.peer.host.empty() || !setup_.connector) return;
  dialling_ = true;
  if (dials_first()) return reach_out();
  dial_in(patience);
}

// At once, whoever of both dials first otherwise: that the peer has ended is news.
void shipper::look_whether_gone() {
  if (setup_.peer.host.empty() || !setup_.connector) return;
  looks_whether_gone_ = true;
  if (dialling_ && due_dial_ == 0) return;
  dialling_ = true;
  due_dial_ = 0;
  reach_out();
}

void shipper::dial_in(std::chrono::milliseconds time) {
  due_dial_ = ++dials_;
  delayed_send(this, time, dial_v, due_dial_);
}

// One side only, else two links would come and go.
bool shipper::dials_first() const { return setup_.peer.id < setup_.identity.self; }

void shipper::reach_out() {
  if (peer_.endpoint || !setup_.connector)
    dialling_ = false;
  else
    send(setup_.connector, reach{setup_.peer});
}

// What we know of the peer goes along, so that an old copy finds out before anything else is said.
void shipper::greet(const remote_gate& gate) {
  hello us{setup_.identity.peers->cluster(),
           setup_.identity.self.value,
           setup_.peer.id.value,
           setup_.identity.incarnation,
           setup_.group.value,
           setup_.identity.peers->models(),
           setup_.identity.peers->present(setup_.peer.id.value, setup_.group),
           caf::actor_cast<caf::actor>(this)};
  request(gate, greeting_timeout, std::move(us))
      .then([this](const welcome& answer) { welcomed(answer); },
            [this](const caf::error&) { retry("it does not answer the greeting"); });
}

void shipper::welcomed(const welcome& answer) {
  // An address may belong to somebody else by now.
  if (answer.node != setup_.peer.id.value)
    return retry(fmt::format("node {} answers there", answer.node));
  auto& peers = *setup_.identity.peers;
  const bool waits = answer.refused == no_cluster_yet;
  if (!answer.refused.empty() && !waits) return turned_down(answer.refused);
  const auto why = peers.why_not_meet({answer.node, answer.cluster, answer.schema});
  if (!why.empty()) return turn_down(why, answer.endpoint);
  if (waits) {
    peers.met_without_cluster(answer.node, answer.proof);
    return retry(answer.refused);
  }
  request(setup_.identity.notes, caf::infinite, join_cluster{answer.cluster})
      .then([this, answer](
                const noted& note) { note.failed.empty() ? joined(answer) : retry(note.failed); },
            [this](const caf::error&) { retry("this node stops"); });
}

// As in gate::joined: what was learned is on the disk before the link is used.
void shipper::joined(const welcome& answer) {
  const auto how =
      setup_.identity.peers->admit(answer.node, setup_.group, answer.incarnation, answer.proof);
  if (how == trust::none) return turn_down(why_another_directory(answer.node), answer.endpoint);
  auto old =
      setup_.identity.peers->examine(answer.node, setup_.group, answer.incarnation, answer.proof);
  request(setup_.identity.notes, caf::infinite, await_notes{})
      .then(
          [this, old,
           end = other_end{caf::actor_cast<peer_end>(answer.endpoint), answer.incarnation,
                           answer.proof, how}](const noted& note) {
            if (old) {
              if (raft_) send(raft_, promises_lost{*old});
              return retry("this node's data directory is an old copy");
            }
            if (!note.failed.empty()) return retry("it can't be noted: " + note.failed);
            dialling_ = false;
            link(end);
          },
          [this](const caf::error&) { retry("this node stops"); });
}

// One of both refuses the other: people have to see to it, so the group is told as well.
void shipper::turned_down(const std::string& why) {
  const auto sentence = fmt::format("node {} refuses this node: {}", setup_.peer.id.value, why);
  if (raft_) send(raft_, link_refused{setup_.peer.id, sentence});
  retry(why);
}

// It took us in, and learns why that comes to nothing.
void shipper::turn_down(const std::string& why, const caf::actor& endpoint) {
  if (endpoint) send(caf::actor_cast<peer_end>(endpoint), to_wire(refusal_notice{why}));
  const auto sentence = fmt::format("this node refuses node {}: {}", setup_.peer.id.value, why);
  if (raft_) send(raft_, link_refused{setup_.peer.id, sentence});
  retry(why);
}

void shipper::retry(const std::string& why) {
  if (why != last_trouble_) {
    spdlog::info("node {} is not reached at {}: {}", setup_.peer.id.value,
                 host_and_port(setup_.peer.host, setup_.peer.peer_port), why);
    last_trouble_ = why;
  }
  dial_in(dials_first() ? std::chrono::milliseconds{backoff_ms_} : patience);
  backoff_ms_ = std::min(backoff_ms_ * 2, last_backoff_ms);
}

// -- messages ------------------------------------------------------------------------------------

void shipper::ship_all(std::vector<protocol::message> messages) {
  // The order of what is urgent and what is not is free; that among the latter is kept.
  auto bulk = std::stable_partition(messages.begin(), messages.end(),
                                    [](const auto& each) { return !is_bulk(each); });
  std::vector<protocol::message> later(std::make_move_iterator(bulk),
                                       std::make_move_iterator(messages.end()));
  messages.erase(bulk, messages.end());
  if (!messages.empty())
    send(peer_.endpoint, peer_message{encode(setup_.group, messages).copy(), true});
  if (later.empty()) return;
  auto encoded = encode(setup_.group, later);
  // Together when that is short; else each is a stream of its own.
  if (encoded.size() <= piece_bytes) return put(std::move(encoded));
  for (auto& each : later) put(encode(setup_.group, {std::move(each)}));
}

// Short ones go whole unless something long is on its way: they must not overtake it.
void shipper::put(gathered encoded) {
  if (encoded.size() <= piece_bytes && going_.is_idle())
    return send(peer_.endpoint, peer_message{encoded.copy()});
  if (!going_.put(std::move(encoded)))
    spdlog::warn("a message to node {} is dropped: it is too long, or too much waits for the link",
                 setup_.peer.id.value);
  send_pieces();
}

void shipper::acknowledged(const peer_piece_ack& ack) {
  if (ack.refused && ack.stream != 0)
    spdlog::warn("node {} refused a long message", setup_.peer.id.value);
  if (going_.acknowledged(ack) && raft_) send(raft_, receiving{setup_.peer.id});
  // Of what was sent before, all may be lost: it did not listen.
  if (ack.refused && ack.stream == begin_anew.stream) tell_link();
  send_pieces();
}

void shipper::send_pieces() {
  while (auto piece = going_.next()) send(peer_.endpoint, std::move(*piece));
}

// Decoded here, on the loop, since payloads share the bytes that came.
void shipper::on_message(std::string bytes) {
  if (!raft_) return;
  auto batch = decode(std::move(bytes));
  if (!batch || batch->group != setup_.group) {
    spdlog::warn("a message of node {} was not understood and is ignored", setup_.peer.id.value);
    return;
  }
  // Its answers tell of a disk that is not the one that is known.
  if (peer_.how != trust::full && !mutated(mutant::counts_answers_of_readded)) {
    std::erase_if(batch->messages, is_answer);
    reconsider();
  }
  for (auto& each : batch->messages) {
    if (auto* answer = std::get_if<protocol::snapshot_response>(&each)) on_progress(*answer);
    remember(each);
  }
  send(raft_, peer_step{setup_.peer.id, std::move(batch->messages)});
}

// What the peer said is durable there: should it know less one day, its directory is an old copy.
void shipper::remember(const protocol::message& content) {
  auto node = setup_.peer.id.value;
  if (auto* answer = std::get_if<protocol::append_response>(&content);
      answer != nullptr && answer->success)
    setup_.identity.peers->promised(node, setup_.group, answer->term.value, answer->match.value);
  else if (auto* beat = std::get_if<protocol::heartbeat_response>(&content); beat != nullptr)
    setup_.identity.peers->promised(node, setup_.group, beat->term.value, beat->match.value);
  else if (auto* vote = std::get_if<protocol::vote_response>(&content);
           vote != nullptr && vote->granted && !vote->pre)
    setup_.identity.peers->promised(node, setup_.group, vote->term.value, 0);
}

// -- the link ------------------------------------------------------------------------------------

// Also over a link that is there: the peer knows best that it begins anew.
void shipper::link(other_end end) {
  if (peer_.endpoint) demonitor(peer_.endpoint.address());
  peer_ = std::move(end);
  going_.forget();
  coming_.forget();
  // What the peer sent before is not heard here, and it need not wait until that is acknowledged.
  send(peer_.endpoint, begin_anew);
  monitor(peer_.endpoint);
  backoff_ms_ = first_backoff_ms;
  looks_whether_gone_ = false;
  last_trouble_.clear();
  spdlog::info("linked with node {}{}", setup_.peer.id.value,
               peer_.how == trust::full
                   ? ""
                   : ", which says that it was added again: what it asks is heard");
  tell_link();
}

void shipper::tell_link() {
  if (!raft_) return;
  const bool counts = peer_.endpoint && peer_.how == trust::full;
  send(raft_, link_changed{setup_.peer.id, static_cast<bool>(peer_.endpoint),
                           counts ? peer_.incarnation : 0});
}

// Its requests may have told this node by now that the peer was added again.
void shipper::reconsider() {
  const auto node = setup_.peer.id.value;
  if (setup_.identity.peers->admit(node, setup_.group, peer_.incarnation, peer_.proof) !=
      trust::full)
    return;
  auto old = setup_.identity.peers->examine(node, setup_.group, peer_.incarnation, peer_.proof);
  if (old && raft_) send(raft_, promises_lost{*old});
  request(setup_.identity.notes, caf::infinite, await_notes{})
      .then(
          [this, incarnation = peer_.incarnation](const noted& note) {
            if (!note.failed.empty() || !peer_.endpoint || peer_.incarnation != incarnation) return;
            peer_.how = trust::full;
            tell_link();
          },
          [](const caf::error&) {});
}

void shipper::lose_link() {
  spdlog::info("lost the link with node {}", setup_.peer.id.value);
  demonitor(peer_.endpoint.address());
  peer_ = {};
  going_.forget();
  coming_.forget();
  setup_.identity.peers->link_lost(setup_.peer.id.value);
  if (transfer_) give_up_snapshot("the link went down");
  tell_link();
  look_whether_gone();
}

}  // namespace lithair::actors
