#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/config.hpp"
#include "actors/links/claimed_nodes.hpp"
#include "actors/links/connection.hpp"
#include "actors/messages/handles.hpp"
#include "actors/programs/program_link.hpp"
#include "actors/programs/program_messages.hpp"
#include "actors/remote/open_calls.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/tls/tls_credentials.hpp"

namespace lithair::actors {

struct program_outcome;

/// What a remote_cluster's callers send to its speaker.
struct run_call {
  open_calls::call what;
};

/// A program's end of its link: dials one node after the other until one takes it and serves its
/// models, gives that one what the program asks, and begins anew when the link is lost.
///
///     dialling ──▶ meeting ──▶ linked ──met──▶ comparing models ──▶ ready ──lost──▶ dialling …
///        ▲            │          │                   │
///        └─ the next ─┴──────────┴───────────────────┘   when all have failed, in a while
///
class remote_speaker final : public hosted_actor {
 public:
  using handle_type = taking<run_call>;

  struct endpoint {
    std::string host;
    std::uint16_t port = 0;
  };
  struct setup {
    std::vector<endpoint> nodes;                        ///< one at least
    std::function<std::string(std::string_view)> code;  ///< as of handshake::judge
    std::shared_ptr<tls_credentials> tls;
    bool insecure = false;
    std::shared_ptr<const models::schema> models;
    std::uint32_t request_timeout_ms = 0;
    std::uint32_t reach_ms = 0;
    open_calls::limits most;
  };

  remote_speaker(caf::actor_config& cfg, loop* home, setup s);

  const char* name() const override { return "remote"; }

 private:
  caf::behavior make_behavior() override;
  void on_exit() override;

  void dial_next();
  void dialled(int fd, const std::string& error);
  void meet(int fd);
  void greeted();
  void met(const caf::strong_actor_ptr& who, const std::set<std::string>& interface);
  void compare_models();
  void compared(const program_answer& said);
  void lost(const std::string& why);

  void take(run_call& order);
  void give();
  void answered_by_node(std::uint64_t number, const program_answer& said);
  void look();
  void give_up(open_calls::call& what, std::string why) const;
  std::string place() const;

  const setup setup_;
  const std::uint64_t number_;  // as whom it greets
  const std::uint64_t run_;
  handshake::judge judge_;
  std::shared_ptr<claimed_nodes> claimed_ = std::make_shared<claimed_nodes>();
  open_calls calls_;
  std::uint64_t last_call_ = 0;

  std::size_t next_ = 0;      // of the nodes
  std::size_t failures_ = 0;  // since it last was ready
  std::uint64_t attempt_ = 0;
  std::string why_not_;        // of the last failure
  std::uint64_t cluster_ = 0;  // that it was let in by; another one is not
  std::uint64_t linked_to_ = 0;
  bool ready_ = false;
  bool stops_ = false;
  std::unique_ptr<connection> over_;  // until it has greeted
  std::unique_ptr<program_link> link_;
  node_for_programs node_;
  loop_timer again_;
  loop_timer rounds_;
  bool looks_ = false;  // for those whose time is over, while there are any
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::run_call)
