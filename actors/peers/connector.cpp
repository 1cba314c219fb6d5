#include "actors/peers/connector.hpp"

#include <chrono>
#include <set>

#include <spdlog/spdlog.h>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/runtime/dialer.hpp"

namespace lithair::actors {

namespace {

constexpr std::uint32_t dial_timeout_ms = 2000;
constexpr std::chrono::seconds handshake_timeout{3};

// The dialler's result, as a message from the loop's callback to the actor.
struct dialled {
  taking<reached> asker;
  int socket = -1;
  std::uint16_t port = 0;
};

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::dialled)

namespace lithair::actors {

// The dialler calls back on this loop, where the actor may have ended: so it answers by message.
caf::behavior connector::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      [this](const reach& order) {
        if (auto why = why_unprotected(order.peer.host, order.peer.peer_port);
            !insecure_ && !why.empty())
          return send(caf::actor_cast<taking<reached>>(current_sender()), reached{{}, why});
        dial(*home(), order.peer.host, order.peer.peer_port, dial_timeout_ms,
             [self = caf::actor_cast<taking<dialled>>(this),
              asker = caf::actor_cast<taking<reached>>(current_sender()),
              port = order.peer.peer_port](int socket, const std::string& error) {
               if (socket < 0)
                 caf::anon_send(asker, reached{{}, error});
               else
                 caf::anon_send(self, dialled{asker, socket, port});
             });
      },
      [this](const dialled& news) { connect(news.asker, news.socket, news.port); },
      [this](const open_port& order) { open(order); });
}

// By request: to wait for the middleman would block the loop.
void connector::open(const open_port& order) {
  const auto port = order.where.peer_port;
  request(system().middleman().actor_handle(), caf::infinite, caf::publish_atom::value, port,
          caf::actor_cast<caf::strong_actor_ptr>(order.gate), std::set<std::string>{},
          order.where.host, true)
      .then(
          [order](std::uint16_t) {
            spdlog::info("other nodes are let in at {}:{}", order.where.host,
                         order.where.peer_port);
            order.done(true);
          },
          [order](const caf::error&) {
            spdlog::error("cannot listen for peers on {}:{}: they are only dialled from here",
                          order.where.host, order.where.peer_port);
            order.done(false);
          });
}

// What CAF's own connect does, but for the dialling, which would block: the socket becomes one of
// the middleman's, and its handshake gives the actor that is published there.
void connector::connect(const taking<reached>& asker, int socket, std::uint16_t port) {
  auto& middleman = system().middleman();
  auto broker = middleman.named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  auto& multiplexer = static_cast<caf::io::network::default_multiplexer&>(middleman.backend());
  request(broker, handshake_timeout, caf::connect_atom_v, multiplexer.new_scribe(socket), port)
      .then(
          [this, asker](const caf::node_id&, const caf::strong_actor_ptr& gate,
                        const std::set<std::string>&) {
            send(asker, gate ? reached{caf::actor_cast<remote_gate>(gate), {}}
                             : reached{{}, "it offers nothing to talk to"});
          },
          [this, asker](const caf::error&) {
            send(asker, reached{{}, "it does not answer as a node"});
          });
}

}  // namespace lithair::actors
