#include "actors/embedded/caller.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/refusals.hpp"
#include "actors/node/node.hpp"
#include "actors/node/system.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/runtime/unix_time.hpp"
#include "models/problem/read_problem.hpp"

namespace lithair::actors {

/// A request on its way to its answer: whatever becomes of it, the handler is called once.
class errand {
 public:
  explicit errand(caller::handler answer) : answer_(std::move(answer)) {}
  errand(const errand&) = delete;
  errand& operator=(const errand&) = delete;
  ~errand() {
    if (!answer_) return;
    reply x;
    // What was under way may have been written.
    x.what = changes_ ? disposition::unknown : disposition::unavailable;
    x.reason = "The node is stopping.";
    finish(std::move(x));
  }

  /// A write that is under way now: without an answer its outcome is unknown.
  void begins(bool changes) { changes_ = changes; }

  void finish(reply&& said) {
    const auto answer = std::exchange(answer_, nullptr);
    try {
      answer(std::move(said));
    } catch (const std::exception& error) {
      spdlog::error("a handler of an answer failed: {}", error.what());
    }
  }

 private:
  caller::handler answer_;
  bool changes_ = false;
};

/// What a caller's copies send to its actor: the errand travels with it, so it is answered even
/// where the message is never taken.
struct run_write {
  std::shared_ptr<errand> what;
  std::string command;
};

/// Likewise.
struct run_read {
  std::shared_ptr<errand> what;
  ask question;
};

namespace {

std::string new_uuid() {
  thread_local random_words words;  // of each thread: ids are drawn without a lock
  const auto high = words();
  return std::string{models::make_uuid_v7(unix_time_us(), high, words()).view()};
}

}  // namespace
}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::run_write)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::run_read)

namespace lithair::actors {

namespace {

// The models' own refusal, or none.
std::optional<models::problem> problem_in(const models::outcome& outcome) {
  if (outcome.status < 400) return std::nullopt;
  return models::read_problem(outcome.status, outcome.body);
}

}  // namespace

std::optional<models::problem> problem_of_write(const reply& answer) {
  auto not_done = problem_of_write(answer.what, answer.reason);
  return not_done ? not_done : problem_in(answer.result);
}

std::optional<models::problem> problem_of_read(const reply& answer) {
  auto not_done = problem_of_read(answer.what, answer.reason);
  return not_done ? not_done : problem_in(answer.result);
}

/// Shared by the copies of a caller and its actor, which takes itself out when it ends.
struct caller::core {
  struct line {
    std::mutex mutex;
    taking<run_write, run_read> actor;  // guarded by mutex; none: the node has stopped
  };

  class speaker;

  explicit core(node& to) : target(to) {}
  ~core() {
    std::lock_guard guard{open->mutex};
    // The actor may be at its own end on another thread: whoever has the lock sees to it.
    if (open->actor) caf::anon_send_exit(open->actor, caf::exit_reason::user_shutdown);
    open->actor = nullptr;
  }

  // Under the lock, so that nothing reaches for a loop that is gone.
  template <class Message>
  void send(Message&& message) {
    std::lock_guard guard{open->mutex};
    if (open->actor) caf::anon_send(open->actor, std::forward<Message>(message));
  }

  node& target;
  std::shared_ptr<line> open = std::make_shared<line>();
};

/// Gives requests to the actors that take them, and answers to who waits for them.
class caller::core::speaker final : public hosted_actor {
 public:
  using handle_type = taking<run_write, run_read>;

  struct setup {
    taking<actors::submit> writes;
    taking<actors::ask> reads, local_reads;
    raft_handle lives;  ///< when it ends, the node stops
    std::shared_ptr<line> open;
  };

  speaker(caf::actor_config& cfg, loop* home, setup s)
      : hosted_actor(cfg, home), setup_(std::move(s)) {}

  const char* name() const override { return "caller"; }

