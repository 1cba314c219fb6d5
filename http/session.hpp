#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/runtime/hosted.hpp"
#include "http/event_stream.hpp"
#include "http/exchange.hpp"
#include "http/file_stream.hpp"
#include "http/lane.hpp"
#include "http/outbox.hpp"
#include "http/parser.hpp"
#include "http/slots.hpp"

namespace lithair::actors {
struct followed;
}

namespace lithair::http {

/// One HTTP connection as an actor on a loop: reads requests, asks the node's actors, answers in
/// the order of the requests. libuv calls straight into it and messages are handled on the same
/// thread, so nothing is locked.
///
/// It owns its socket and its timer and keeps itself alive until both are closed; then it ends.
class session final : public actors::hosted_actor {
 public:
  /// Takes over `fd`, a connected, non-blocking socket.
  session(caf::actor_config& cfg, lane* where, int fd);
  ~session() override;

  const char* name() const override { return "session"; }

  /// Answers what is under way and closes then. Only on the loop's thread, as `close`.
  void drain();
  /// Closes at once; what is under way is not answered any more.
  void close();

 private:
  /// It only goes forward.
  enum class phase : std::uint8_t {
    serving,    ///< requests are taken
    finishing,  ///< no further request; those under way are answered
    lingering,  ///< everything is answered and said; waits for the client to close
    closed,
  };

  caf::behavior make_behavior() override;  ///< the messages that it takes
  void on_exit() override;                 ///< leaves its lane
  void turn_ended() override;              ///< sends what the turn gave rise to

  // -- the socket
  bool open();                           ///< socket and timer; false: the socket is broken
  void on_read(std::string_view bytes);  ///< into the parser, or the backlog
  void on_end();                         ///< the client said everything
  void on_written(int result);           ///< a write has ended
  void resume_reading();
  void stop_reading();   ///< too much is under way, or the client is done
  void handle_closed();  ///< one handle less; at the last it ends
  void gone();           ///< the last handle is closed: leaves the lane
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&socket_); }

  // -- requests
  void take(std::string_view input);               ///< parses requests until it is full
  bool full() const;                               ///< whether further requests must wait
  void on_head(bool body_waits);                   ///< sets the body's limit and the 100 Continue
  void on_request();                               ///< into a slot and a step
  void perform(std::uint64_t token, step&& next);  ///< answers at once, or asks the node
  void perform(std::uint64_t token, read_step&& read);  ///< by consistency, of the right actor
  void perform(std::uint64_t token,
               stream_step&& wanted);  ///< becomes the connection's last answer
  std::uint64_t open_slot();           ///< for the request that came just now

  // -- answers
  void on_status(actors::node_status&& status);  ///< one group's, of those asked
  /// To the request with this token, in turn.
  void answer(std::uint64_t token, http::response&& response);
  void put(slot& to, const http::response& response, std::string& head);  ///< renders the head
  void release_answered();      ///< those that are next in line
  void begin_stream(slot& of);  ///< of the file behind an answered slot
  void pump();                  ///< file pieces while the client takes them
  void on_piece();              ///< from the file
  void settle();                ///< after every event; sends and goes on
  void linger();                ///< says that it is done, waits for the client
  /// Answers a malformed request and finishes.
  void give_up(int status, std::string_view code, std::string_view detail);
  void give_up_waiting();  ///< the node did not answer in time
  std::size_t unsent() const { return out_.size(reinterpret_cast<const uv_stream_t*>(&socket_)); }

  // -- a stream of changes
  void run_stream();                                 ///< asks the feed when all before has left
  void on_followed(const actors::followed& answer);  ///< a batch
  void open_stream();                                ///< sends the head
  /// Before or within the stream.
  void refuse_stream(int status, std::string_view code, std::string_view why);
  void end_stream();     ///< with the last chunk
  void forget_stream();  ///< tells the feed
  void nudge_stream();   ///< asks for a sign of life

  // -- time
  std::uint64_t now();                           ///< milliseconds of the loop's clock
  void watch();                                  ///< sets the timer to the next deadline
  std::uint64_t deadline() const;                ///< of whatever is waited for
  std::uint64_t patience(const slot& of) const;  ///< how long this answer may take
  void on_timer();                               ///< gives up what is overdue
  void expire_write();                           ///< closes when the client took nothing

  lane& lane_;
  const server_options& options_;
  int fd_;  // until the socket has it
  uv_tcp_t socket_{};
  uv_timer_t timer_{};
  caf::strong_actor_ptr self_;  // while handles are open
  int open_handles_ = 0;
  bool ended_ = false;

  phase phase_ = phase::serving;
  parser parser_;
  slots slots_;
  outbox out_;
  std::unique_ptr<file_stream> stream_;   // the first slot's, while it is being sent
  std::unique_ptr<event_stream> events_;  // the connection's last answer
  std::string backlog_;                   // read, and not taken while full
  bool reading_ = false;
  bool paused_ = false;        // not reading, for too much is under way
  bool client_done_ = false;   // it has said everything
  bool local_ = false;         // it is on this machine
  bool continue_due_ = false;  // it waits for 100 Continue

  std::uint64_t since_ = 0;        // began: the partial head, the body, or being idle
  std::uint64_t write_since_ = 0;  // the write under way last made progress
  std::size_t write_left_ = 0;     // as of then
  std::uint64_t linger_until_ = 0;
  std::uint64_t timer_at_ = 0;  // when the timer fires; 0: it does not run
};

}  // namespace lithair::http
