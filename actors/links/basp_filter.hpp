#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/links/basp_wire.hpp"
#include "actors/links/known_actors.hpp"
#include "actors/links/message_shape.hpp"
#include "actors/links/open_requests.hpp"

namespace lithair::actors {

/// Stands between a peer and CAF's middleman, which believes what it reads: lengths, actor ids,
/// types. Both directions of one conversation go through it, and what the middleman is given is
/// whole frames that it can decode and that are allowed:
///
///     first frame    a server handshake with the node's id, which stays; then
///     operations     one client handshake; direct, monitor and down messages; heartbeats
///     nodes          the two that talk, in every place where there is one
///     to an actor    that was published in the handshake, whose handle was in a message, or that
///                    sent one; answers to whoever asked; to monitor, any actor that was named
///     messages       of a known shape and normal priority; without stages; answers also errors and
///                    nothing
///
/// The same rules hold for what the own middleman says, so that what ends the conversation ends it
/// where it came from. But for messages to actors by name: the middleman asks for the peer's spawn
/// server by itself, and that goes no further. An answer that nobody waits for goes nowhere,
/// either.
///
/// A violation ends the conversation. How the bytes are cut changes nothing. Pure; bounded in
/// memory: one frame and the `limits` for each direction.
class basp_filter {
 public:
  struct limits {
    std::uint32_t payload = 1u << 20;      ///< bytes of a frame of the peer behind its header
    std::uint32_t own_payload = 1u << 20;  ///< likewise, of the own middleman
    std::size_t actors = 4096;             ///< alive that one side names to the other
    std::size_t requests = 4096;           ///< unanswered; then the oldest is forgotten
  };

  /// `own_node`: as the wire has it, 32 bytes. `messages`: all that may be said.
  basp_filter(std::string own_node, const std::vector<message_shape>& messages, limits most);
  basp_filter(std::string own_node, const std::vector<message_shape>& messages)
      : basp_filter(std::move(own_node), messages, limits{}) {}

  /// Takes what came from the peer, and appends to `out` what the middleman may read. False: it is
  /// over; what is in `out` came before.
  [[nodiscard]] bool from_peer(std::string_view bytes, std::string& out) {
    return take(peer_, bytes, out);
  }
  /// Takes what came from the own middleman, and appends to `out` what the peer may read.
  [[nodiscard]] bool to_peer(std::string_view bytes, std::string& out) {
    return take(own_, bytes, out);
  }
  /// Why it is over; empty as long as it is not.
  const std::string& why() const { return why_; }

  /// What the peer's handshake said.
  struct introduction {
    std::string node;                 ///< 32 bytes; empty before the handshake
    std::uint64_t actor = 0;          ///< that it publishes; 0: none
    std::set<std::string> interface;  ///< of that actor
  };
  const introduction& peer() const { return peer_.said; }
  /// Whether the own middleman has answered the peer's handshake: from then on it has a route.
  bool is_established() const { return own_.has_chosen; }
  /// Requests of the peer that were let through, and no answer to them yet.
  std::size_t unanswered() const { return peer_.requests.size(); }

 private:
  // One of the two that talk: what it has said so far.
  struct side {
    side(const char* who, const limits& most)
        : name(who), actors(most.actors), requests(most.requests) {}
    void begin_frame();

    const char* name;
    std::string partial;  // of a frame that is not whole yet
    introduction said;
    bool has_introduced = false;
    bool has_chosen = false;  // by its client handshake
    known_actors actors;      // of its own, as the other knows them
    open_requests requests;   // of its own
  };

  bool take(side& from, std::string_view bytes, std::string& out);
  std::size_t frame_size(const side& from, std::string_view begun);
  void judge(side& from, std::string_view frame, std::string& out);
  // Each of these reads a payload, and tells whether the frame is passed on.
  bool judge_introduction(side& from, const basp_header& header, wire_reader& payload);
  bool judge_choice(side& from, const basp_header& header, wire_reader& payload);
  bool judge_message(side& from, const basp_header& header, wire_reader& payload);
  bool judge_monitor(side& from, const basp_header& header, wire_reader& payload);
  bool judge_down(side& from, const basp_header& header, wire_reader& payload);
  bool judge_heartbeat(side& from, const basp_header& header);
  void judge_fields(side& from, const message_shape& shape, wire_reader& payload);
  void judge_handle(side& from, wire_reader& payload);
  bool are_both(side& from, wire_reader& payload);
  void name(side& from, std::uint64_t actor, bool reachable);
  side& other(const side& from) { return &from == &own_ ? peer_ : own_; }
  bool refuse(const side& from, std::string what);

  const limits limits_;
  std::map<std::string, message_shape, std::less<>> messages_;  // by types
  side own_;
  side peer_;
  std::string why_;
};

}  // namespace lithair::actors
