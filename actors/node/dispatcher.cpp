#include "actors/node/dispatcher.hpp"

#include <utility>

#include <caf/send.hpp>

#include "actors/state/aggregate.hpp"
#include "models/problem/problem.hpp"

namespace lithair::actors {

namespace {

// As if whoever asked had sent it there himself.
template <class Handle, class Message>
void pass_on(const caf::strong_actor_ptr& asker, const Handle& to, Message&& message, loop* home) {
  to->enqueue(asker, caf::make_message_id(), caf::make_message(std::forward<Message>(message)),
              home);
}

models::outcome refusal(std::string detail) {
  models::outcome result;
  result.status = 422;
  result.body = models::to_json({422, "validation_failed", std::move(detail), {}});
  return result;
}

bool is_accepted(const submitted& said) {
  return said.what == disposition::done && said.result.status < 400;
}

}  // namespace

caf::behavior dispatcher::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>([this](submit& request) { begin(request); },
                                  [this](ask& asked) { question(asked); },
                                  [this](submitted& answer) { go_on(answer); },
                                  [this](const go_on_dispatching&) {
                                    goes_on_ = false;
                                    go_on_working();
                                  });
}

void dispatcher::on_exit() {
  setup_.places.clear();
  writes_.clear();
}

// -- writes --------------------------------------------------------------------------------------

void dispatcher::begin(submit& request) {
  const auto bytes = request.command.size();
  if (bytes > large_bytes) {
    if (large_bytes_ + bytes > setup_.most_bytes)
      return send(handle(current_sender()),
                  submitted{request.token,
                            disposition::unavailable,
                            "too many large writes are under way on this node",
                            0,
                            {}});
    large_bytes_ += bytes;
  }
  const auto number = next_token_++;
  write made;
  made.asker = current_sender();
  made.token = request.token;
  made.bytes = bytes;
  made.trace = std::move(request.trace);
  made.command =
      std::make_unique<models::joint_command>(*setup_.schema, std::move(request.command));
  writes_.emplace(number, std::move(made));
  work_on(number);
}

// The shared group decides first: what it refuses leaves nothing in the node's own.
void dispatcher::go_on(submitted& said) {
  const auto found = writes_.find(said.token);
  if (found == writes_.end()) return;
  auto& at = found->second;
  if (at.now == stage::deciding && is_accepted(said)) {
    at.command->decided(std::move(said.result));
    at.answer = std::move(said);
    at.now = stage::localizing;
  } else if (at.now == stage::deciding) {
    tell(at, std::move(said));
  } else if (at.now == stage::writing && is_accepted(said)) {
    at.command->localized(std::move(said.result));
    at.now = stage::joining;
  } else if (at.now == stage::writing) {
    submitted half;
    // The shared fields can't be taken back: whoever asked has to look.
    half.what = disposition::unknown;
    half.reason =
        "the replicated fields are written, and whether the local ones are is not known: " +
        said.reason;
    tell(at, std::move(half));
  } else {
    return;
  }
  work_on(found->first);
}

void dispatcher::work_on(std::uint64_t number) {
  const auto found = writes_.find(number);
  if (found->second.bytes > large_bytes) {
    // Behind those that began before; but this turn may have time for all.
    going_.push_back(number);
    go_on_working();
  } else if (advance(number, found->second) && found->second.now == stage::leaving) {
    end(number);
  }
}

void dispatcher::end(std::uint64_t number) {
  const auto found = writes_.find(number);
  if (found->second.bytes > large_bytes) large_bytes_ -= found->second.bytes;
  writes_.erase(found);
}

// A little of each, so that no large one keeps the others waiting for all of it.
void dispatcher::go_on_working() {
  // Asked behind each, so that every turn comes further.
  for (bool late = false; !going_.empty() && !late; late = is_late()) {
    const auto number = going_.front();
    going_.pop_front();
    const auto found = writes_.find(number);
    if (found == writes_.end()) continue;
    if (!advance(number, found->second))
      going_.push_back(number);
    else if (found->second.now == stage::leaving)
      end(number);
  }
  if (!going_.empty()) work_later();
}