 private:
  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    set_error_handler([](caf::error&) {});
    // When the raft actor has ended, the node is stopping.
    set_down_handler([this](caf::down_msg&) { quit(); });
    monitor(setup_.lives);
    return behavior_of<handle_type>(
        // From here on it may be in the log, although no answer comes back.
        [this](run_write& order) {
          order.what->begins(true);
          send(setup_.writes,
               actors::submit{keep(std::move(order.what)), std::move(order.command)});
        },
        [this](run_read& order) {
          order.question.token = keep(std::move(order.what));
          const auto& to =
              order.question.level == consistency::local ? setup_.local_reads : setup_.reads;
          send(to, std::move(order.question));
        },
        [this](submitted& answer) {
          finish(answer.token,
                 {answer.what, std::move(answer.reason), answer.index, std::move(answer.result)});
        },
        [this](answered& answer) {
          finish(answer.token,
                 {answer.what, std::move(answer.reason), answer.applied, std::move(answer.result)});
        });
  }

  // First nobody can send any more, then what is under way is answered: each errand answers as it
  // goes.
  void on_exit() override {
    {
      std::lock_guard guard{setup_.open->mutex};
      setup_.open->actor = nullptr;
    }
    drop_handles(setup_.writes, setup_.reads, setup_.local_reads, setup_.lives);
    std::exchange(errands_, {}).clear();
  }

  std::uint64_t keep(std::shared_ptr<errand> what) {
    errands_.emplace(next_token_, std::move(what));
    return next_token_++;
  }

  void finish(std::uint64_t token, reply&& answer) {
    auto found = errands_.find(token);
    if (found == errands_.end()) return;
    const auto what = std::move(found->second);
    // Out of the map first: the handler may begin another request.
    errands_.erase(found);
    what->finish(std::move(answer));
  }

  setup setup_;
  std::map<std::uint64_t, std::shared_ptr<errand>> errands_;  // by their token
  std::uint64_t next_token_ = 1;
};

caller::caller(node& to) : caller(to, to.data()) {}
caller caller::of_main_group(node& to) { return caller{to, {}}; }

caller::caller(node& to, const data_handle& data) : core_(std::make_shared<core>(to)) {
  core::speaker::setup setup{to.raft(), to.raft(), to.aggregate(), to.raft(), core_->open};
  if (data) {
    setup.writes = data;
    setup.reads = setup.local_reads = data;
  }
  // Sessions of HTTP live on all loops, Raft on the first.
  auto& home = to.loop_at(to.loop_count() - 1);
  std::lock_guard guard{core_->open->mutex};
  core_->open->actor = caf::actor_cast<core::speaker::handle_type>(
      to.system().spawn<core::speaker, caf::hidden>(&home, std::move(setup)));
  // The program's thread may outlive the system.
  let_go_of_system();
}

const models::schema& caller::schema() const { return core_->target.schema(); }
node& caller::target() const { return core_->target; }
models::stamp caller::stamp() const {
  return {unix_time_us(), new_uuid, core_->target.config().max_item};
}

void caller::submit(std::string command, handler answer) const {
  core_->send(run_write{std::make_shared<errand>(std::move(answer)), std::move(command)});
}

void caller::ask(consistency level, std::uint64_t min_index, models::query what,
                 handler answer) const {
  actors::ask question;
  question.level = level;
  question.min_index = min_index;
  question.what = std::move(what);
  core_->send(run_read{std::make_shared<errand>(std::move(answer)), std::move(question)});
}

void caller::require_waiting_allowed() const {
  std::lock_guard guard{core_->open->mutex};
  if (!core_->open->actor) return;  // then nothing is waited for
  for (std::size_t i = 0; i < core_->target.loop_count(); ++i)
    if (core_->target.loop_at(i).on_own_thread())
      throw std::logic_error(
          "an answer is not to be waited for in a handler, which runs on a loop of the node");
}

}  // namespace lithair::actors
