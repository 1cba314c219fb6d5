#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/messages/feed_messages.hpp"
#include "actors/runtime/hosted.hpp"

namespace lithair::http {

class stream_waiter;

/// What is wanted of a feed.
struct stream_question {
  actors::feed_handle feed;                          ///< who is asked
  std::shared_ptr<const models::stream_query> what;  ///< not null
  std::optional<models::feed_position> after;        ///< none: from now on
  bool at_once = false;                              ///< answered also when there is nothing
};

/// Those of a loop who wait at the same place of the same stream. Made by `stream_hub` alone.
struct stream_cohort {
  std::uint64_t token = 0;  ///< of its subscription while it is asked for
  stream_question what;
  bool nudged = false;
  std::vector<stream_waiter*> members;
  actors::followed answer;  ///< once it is there
};

/// Who waits at a hub.
class stream_waiter {
 public:
  virtual ~stream_waiter() = default;
  /// The answer to `stream_hub::ask`; waits no more. May ask on at once, and may end itself.
  virtual void on_followed(const actors::followed& answer) = 0;

 private:
  friend class stream_hub;
  stream_cohort* at_ = nullptr;  // none: it does not wait
  std::size_t place_ = 0;        // among its members
};

/// What the streams of one loop ask of the feeds: those who stand at the same place are one
/// question, and its answer is handed to each of them in slices, so that nothing else on the loop
/// waits for thousands of sockets. Asked on only when all have theirs: what changes meanwhile comes
/// as one answer.
///
///     ask ──▶ a cohort ──follow──▶ feed ──followed──▶ its members, some at a time ──▶ ask …
///
/// Lives on its loop and is called on that loop's thread alone; without one (tests) CAF schedules
/// it. A cohort costs one answer, which its members share; what they have not sent yet is theirs.
class stream_hub final : public actors::hosted_actor {
 public:
  /// `slice_us`: for handing out answers, of a turn; at least one is handed out.
  stream_hub(caf::actor_config& cfg, actors::loop* home, std::uint64_t slice_us = 500);

  const char* name() const override { return "stream_hub"; }

  /// A stream begins, or ends; while there is any, the feeds are kept awake.
  void open_stream() { ++streams_; }
  void close_stream();
  /// `who` must not wait already.
  void ask(stream_waiter& who, stream_question what);
  /// Answers soon, if only with how far everything is; to all who wait with it.
  void nudge(stream_waiter& who);
  /// It waits no more, if it did.
  void leave(stream_waiter& who);

  std::uint64_t questions() const { return questions_; }  ///< sent to feeds so far

 private:
  using key = std::tuple<std::string, std::uint64_t, std::uint32_t, bool, bool>;
  using subscription = std::pair<actors::feed_handle, std::uint64_t>;

  caf::behavior make_behavior() override;
  void on_exit() override;
  static key key_of(const stream_question& of);
  void on_answer(actors::followed& answer);
  void go_on_later();
  void go_on();
  bool tell_some();
  void ask_feeds();
  void ask_feed(stream_cohort& one);
  void let_go(std::size_t but);
  template <class Message>
  void tell(const actors::feed_handle& feed, Message what);

  std::uint64_t slice_ns_;
  std::size_t streams_ = 0;
  std::map<key, std::unique_ptr<stream_cohort>> waiting_;
  std::vector<key> new_;                                 // of them, not asked yet
  std::map<std::uint64_t, stream_cohort*> asked_;        // of them, by their token
  std::deque<std::unique_ptr<stream_cohort>> answered_;  // not all members have it yet
  // Subscriptions without a question, to be used again.
  std::vector<subscription> idle_;
  std::uint64_t next_token_ = 1;
  std::uint64_t questions_ = 0;
  bool goes_on_ = false;
};

}  // namespace lithair::http
