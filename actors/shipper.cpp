#include "actors/shipper.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "actors/dialer.hpp"
#include "actors/peer_codec.hpp"
#include "persistence/log_store.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::actors {

namespace {

constexpr std::uint32_t first_backoff_ms = 20;
constexpr std::uint32_t last_backoff_ms = 500;
constexpr std::uint32_t dial_timeout_ms = 2000;
constexpr std::chrono::seconds greeting_timeout{3};

// Bytes of a snapshot in one message: heartbeats never wait behind more. And how long its answer may take; the
// last one comes when the state is replaced.
constexpr std::size_t chunk_size = 192 * 1024;
constexpr std::chrono::seconds chunk_timeout{10};
constexpr std::chrono::seconds install_timeout{120};

using dial_atom = caf::atom_constant<caf::atom("dial")>;
constexpr dial_atom dial_v{};

// The dialler's result, as a message from the loop's callback to the actor.
struct dialled {
  int socket = -1;
  std::string error;
};

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::dialled)

namespace lithair::actors {

shipper::shipper(caf::actor_config& cfg, loop* home, setup s)
    : hosted_actor(cfg, home), setup_(std::move(s)), backoff_ms_(first_backoff_ms) {}

shipper::~shipper() = default;

caf::behavior shipper::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](const caf::down_msg& x) {
    if (endpoint_ && x.source == endpoint_.address()) {
      unlink();
      start_dialling();
    }
  });
  start_dialling();
  return {
      [this](const ship& x) {
        // A leader has something for each peer many times a second, so no timer is needed here.
        if (transfer_ && std::chrono::steady_clock::now() > transfer_->deadline) give_up_snapshot();
        if (endpoint_) send(endpoint_, peer_message{peer_version, encode(setup_.group, x.messages)});
      },
      [this](const fetch& x) {
        fetched answer{x.what, {}};
        try {
          answer.entries = setup_.log->read(setup_.group, x.what.first, x.what.last, x.what.max_bytes);
        } catch (const std::exception& e) {
          if (raft_) send(raft_, disk_failed{std::string{e.what()} + damaged_log_advice});
        }
        send(handle(current_sender()), std::move(answer));
      },
      [this](peer_message& x) {
        if (!endpoint_ || current_sender() != endpoint_ || x.version != peer_version || !raft_) return;
        auto batch = decode(std::move(x.bytes));
        if (!batch || batch->group != setup_.group) {
          spdlog::warn("a message of node {} was not understood and is ignored", setup_.peer.id.value);
          return;
        }
        for (auto& each : batch->messages) {
          if (auto* answer = std::get_if<protocol::snapshot_response>(&each)) on_progress(*answer);
          remember(each);
        }
        send(raft_, peer_step{setup_.peer.id, std::move(batch->messages)});
      },
      [this](const promises_lost& x) {
        if (raft_) send(raft_, x);
      },
      [this](const send_snapshot& x) { offer(x); },
      [this](control_arrived& x) {
        if (endpoint_) send(endpoint_, std::move(x.content));
      },
      [this](peer_control& x) {
        if (endpoint_ && current_sender() == endpoint_ && x.version == peer_version && raft_)
          send(raft_, control_arrived{setup_.peer.id, std::move(x)});
      },
      [this](const linked_by_peer& x) { link(x.endpoint); },
      [this](const serve_raft& x) {
        raft_ = x.raft;
        send(raft_, link_changed{setup_.peer.id, static_cast<bool>(endpoint_)});
      },
      [this](dial_atom) {
        dialling_ = false;
        start_dialling();
      },
      [this](const dialled& x) { x.socket < 0 ? retry(x.error) : connect(x.socket); },
  };
}

void shipper::on_exit() {
  transfer_.reset();
  raft_ = nullptr;
  endpoint_ = nullptr;
}

// -- dialling ----------------------------------------------------------------------------------------------

void shipper::start_dialling() {
  if (dialling_ || endpoint_ || setup_.identity.self < setup_.peer.id || home() == nullptr) return;
  dialling_ = true;
  dial(*home(), setup_.peer.host, setup_.peer.peer_port, dial_timeout_ms,
       [self = caf::actor_cast<caf::actor>(this)](int socket, const std::string& error) {
         caf::anon_send(self, dialled{socket, error});
       });
}

void shipper::connect(int socket) {
  auto& middleman = system().middleman();
  auto broker = middleman.named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  auto& multiplexer = static_cast<caf::io::network::default_multiplexer&>(middleman.backend());
  auto scribe = multiplexer.new_scribe(socket);
  request(broker, greeting_timeout, caf::connect_atom_v, std::move(scribe), setup_.peer.peer_port)
      .then([this](const caf::node_id&, const caf::strong_actor_ptr& gate,
                   const std::set<std::string>&) { greet(gate); },
            [this](const caf::error&) { retry("it does not answer as a node"); });
}

void shipper::greet(const caf::strong_actor_ptr& gate) {
  if (!gate) return retry("it offers nothing to talk to");
  hello us{peer_version, setup_.identity.cluster(), setup_.identity.self.value, setup_.peer.id.value,
           setup_.identity.incarnation, setup_.group.value, setup_.identity.schema,
           setup_.identity.present(setup_.peer.id.value), caf::actor_cast<caf::actor>(this)};
  request(caf::actor_cast<caf::actor>(gate), greeting_timeout, std::move(us))
      .then([this](const welcome& x) { welcomed(x); },
            [this](const caf::error&) { retry("it does not answer the greeting"); });
}

