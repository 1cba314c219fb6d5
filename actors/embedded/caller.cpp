#include "actors/embedded/caller.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/embedded/errand.hpp"
#include "actors/messages/client_messages.hpp"
#include "actors/messages/refusals.hpp"
#include "actors/node/node.hpp"
#include "actors/node/system.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/runtime/random_words.hpp"
#include "actors/runtime/unix_time.hpp"
#include "models/problem/read_problem.hpp"
#include "models/query/whole_query.hpp"
#include "models/schema/cluster_records.hpp"

namespace lithair::actors {

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

// What the models would have answered.
reply reply_of(const models::problem& why) {
  reply made;
  made.what = disposition::done;
  made.result.status = why.status;
  made.result.body = models::to_json(why);
  return made;
}

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

namespace {

/// Shared by the copies of a caller and its actor, which takes itself out when it ends.
class line_to_node final : public caller_line {
 public:
  struct line {
    std::mutex mutex;
    taking<run_write, run_read> actor;  // guarded by mutex; none: the node has stopped
  };

  class speaker;

  line_to_node(node& to, const models::schema& about, const data_handle& data);
  ~line_to_node() override {
    std::lock_guard guard{open_->mutex};
    // The actor may be at its own end on another thread: whoever has the lock sees to it.
    if (open_->actor) caf::anon_send_exit(open_->actor, caf::exit_reason::user_shutdown);
    open_->actor = nullptr;
  }

  const models::schema& schema() const override { return about_; }
  models::result<std::string> prepare(
      const models::write_request& what,
      const std::shared_ptr<const models::subject>& bound) const override {
    return models::prepare(schema(), what, stamp(bound));
  }
  models::result<std::string> prepare(
      const models::transaction_request& what,
      const std::shared_ptr<const models::subject>& bound) const override {
    return models::prepare(schema(), what, stamp(bound));
  }
  void submit(std::string prepared, handler answer) override;
  void ask(question what, handler answer) override;
  void require_waiting_allowed() const override;
  node* target() const override { return &target_; }

 private:
  models::stamp stamp(const std::shared_ptr<const models::subject>& bound) const {
    return {unix_time_us(), new_uuid, target_.command_limits(), bound ? bound->id : std::string{},
            bound};
  }

  // Under the lock, so that nothing reaches for a loop that is gone.
  template <class Message>
  void send(Message&& message) {
    std::lock_guard guard{open_->mutex};
    if (open_->actor) caf::anon_send(open_->actor, std::forward<Message>(message));
  }

  node& target_;
  const models::schema& about_;
  std::shared_ptr<line> open_ = std::make_shared<line>();
};

/// Gives requests to the actors that take them, and answers to who waits for them.
class line_to_node::speaker final : public hosted_actor {
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

line_to_node::line_to_node(node& to, const models::schema& about, const data_handle& data)
    : target_(to), about_(about) {
  speaker::setup setup{to.raft(), to.raft(), to.aggregate(), to.raft(), open_};
  if (data) {
    setup.writes = data;
    setup.reads = setup.local_reads = data;
  }
  // Sessions of HTTP live on all loops, Raft on the first.
  auto& home = to.loop_at(to.loop_count() - 1);
  std::lock_guard guard{open_->mutex};
  open_->actor = caf::actor_cast<speaker::handle_type>(
      to.system().spawn<speaker, caf::hidden>(&home, std::move(setup)));
  // The program's thread may outlive the system.
  let_go_of_system();
}

void line_to_node::submit(std::string prepared, handler answer) {
  send(run_write{std::make_shared<errand>(std::move(answer)), std::move(prepared)});
}

// What is wrong in itself asks nobody.
void line_to_node::ask(question what, handler answer) {
  auto query = models::whole_query(what.what, *what.of, what.key, what.parameters,
                                   models::rights_to_ask_for(about_, *what.of, what.bound.get()));
  auto errand_of = std::make_shared<errand>(std::move(answer));
  if (!query) return errand_of->finish(reply_of(query.error()));
  actors::ask asked;
  asked.level = what.level;
  asked.min_index = what.min_index;
  asked.what = std::move(*query);
  send(run_read{std::move(errand_of), std::move(asked)});
}

void line_to_node::require_waiting_allowed() const {
  std::lock_guard guard{open_->mutex};
  if (!open_->actor) return;  // then nothing is waited for
  for (std::size_t i = 0; i < target_.loop_count(); ++i)
    if (target_.loop_at(i).on_own_thread())
      throw std::logic_error(
          "an answer is not to be waited for in a handler, which runs on a loop of the node");
}

}  // namespace

caller::caller(node& to) : line_(std::make_shared<line_to_node>(to, to.schema(), to.data())) {}

caller caller::of_cluster_records(node& to) {
  return caller{
      std::make_shared<line_to_node>(to, models::cluster_records_schema(), data_handle{})};
}

caller caller::acting_for(models::subject who) const {
  if (!who.is_bounded())
    throw std::invalid_argument("more is said of whoever is acted for than anybody may know");
  auto made = *this;
  made.bound_ = std::make_shared<const models::subject>(std::move(who));
  return made;
}

node& caller::target() const {
  if (bound_)
    throw std::logic_error("changes are told to a program, and not to somebody for whom it acts");
  if (auto* here = line_->target()) return *here;
  throw std::logic_error(
      "changes are followed in the process of a node, and this one is elsewhere");
}

}  // namespace lithair::actors
