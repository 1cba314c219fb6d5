#include "actors/node/dispatcher.hpp"

#include <caf/send.hpp>

#include "actors/state/aggregate.hpp"
#include "models/command/local_fields.hpp"
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

}  // namespace

caf::behavior dispatcher::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>([this](submit& request) { begin(request); },
                                  [this](ask& asked) { question(asked); },
                                  [this](submitted& answer) { go_on(answer); });
}

void dispatcher::on_exit() {
  setup_.places.clear();
  writes_.clear();
}

// A transaction over several groups can't be all or none: each has a log of its own.
const dispatcher::place* dispatcher::place_of(const std::string& command,
                                              std::string& refused) const {
  const place* found = nullptr;
  auto written = models::collections_of(command);
  // Nothing is written to nowhere in particular, and any group answers that.
  if (written.empty() && !setup_.places.empty()) return &setup_.places.begin()->second;
  for (auto id : written) {
    auto at = setup_.places.find(id);
    if (at == setup_.places.end()) continue;
    if (found != nullptr && found->replicated.raft != at->second.replicated.raft)
      refused = "These models are kept by different groups, so they can't be written all or none.";
    found = &at->second;
  }
  return found;
}

// Whoever asked is answered by the group itself, unless two groups have a part in it.
void dispatcher::begin(submit& request) {
  std::string refused;
  auto* at = place_of(request.command, refused);
  if (at == nullptr || !refused.empty()) {
    send(handle(current_sender()),
         submitted{request.token, disposition::done, {}, 0, refusal(std::move(refused))});
  } else if (models::has_local_part(*setup_.schema, request.command)) {
    begin_joint(request, *at);
  } else {
    auto& to = at->replicated.raft ? at->replicated.raft : at->local.raft;
    pass_on(current_sender(), to, std::move(request), home());
  }
}

// The shared group decides first: what it refuses leaves nothing in the node's own.
void dispatcher::begin_joint(submit& request, const place& at) {
  auto token = next_token_++;
  auto part = models::replicated_command(*setup_.schema, request.command);
  writes_.emplace(
      token,
      joint_write{
          current_sender(), request.token, std::move(request.command), at.local.raft, {}, false});
  send(at.replicated.raft, submit{token, std::move(part)});
}

// Comes twice: from the shared group, then from the node's own.
void dispatcher::go_on(submitted& said) {
  auto found = writes_.find(said.token);
  if (found == writes_.end()) return;
  auto& write = found->second;
  if (!write.decided && said.what == disposition::done && said.result.status < 400) {
    auto part = models::local_command(*setup_.schema, write.command, said.result.parts,
                                      said.result.replayed);
    write.decided = true;
    write.replicated = std::move(said);
    if (!part.empty()) return send(write.local, submit{found->first, std::move(part)});
    join(write, {});
    answer(write, std::move(write.replicated));
  } else if (!write.decided) {
    answer(write, std::move(said));
  } else if (said.what == disposition::done && said.result.status < 400) {
    join(write, said.result);
    answer(write, std::move(write.replicated));
  } else {
    submitted half;
    // The shared fields can't be taken back: whoever asked has to look.
    half.what = disposition::unknown;
    half.reason =
        "the replicated fields are written, and whether the local ones are is not known: " +
        said.reason;
    answer(write, std::move(half));
  }
  writes_.erase(found);
}

// The window has the local fields already: the own group has applied them before it answered.
void dispatcher::join(joint_write& write, const models::outcome& written) const {
  auto* local = setup_.window ? setup_.window->view() : nullptr;
  auto& result = write.replicated.result;
  if (local != nullptr)
    result =
        models::join_outcomes(*setup_.schema, write.command, std::move(result), written, *local);
}

void dispatcher::answer(joint_write& write, submitted said) {
  said.token = write.token;
  if (write.asker) send(handle(write.asker), std::move(said));
}

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