void shipper::welcomed(const welcome& x) {
  if (!x.refused.empty()) return retry(x.refused);
  if (x.node != setup_.peer.id.value) return retry(fmt::format("node {} answers there", x.node));
  if (!setup_.identity.join_cluster(x.cluster)) return retry("it belongs to another cluster");
  if (!setup_.identity.admit(x.node, x.incarnation)) return retry("its data directory is not the one it had before");
  if (auto old = setup_.identity.examine(x.node, setup_.group, x.proof)) {
    if (raft_) send(raft_, promises_lost{*old});
    return retry("this node's data directory is an old copy");
  }
  dialling_ = false;
  link(x.endpoint);
}

void shipper::retry(const std::string& why) {
  if (why != last_trouble_) {
    spdlog::info("node {} is not reached at {}:{}: {}", setup_.peer.id.value, setup_.peer.host,
                 setup_.peer.peer_port, why);
    last_trouble_ = why;
  }
  delayed_send(this, std::chrono::milliseconds{backoff_ms_}, dial_v);
  backoff_ms_ = std::min(backoff_ms_ * 2, last_backoff_ms);
}

// -- snapshots ---------------------------------------------------------------------------------------------

void shipper::offer(const send_snapshot& x) {
  if (transfer_ && transfer_->term == x.term && transfer_->meta == x.meta) return;
  transfer_.reset();
  try {
    transfer made{x.term, x.meta, std::make_unique<persistence::snapshot_file>(x.path), {}, false};
    transfer_ = std::move(made);
    spdlog::info("sending node {} a snapshot as of {}, {} bytes", setup_.peer.id.value, x.meta.index.value, x.meta.size);
    send_chunk(0, 0);
  } catch (const std::exception& e) {
    spdlog::error("the snapshot for node {} can't be read: {}", setup_.peer.id.value, e.what());
    send(raft_, snapshot_given_up{setup_.peer.id, x.term, x.meta.index});
  }
}

void shipper::send_chunk(std::uint64_t offset, std::size_t most) {
  protocol::snapshot_request chunk{transfer_->term, transfer_->meta, offset, {}, false};
  if (most != 0) chunk.data = protocol::payload{transfer_->file->bytes(offset, most)};
  chunk.done = most != 0 && offset + chunk.data.size() == chunk.meta.size;
  transfer_->complete = chunk.done;
  transfer_->deadline = std::chrono::steady_clock::now() + (chunk.done ? install_timeout : chunk_timeout);
  if (endpoint_) send(endpoint_, peer_message{peer_version, encode(setup_.group, {std::move(chunk)})});
}

void shipper::on_progress(const protocol::snapshot_response& x) {
  if (!transfer_ || x.index != transfer_->meta.index) return;
  if (x.installed || x.rejected) return transfer_.reset();
  // All of it is there: either because the last chunk was sent, or from before a crash, and then it is still due.
  if (x.offset >= transfer_->meta.size && transfer_->complete) return;
  try {
    send_chunk(x.offset, chunk_size);
  } catch (const std::exception& e) {
    spdlog::error("the snapshot for node {} can't be read: {}", setup_.peer.id.value, e.what());
    give_up_snapshot();
  }
}

void shipper::give_up_snapshot() {
  spdlog::warn("node {} did not take the snapshot in time", setup_.peer.id.value);
  if (raft_) send(raft_, snapshot_given_up{setup_.peer.id, transfer_->term, transfer_->meta.index});
  transfer_.reset();
}

// What the peer said is durable there: should it know less one day, its directory is an old copy.
void shipper::remember(const protocol::message& x) {
  auto node = setup_.peer.id.value;
  if (auto* answer = std::get_if<protocol::append_response>(&x); answer != nullptr && answer->success)
    setup_.identity.promised(node, setup_.group, answer->term.value, answer->match.value);
  else if (auto* beat = std::get_if<protocol::heartbeat_response>(&x); beat != nullptr)
    setup_.identity.promised(node, setup_.group, beat->term.value, beat->match.value);
  else if (auto* vote = std::get_if<protocol::vote_response>(&x); vote != nullptr && vote->granted && !vote->pre)
    setup_.identity.promised(node, setup_.group, vote->term.value, 0);
}

// -- the link ------------------------------------------------------------------------------------------------

void shipper::link(caf::actor endpoint) {
  if (endpoint_) demonitor(endpoint_);
  endpoint_ = std::move(endpoint);
  monitor(endpoint_);
  backoff_ms_ = first_backoff_ms;
  last_trouble_.clear();
  spdlog::info("linked with node {}", setup_.peer.id.value);
  if (raft_) send(raft_, link_changed{setup_.peer.id, true});
}

void shipper::unlink() {
  spdlog::info("lost the link with node {}", setup_.peer.id.value);
  endpoint_ = nullptr;
  setup_.identity.link_lost(setup_.peer.id.value);
  if (transfer_) give_up_snapshot();
  if (raft_) send(raft_, link_changed{setup_.peer.id, false});
}

}  // namespace lithair::actors
