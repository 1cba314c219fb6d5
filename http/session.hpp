#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <caf/behavior.hpp>

#include "actors/runtime/handshakes.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/tls/tls_session.hpp"
#include "http/admission.hpp"
#include "http/budget.hpp"
#include "http/event_stream.hpp"
#include "http/exchange.hpp"
#include "http/file_stream.hpp"
#include "http/handshake_outcome.hpp"
#include "http/lane.hpp"
#include "http/live_view.hpp"
#include "http/outbox.hpp"
#include "http/pace.hpp"
#include "http/parser.hpp"
#include "http/preparation.hpp"
#include "http/slots.hpp"
#include "http/stream_hub.hpp"

namespace lithair::http {

/// One HTTP connection as an actor on a loop: reads requests, asks the node's actors, answers in
/// the order of the requests. libuv calls straight into it and messages are handled on the same
/// thread, so nothing is locked.
///
/// It owns its socket and its timer and keeps itself alive until both are closed; then it ends.
class session final : public actors::hosted_actor,
                      private stream_waiter,
                      private actors::handshaker {
 public:
  /// Takes over `fd`, a connected, non-blocking socket, and the place that it was given.
  session(caf::actor_config& cfg, lane* where, int fd, const admission::ticket& admitted);
  ~session() override;

  const char* name() const override { return "session"; }

  /// Whether it carries a stream that has begun.
  bool streams() const { return (events_ && events_->open) || (live_ && live_->open); }
  /// Ends its stream, whose client comes back with its last id, to another node if it can. Only on
  /// the loop's thread, as the next two.
  void leave_stream();
  /// Answers what is under way, or has arrived, and closes then.
  void drain();
  /// Closes at once; what is under way is not answered any more.
  void close();

  /// The place that it has.
  const admission::ticket& admitted() const { return admitted_; }
  /// Since when, in the loop's milliseconds, it has waited for its client, who is owed nothing;
  /// none: it does not, or not long enough to be closed for it. Only on the loop's thread, as the
  /// next two.
  std::optional<std::uint64_t> silent_since() const;
  /// Whether its client takes answers, or sends a body, more slowly than it must.
  bool is_behind() const;
  /// Whether its place is one of the reserve and nothing was asked yet.
  bool wastes_reserve() const;

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
  uv_buf_t read_buffer();                ///< for what the socket brings next; empty: not now
  void on_read(std::string_view bytes);  ///< under TLS or not
  void on_said(std::string_view bytes);  ///< by the client: into the parser, or the backlog
  void on_end();                         ///< the client said everything
  void on_written(int result);           ///< a write has ended
  void resume_reading();
  void stop_reading();   ///< too much is under way, or the client is done
  void handle_closed();  ///< one handle less; at the last it ends
  void gone();           ///< the last handle is closed: leaves the lane
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&socket_); }

  // -- under TLS
  bool awaits_handshake() const { return secure_ && (!tls_ || shaking_); }
  void on_sealed(std::string_view bytes);  ///< what the socket brings
  void begin_handshake();
  void shake() override;      ///< its turn has come
  void crowd_out() override;  ///< another one takes its place
  void open_sealed(std::string_view bytes);
  void end_handshake(handshake_outcome how);  ///< counts it; once
  bool is_still_trusted();                    ///< the certificate that the client showed, if any
  void refuse_plain_http();                   ///< on a port that speaks HTTPS
  void break_off();                           ///< the other side gets our alert, and no more
  bool say_end();  ///< that nothing more comes; false: it is still to leave

  // -- requests
  void take(std::string_view input);            ///< parses requests until it is full
  bool full() const;                            ///< whether further requests must wait
  void on_head(std::size_t at_hand);            ///< the body's limit, its room, 100 Continue
  bool more_follows() const;                    ///< of the client's requests, some of it read
  bool has_unread() const;                      ///< the socket holds what was not read yet
  void on_request();                            ///< into a slot and a step
  bool prepare_elsewhere(std::uint64_t token);  ///< of a large body, by another thread
  void on_prepared();                           ///< which has done it
  void proceed(std::uint64_t token, exchange&& with, std::size_t body);
  void fail(std::uint64_t token, const std::exception& why);  ///< one request, and no more
  void perform(std::uint64_t token, step&& next);             ///< answers at once, or asks the node
  void perform(std::uint64_t token, read_step&& read);  ///< by consistency, of the right actor
  void perform(std::uint64_t token,
               stream_step&& wanted);                     ///< becomes the connection's last answer
  void perform(std::uint64_t token, live_step&& wanted);  ///< likewise the last answer
  void perform(std::uint64_t token, office_step&& wanted);  ///< whose answer comes as a message
  std::uint64_t open_slot();                                ///< for the request that came just now
  /// Why its client may not ask for more now; none: it may, and this counts.
  std::optional<http::response> check_rate(const http::request& r);
  bool serves_place(endpoint what);  ///< whether a connection of this place may ask for it

  // -- what it holds
  void hold_input(std::size_t at_hand);  ///< room for what comes, or refuses it
  bool hold_carried(slot& of, const step& next, std::size_t body);  ///< for what the node is told
  bool hold_answer(slot& of, const step& next);                     ///< for what is expected
  bool fits(const slot& of, const http::response& ready);           ///< for what it came to
  /// Bytes of answers: expected, waiting for their turn, and not taken.
  std::size_t outstanding() const { return unsent() + slots_.weight(); }

  // -- answers
  void explain(std::uint64_t token, const explain_step& wanted);
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
  void end_with(http::response&& last);  ///< answers what has not come whole, and finishes
  void give_up_waiting();                ///< the node did not answer in time
  std::size_t unsent() const { return out_.size(reinterpret_cast<const uv_stream_t*>(&socket_)); }

  // -- a stream of changes
  void run_stream();  ///< waits at the hub when all before has left
  void on_followed(const actors::followed& answer) override;  ///< a batch, from the hub
  void take_batch(const actors::followed& answer);
  bool may_still_follow() const;  ///< by the access token that was shown
  void open_stream();             ///< sends the head
  /// Before or within the stream.
  void refuse_stream(int status, std::string_view code, std::string_view why);
  void end_stream(std::string_view why);  ///< says why, where to go on, and the last chunk
  void forget_stream();                   ///< tells the feed
  void nudge_stream();                    ///< asks for a sign of life

  // -- a page that looks at the node
  void ask_for_sample();        ///< unless the last one has not left
  bool may_still_look() const;  ///< by what was shown
  void on_sample(actors::node_status&& status);
  void refuse_live(int status, std::string_view code, std::string_view why);  ///< or ends it
  void forget_live();

  // -- time
  std::uint64_t now() const;                     ///< milliseconds of the loop's clock
  void watch();                                  ///< sets the timer to the next deadline
  std::uint64_t deadline() const;                ///< of whatever is waited for
  std::uint64_t patience(const slot& of) const;  ///< how long this answer may take
  void on_timer();                               ///< gives up what is overdue
  void begin_window(std::uint64_t moved);        ///< of the body that arrives
  std::uint64_t body_left() const;               ///< bytes of it, as far as known
  std::uint64_t untaken() const;                 ///< bytes that the client has not confirmed
  std::uint64_t taken() const;                   ///< bytes that it has, since the beginning

  lane& lane_;
  const server_options& options_;
  const admission::ticket admitted_;
  int fd_;  // until the socket has it
  uv_tcp_t socket_{};
  uv_timer_t timer_{};
  caf::strong_actor_ptr self_;  // while handles are open
  int open_handles_ = 0;
  bool ended_ = false;

  bool secure_;             ///< nothing is heard but under TLS
  bool opened_ = false;     // its handshake was done
  bool shaking_ = false;    // a handshake that is under way
  bool full_read_ = false;  // the socket may have more, when others had their turn
  std::unique_ptr<actors::tls_session> tls_;              // from the client's first bytes on
  std::string unheard_;                                   // of the handshake, until its turn
  std::shared_ptr<const actors::tls_context> judged_by_;  // the client's certificate, the last time
  std::uint64_t judged_at_ms_ = 0;
  phase phase_ = phase::serving;
  parser parser_;
  slots slots_;
  std::unique_ptr<preparation> preparing_;  // the last slot's; the parser has what it reads
  std::uint64_t preparing_for_ = 0;         // its token
  outbox out_;
  std::unique_ptr<file_stream> stream_;   // the first slot's, while it is being sent
  std::unique_ptr<event_stream> events_;  // the connection's last answer
  std::unique_ptr<live_view> live_;       // likewise
  std::string backlog_;                   // read, and not taken while full
  bool reading_ = false;
  bool paused_ = false;        // not reading, for too much is under way
  bool behind_ = false;        // the bytes being taken go on behind the request
  bool client_done_ = false;   // it has said everything
  bool local_ = false;         // it is on this machine
  bool continue_due_ = false;  // it waits for 100 Continue

  budget_share received_;     // of the request that has not come whole, and the backlog
  budget_share unsent_;       // of `outstanding`
  std::size_t usual_answer_;  // bytes of this client's answers with an item
  bool heard_ = false;        // a whole request has come
  std::uint64_t since_ = 0;   // began: the partial head, or being idle
  pace sending_;              // while a write is under way
  pace receiving_;            // while a body is
  std::uint64_t linger_until_ = 0;
  std::uint64_t timer_at_ = 0;  // when the timer fires; 0: it does not run
};

}  // namespace lithair::http
