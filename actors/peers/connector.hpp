#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/links/connection.hpp"
#include "actors/links/link_listener.hpp"
#include "actors/links/tls_stream.hpp"
#include "actors/messages/handles.hpp"
#include "actors/meters.hpp"
#include "actors/peers/peer_directory.hpp"
#include "actors/runtime/handshakes.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/tls/tls_credentials.hpp"

namespace lithair::actors {

/// Asks a node's connector for the link to another node. Answered once, with `reached`.
struct reach {
  peer_address peer;  ///< whom to reach; its `peer_port` counts
};

/// Who of the two does not work with the other, if that is why there is no link.
enum class refusal_by : std::uint8_t { nobody, us, peer };

/// The answer to `reach`: the link to the peer that was asked for, or why there is none.
struct reached {
  remote_gate gate;    ///< none when it failed
  std::string failed;  ///< a sentence; empty: there is the link
  refusal_by refused = refusal_by::nobody;
};

/// From the node, once: who it is, and whom greetings of others come to. Until then whoever asks
/// waits, and nobody is let in.
struct introduce_node {
  link_identity identity;  ///< what it refers to outlives the connector
  std::uint64_t run = 0;   ///< a random number of this process
  gate_handle gate;
};

/// Lets other nodes in.
struct open_port {
  peer_address where;              ///< of this node; its `peer_port` counts
  std::function<void(bool)> done;  ///< is told whether it worked, on the connector's loop
};

/// From the node, once: it lets programs in, too.
struct let_programs_in {
  std::size_t most = 0;              ///< at one time
  std::shared_ptr<level> connected;  ///< how many there are, for /status and /metrics
  /// Spawns, on the connector's loop, who speaks with one that has greeted, and lives as long as
  /// its connection.
  std::function<caf::actor(std::unique_ptr<connection>)> admit;
};

/// All links of a node, one for each other node: it dials them when a shipper asks, without
/// blocking and with the name looked up anew each time, and listens for those that dial here. One a
/// node; a simulator puts its network in this place.
///
/// Of two connections between the same nodes the later one stays, for whoever dials has no link any
/// more; but of two that were dialled at the same time the one of the node with the higher id. An
/// attempt ends after 2 s for the connection and `link_limits::handshake_ms` for the handshake;
/// trying again is the asker's. Strangers have places and time of their own (`link_limits`), and
/// cost a few KiB each, under TLS what `tls_stream` says: beyond that the one that waits longest
/// goes, for a node greets at once.
class connector final : public hosted_actor {
 public:
  using handle_type = connector_handle;

  /// `insecure`: it may leave this machine without TLS. Else whoever is elsewhere is not reached,
  /// and nobody is let in from there: whatever way an address came (flags, the log, other members),
  /// here it is used. `tls`: as whom it speaks with all other nodes; none: links are plain.
  /// `meters`: where links are counted; may be none.
  connector(caf::actor_config& cfg, loop* home, bool insecure, const link_limits& limits,
            std::shared_ptr<tls_credentials> tls = {}, std::shared_ptr<link_meters> meters = {})
      : hosted_actor(cfg, home),
        insecure_(insecure),
        limits_(limits),
        tls_(std::move(tls)),
        meters_(std::move(meters)) {}

  const char* name() const override { return "connector"; }

 private:
  // Somebody on the way to being known, at either end.
  struct meeting {
    std::unique_ptr<connection> over;
    std::string address;
    std::uint64_t attempt = 0;        // of ours; 0: it came in
    tls_stream* under_tls = nullptr;  // in `over`, if it is
  };
  struct attempt {
    peer_address to;
    std::vector<taking<reached>> askers;
  };
  struct known_link {
    link_handle link;
    std::uint64_t run = 0;  // of the process at the other end
    std::uint64_t since_ms = 0;
    bool by_us = false;  // dialled
  };

  caf::behavior make_behavior() override;
  void on_exit() override;
  void go();

  void begin(const introduce_node& order);
  void opened(const open_port& order, const std::string& why);
  void accepted(int fd);
  void make_place(const std::string& address);

  void look_for(const peer_address& peer, const taking<reached>& asker);
  void dialled(std::uint64_t number, int fd, const std::string& error);
  void answer(std::uint64_t number, const reached& how);

  void meet(int fd, std::uint64_t of_attempt, std::uint64_t node);
  std::unique_ptr<byte_stream> stream_of(int fd, std::uint64_t dialled, tls_stream*& under_tls);
  protection protected_by() const { return {false, tls_ != nullptr, insecure_}; }
  void met(std::uint64_t number);
  void failed(std::uint64_t number, const std::string& why);
  void note_stranger(const meeting& who, const std::string& why);
  bool is_better(const link_hello& other, bool by_us) const;
  void met_program(meeting met);
  void count_programs() const;
  std::string why_no_program() const;
  void link_ended(const caf::actor_addr& which);
  void quit_when_alone();

  const bool insecure_;
  const link_limits limits_;
  const std::shared_ptr<tls_credentials> tls_;
  const std::shared_ptr<link_meters> meters_;  // may be none
  std::unique_ptr<handshakes> shaking_;
  std::optional<introduce_node> node_;
  handshake::judge judge_;
  std::unique_ptr<link_listener> door_;
  std::uint64_t last_ = 0;                     // number of a meeting or an attempt
  std::map<std::uint64_t, meeting> meetings_;  // the longest waiting first
  std::map<std::uint64_t, attempt> attempts_;
  std::vector<std::pair<peer_address, taking<reached>>> early_;  // asked before it knew the node
  std::map<std::uint64_t, known_link> links_;                    // by node
  std::vector<link_handle> leaving_;  // replaced ones that have not ended
  std::optional<let_programs_in> door_for_programs_;
  std::vector<caf::actor> programs_;  // who speaks with one
  std::uint64_t untold_ = 0;          // strangers since the last line of the log
  std::uint64_t tell_again_ms_ = 0;
  bool stops_ = false;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::reach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::reached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::introduce_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::open_port)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::let_programs_in)