void dispatcher::work_later() {
  if (std::exchange(goes_on_, true)) return;
  send_in_a_later_turn(go_on_dispatching{});
}

bool dispatcher::is_late() {
  const auto now = clock().now();
  if (!until_) until_ = now + setup_.slice;
  return now >= *until_;
}

// Whether there is nothing to be done before somebody answers, or at all.
bool dispatcher::advance(std::uint64_t number, write& at) {
  const auto late = [this, is_large = at.bytes > large_bytes] { return is_large && is_late(); };
  auto& command = *at.command;
  if (at.now == stage::placing && (!command.read(late) || !place_write(number, at)))
    return at.now == stage::leaving;
  if (at.now == stage::splitting) {
    if (!command.split(late)) return false;
    at.now = stage::deciding;
    send(at.shared, submit{number, command.take_replicated(), at.trace});
  }
  if (at.now == stage::localizing) {
    if (!command.localize(late)) return false;
    auto part = command.take_local();
    at.now = part.empty() ? stage::joining : stage::writing;
    if (!part.empty()) send(at.own, submit{number, std::move(part), at.trace});
  }
  if (at.now == stage::joining) {
    // The window has what was written: the own group has applied it before it answered.
    if (!command.join(setup_.window ? setup_.window->view() : nullptr, late)) return false;
    at.answer.result = command.take_outcome();
    tell(at, std::move(at.answer));
  }
  return at.now != stage::leaving || command.clear(late);
}

// Whoever asked is answered by the group itself, unless two groups have a part in it: then the
// write goes on here.
bool dispatcher::place_write(std::uint64_t number, write& at) {
  std::string refused;
  const auto* where = place_of(at, refused);
  if (where == nullptr || !refused.empty()) {
    tell(at, submitted{number, disposition::done, {}, 0, refusal(std::move(refused))});
  } else if (!at.command->is_joint()) {
    const auto& to = where->replicated.raft ? where->replicated.raft : where->local.raft;
    pass_on(at.asker, to, submit{at.token, at.command->take_bytes(), std::move(at.trace)}, home());
    at.now = stage::leaving;
  } else {
    at.shared = where->replicated.raft;
    at.own = where->local.raft;
    at.now = stage::splitting;
    return true;
  }
  return false;
}

// A transaction over several groups can't be all or none: each has a log of its own.
const dispatcher::place* dispatcher::place_of(const write& at, std::string& refused) const {
  const auto& written = at.command->collections();
  // Nothing is written to nowhere in particular, and any group answers that.
  if (written.empty() && !setup_.places.empty()) return &setup_.places.begin()->second;
  const place* found = nullptr;
  for (const auto id : written) {
    const auto there = setup_.places.find(id);
    if (there == setup_.places.end()) continue;
    if (found != nullptr && found->replicated.raft != there->second.replicated.raft)
      refused = "These models are kept by different groups, so they can't be written all or none.";
    found = &there->second;
  }
  return found;
}

void dispatcher::tell(write& at, submitted said) {
  said.token = at.token;
  if (at.asker) send(handle(at.asker), std::move(said));
  at.now = stage::leaving;
}

// -- reads ---------------------------------------------------------------------------------------

void dispatcher::question(ask& question) {
  auto at = question.what.target != nullptr ? setup_.places.find(question.what.target->id)
                                            : setup_.places.end();
  if (at == setup_.places.end())
    return send(handle(current_sender()), answered{question.token,
                                                   disposition::unavailable,
                                                   "no group of this node keeps that model",
                                                   0,
                                                   {}});
  auto& group = at->second.replicated.raft ? at->second.replicated : at->second.local;
  taking<ask> to = group.raft;
  if (question.level == consistency::local) to = group.aggregate;
  pass_on(current_sender(), to, std::move(question), home());
}

}  // namespace lithair::actors
