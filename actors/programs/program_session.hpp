#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/handles.hpp"
#include "actors/programs/program_codec.hpp"
#include "actors/programs/program_link.hpp"
#include "actors/programs/program_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::actors {

/// A node's side of one program: the actor that the program is offered, all that it can reach. It
/// does with each request what an HTTP session does: prepares it by the node's models, gives it to
/// who decides, and answers with what they say. Ends with the connection.
///
///     program ═ CAF ═▶ program_session ──submit, ask──▶ raft, aggregate, dispatcher
///             ◀══════                  ◀──submitted, answered──
///
/// Bounded by what the program makes it hold: `most_program_requests` at a time, and answers that
/// have not left; beyond, 503. A program that goes on asking all the same is closed.
class program_session final : public hosted_actor {
 public:
  using handle_type = node_for_programs;

  /// Page-sized answers that are being made for one program at a time.
  static constexpr std::size_t most_lists = 4;
  /// Bytes of answers that have not left, beyond which nothing new is begun.
  static constexpr std::size_t most_unsent = 16 << 20;
  /// Bodies beyond this are read by another thread than the loop's.
  static constexpr std::size_t long_body = 64 << 10;

  /// Where requests go, and what they are judged by.
  struct service {
    taking<submit> writes;
    taking<ask> reads, local_reads;
    std::shared_ptr<const models::schema> models;
    models::command_limits most;
  };
  struct setup {
    std::unique_ptr<connection> over;  ///< greeted
    std::shared_ptr<claimed_nodes> nodes;
    link_limits limits;
    service to;
  };

  /// Takes what is in `s`, which CAF can't move through.
  program_session(caf::actor_config& cfg, loop* home, const std::shared_ptr<setup>& s);

  const char* name() const override { return "program"; }

  struct prepared_write;

 private:
  using promise = caf::typed_response_promise<program_answer>;
  struct request {
    promise answer;
    std::uint64_t number = 0;
    bool is_list = false;
    bool is_write = false;
  };

  caf::behavior make_behavior() override;
  void on_exit() override;

  void open();
  void take(program_request& what);
  std::string why_not_now();
  void begin(std::uint64_t token, program_call& call);
  void begin_write(std::uint64_t token, program_call call);
  void begin_read(std::uint64_t token, const items_read& what);
  void prepared(prepared_write& made);
  void finish(std::uint64_t token, program_outcome said);
  void refuse(std::uint64_t token, const models::problem& why);

  std::unique_ptr<connection> over_;
  const std::shared_ptr<claimed_nodes> nodes_;
  const link_limits limits_;
  service to_;
  std::string who_;  // for the log
  std::unique_ptr<program_link> link_;
  std::map<std::uint64_t, request> under_way_;  // by token
  std::uint64_t last_token_ = 0;
  std::size_t lists_ = 0;             // under way
  std::deque<std::size_t> answered_;  // sizes of the latest answers, some of which have left
  std::size_t answered_bytes_ = 0;    // their sum
};

}  // namespace lithair::actors
