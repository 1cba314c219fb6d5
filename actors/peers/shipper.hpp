#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <caf/typed_actor.hpp>

#include "actors/config.hpp"
#include "actors/messages/handles.hpp"
#include "actors/messages/raft_messages.hpp"
#include "actors/messages/storage_messages.hpp"
#include "actors/peers/peer_directory.hpp"
#include "actors/peers/pieces.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// Who is at the other end of a link.
struct other_end {
  peer_end endpoint;              ///< for our messages; none: there is no link
  std::uint64_t incarnation = 0;  ///< of its data directory
  /// as it came with hello or welcome; looked at again while it is not trusted in full
  std::string proof;
  trust how = trust::none;  ///< how much of what it sends counts
};

/// From the gate to the peer's shipper: a peer's hello, accepted. It takes the place of a link that
/// is there.
struct linked_by_peer {
  /// Who called
  other_end end;
};

/// Tells a shipper whom it works for: the raft actor, which has it made and then sends this.
struct serve_raft {
  raft_handle raft;  ///< none: it is out of service, and nothing is taken or given any more
};

/// The way to one peer in one group: keeps its end of the link linked, encodes what goes out,
/// decodes what comes in, and has read from the log what a lagging peer needs. Of two nodes the one
/// with the higher id greets, and the other one when nobody came for a while. One without a host is
/// never looked for.
///
///      greeting side                                   accepting side
///   unlinked ──reach──▶ a link to the node ──hello──▶ gate ──linked_by_peer──▶ its shipper: linked
///      ▲                                                │
///      │◀── down, refused or no answer ───── linked ◀─welcome
///      └──── again after a backoff
///
/// When a link goes down it is dialled at once, by both: where nobody answers any more the group is
/// told that the peer is gone, and need not wait for a leader that is.
///
/// A peer whose directory is another one than is known here, for it was added again, has only its
/// requests taken, until this node knows so much itself (see peer_registry).
///
/// While there is no link, messages are dropped: Raft sends them again. Long ones go in pieces,
/// between which what is short and urgent finds its way (see pieces.hpp). A snapshot is offered
/// first, and the peer says how much of it is there already; then some chunks are on their way at a
/// time.
class shipper final : public hosted_actor {
 public:
  using handle_type = shipper_handle;

  /// What a shipper is made for; nothing of it changes.
  struct setup {
    link_identity identity;
    peer_address peer;
    protocol::group_id group;  ///< whose messages it carries
    file_reader_handle reader;
    connector_handle connector;  ///< none: this node never dials
  };

  shipper(caf::actor_config& cfg, loop* home, setup s);

  const char* name() const override { return "shipper"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  bool is_from_peer();
  void start_dialling();
  void look_whether_gone();
  void dial_in(std::chrono::milliseconds time);
  bool dials_first() const;
  void reach_out();
  void greet(const remote_gate& gate);
  void welcomed(const welcome& answer);
  void joined(const welcome& answer);
  void turned_down(const std::string& why);
  void turn_down(const std::string& why, const caf::actor& endpoint);
  void retry(const std::string& why);
  void link(other_end end);
  void lose_link();
  void tell_link();
  void reconsider();

  void ship_all(std::vector<protocol::message> messages);
  void put(gathered encoded);
  void acknowledged(const peer_piece_ack& ack);
  void send_pieces();
  void on_message(std::string bytes);

  void offer(const send_snapshot& order);
  void read_ahead();
  void on_chunk(chunk_read& chunk);
  void expect_answer();
  void on_progress(const protocol::snapshot_response& answer);
  void give_up_snapshot(const std::string& why);
  void end_snapshot();
  void remember(const protocol::message& content);

  // A snapshot on its way to the peer, from where the peer says.
  struct transfer {
    std::uint64_t number = 0;  // of this shipper's transfers
    protocol::term_t term;
    protocol::snapshot_meta meta;
    std::string path;
    std::shared_ptr<const persistence::snapshot_file> file;  // once it is open
    caf::actor_clock::time_point deadline;                   // for the next answer
    std::uint64_t next = 0;      // the first byte that was not asked of the reader
    std::size_t unanswered = 0;  // chunks asked of the reader whose answers from the peer are due
    bool complete = false;       // the last of them was the last
  };

  setup setup_;
  std::optional<transfer> transfer_;
  std::uint64_t transfers_ = 0;
  raft_handle raft_;
  other_end peer_;  // its endpoint is the peer's shipper, while linked
  piece_sender going_;
  piece_receiver coming_;
  bool dialling_ = false;
  std::uint64_t dials_ = 0;          // that were to come later
  std::uint64_t due_dial_ = 0;       // the number of the one that is; 0: none
  bool looks_whether_gone_ = false;  // the next answer of the connector tells
  std::uint32_t backoff_ms_;
  std::string last_trouble_;  // so that the log tells each reason once
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::linked_by_peer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::serve_raft)
