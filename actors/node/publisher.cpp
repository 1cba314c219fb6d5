#include "actors/node/publisher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

namespace lithair::actors {

namespace {

struct look_at_waiting {};

constexpr std::chrono::seconds longest_wait{5};
// A short building is waited for. One of an empty collection ends when it is asked how far the
// changes have come.
constexpr std::chrono::milliseconds building_wait{500};
constexpr std::chrono::milliseconds look_again{2};
constexpr std::size_t max_reads = 4096;

}  // namespace
}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::look_at_waiting)

namespace lithair::actors {

caf::behavior publisher::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      [this](read_published& request) { begin(current_sender(), request); },
      [this](answered& answer) { go_on(answer); }, [this](const look_at_waiting&) { look(); });
}

// Whoever asked is told, and does not wait for its own timeout.
void publisher::on_exit() {
  for (auto& [token, each] : std::exchange(asking_, {}))
    refuse(each, disposition::unavailable, "the node is stopping");
  for (auto& each : std::exchange(waiting_, {}))
    refuse(each, disposition::unavailable, "the node is stopping");
  drop_handles(setup_.raft, setup_.data, setup_.aggregate);
}

std::string publisher::not_there_yet(const pending& waiting) {
  return fmt::format("the projection {} has not come to index {} yet", waiting.read.what->name(),
                     waiting.index);
}

// A local read without a `min_index` sees whatever is folded in. Any other learns first how far it
// must see.
void publisher::begin(const caf::strong_actor_ptr& asker, read_published& request) {
  pending made{asker, std::move(request)};
  if (asking_.size() + waiting_.size() >= max_reads)
    return refuse(made, disposition::unavailable,
                  "too many reads of projections are under way on this node");
  made.index = made.read.min_index;
  const bool is_local = made.read.level == consistency::local;
  if (is_local && made.index == 0) return settle(std::move(made));
  // What it answers does not matter, only as of when.
  ask question;
  question.token = next_token_++;
  question.level = made.read.level;
  question.min_index = made.read.min_index;
  question.what.what = models::query::kind::random_id;
  question.what.target = &made.read.what->from();
  send(setup_.data ? setup_.data : is_local ? setup_.aggregate : setup_.raft, question);
  asking_.emplace(question.token, std::move(made));
}

// The group's answer: from here on it is the projection that is waited for.
void publisher::go_on(answered& answer) {
  auto found = asking_.find(answer.token);
  if (found == asking_.end()) return;
  auto read = std::move(found->second);
  asking_.erase(found);
  if (answer.what == disposition::unknown && read.index != 0)
    return refuse(read, answer.what, not_there_yet(read));
  if (answer.what != disposition::done) return refuse(read, answer.what, std::move(answer.reason));
  // Its index is of another timeline.
  if (answer.result.status == 412) {
    answer.token = read.read.token;
    return caf::anon_send(handle(read.asker), std::move(answer));
  }
  read.index = std::max(read.index, answer.applied);
  settle(std::move(read));
}

// Told at once when it is there; else it is looked for every 2 ms, while anything waits.
void publisher::settle(pending waiting) {
  if (tell(waiting)) return;
  waiting.deadline = clock().now() + longest_wait;
  waiting.built_by = clock().now() + building_wait;
  waiting.read.what->hurry();
  if (waiting_.empty()) delayed_send(this, look_again, look_at_waiting{});
  waiting_.push_back(std::move(waiting));
}

// Whether it is answered.
bool publisher::tell(const pending& waiting) {
  auto& what = *waiting.read.what;
  const auto applied = what.applied();
  if (applied != 0 && applied >= waiting.index) {
    show(waiting);
    return true;
  }
  if (!what.has_ended()) return false;
  refuse(waiting, disposition::unavailable,
         fmt::format("the projection {} is not kept up any more", what.name()));
  return true;
}

// Whether its time is over.
bool publisher::give_up(const pending& waiting) {
  auto& what = *waiting.read.what;
  const auto now = clock().now();
  if (what.applied() == 0 && now >= waiting.built_by) {
    refuse(waiting, disposition::unavailable,
           fmt::format("the projection {} is being built", what.name()));
    return true;
  }
  if (now < waiting.deadline) return false;
  refuse(waiting, disposition::unknown, not_there_yet(waiting));
  return true;
}

void publisher::show(const pending& waiting) {
  answered reply;
  reply.token = waiting.read.token;
  try {
    auto made = waiting.read.what->read();
    reply.applied = made.applied;
    reply.result.status = 200;
    reply.result.body = "{\"data\":" + made.json + '}';
  } catch (const std::exception& error) {
    spdlog::error("the projection {} can't be told: {}", waiting.read.what->name(), error.what());
    return refuse(waiting, disposition::unavailable,
                  fmt::format("the projection {} can't be told", waiting.read.what->name()));
  }
  caf::anon_send(handle(waiting.asker), std::move(reply));
}

void publisher::refuse(const pending& waiting, disposition what, std::string reason) {
  caf::anon_send(
      handle(waiting.asker),
      answered{waiting.read.token, what, std::move(reason), waiting.read.what->applied(), {}});
}

// Those that still wait have the projection look again, too: what changes nothing of its collection
// is not told by itself.
void publisher::look() {
  std::erase_if(waiting_, [this](const pending& each) { return tell(each) || give_up(each); });
  for (auto& each : waiting_) each.read.what->hurry();
  if (!waiting_.empty()) delayed_send(this, look_again, look_at_waiting{});
}

}  // namespace lithair::actors
