#include <spdlog/fmt/fmt.h>

#include <boost/json.hpp>
#include <utility>

#include "models/service.hpp"
#include "test/simulation/nodes/world.hpp"

// What nodes tell of themselves, and what is theirs alone.
namespace lithair::simulation::nodes {

using namespace actors;
namespace json = boost::json;

// -- readiness -----------------------------------------------------------------------------------

void world::probe() {
  if (auto* at = running(random_.percent(20))) probe(*at, random_.percent(65) ? "items" : "others");
}

void world::probe(machine& at, const std::string& model) {
  const auto token = next_token_++;
  watched_[token] = {&at, at.life(), model, floors_[group_of(model)]};
  auto& node = at.node();
  give(node.group_with(*node.schema().find(model)).raft(),
       caf::make_message(probe_ready{token, watched_[token].min_index}),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

// Whoever is told that a node is ready reads there what it was told of; one that was removed
// answers nobody.
bool world::on_watched(const readiness& x) {
  auto found = watched_.find(x.token);
  if (found == watched_.end()) return false;
  const auto asked = found->second;
  watched_.erase(found);
  if (!asked.at->runs() || asked.at->life() != asked.life) return true;
  note(fmt::format("node {} of {}: {} as of {} {}", asked.at->id(), asked.model,
                   x.ready ? "ready" : "not ready", x.applied, x.reason));
  operation next;
  next.must_be_refused =
      !x.ready && x.reason.find("was removed from the cluster") != std::string::npos;
  if (!x.ready && !next.must_be_refused) return true;
  if (x.ready && x.applied < asked.min_index) {
    fail(fmt::format("node {} says that it is ready as of {}, and not {} as it was asked",
                     asked.at->id(), x.applied, asked.min_index));
    return true;
  }
  next.model = asked.model;
  next.key = fmt::format("k{}", random_.below(6));
  next.applied = x.applied;
  read_at(*asked.at, std::move(next));
  return true;
}

// A local read, of the state itself.
void world::read_at(machine& at, operation x) {
  x.id = operations_.size() + 1;
  x.linearizable = false;
  x.began = time_.now();
  x.attempts = 1;
  const auto token = next_token_++;
  attempts_[token] = {x.id - 1, &at, at.life(), time_.now(), 0};
  auto& node = at.node();
  auto& target = *node.schema().find(x.model);
  ask question;
  question.token = token;
  question.level = consistency::local;
  question.what = std::move(*models::item_query(target, x.key));
  note(fmt::format("client: operation {} reads {}/{} at node {}, as it is there", x.id, x.model,
                   x.key, at.id()));
  operations_.push_back(std::move(x));
  give(node.group_with(target).aggregate(), caf::make_message(std::move(question)),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

// -- local data ----------------------------------------------------------------------------------

void world::write_local() {
  auto* at = running();
  if (at == nullptr) return;
  auto& node = at->node();
  const auto token = next_token_++;
  auto& x =
      local_attempts_[token] = {at, "notes", fmt::format("l{}", token), fmt::format("w{}", token)};
  const auto body = fmt::format(R"({{"id":"{}","value":"{}"}})", x.key, x.value);
  models::write_request request;
  request.op = models::operation::create;
  request.target = node.schema().find(x.model);
  request.body = body;
  auto command = models::prepare(node.schema(), request,
                                 models::stamp{at->wall_us(), [] { return std::string(16, 'l'); }});
  if (!command) return fail("a local command could not be prepared: " + command.error().detail);
  give(node.data(), caf::make_message(submit{token, std::move(*command)}),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

bool world::on_written_locally(const submitted& x) {
  auto found = local_attempts_.find(x.token);
  if (found == local_attempts_.end()) return false;
  note(fmt::format("client: local {} at node {} answered {} {} {}", found->second.key,
                   found->second.at->id(), static_cast<int>(x.what), x.result.status, x.reason));
  if (x.what == disposition::done && x.result.status == 201) local_values_.push_back(found->second);
  local_attempts_.erase(found);
  return true;
}

// Its directory is gone, or is an earlier one.
void world::forget_local(const machine& of) {
  std::erase_if(local_values_, [&](auto& x) { return x.at == &of; });
  std::erase_if(local_attempts_, [&](auto& x) { return x.second.at == &of; });
}

std::string world::judge_local() {
  for (auto& x : local_values_) {
    if (!x.at->runs() || !members_.contains(x.at->id())) continue;
    auto answer =
        read(*x.at, x.model, *models::item_query(*x.at->node().schema().find(x.model), x.key));
    if (!answer) return fmt::format("node {} does not tell its local data", x.at->id());
    if (answer->result.status == 200) {
      const auto body = json::parse(answer->result.body);
      auto* is = body.as_object().if_contains(x.model == "notes" ? "value" : "note");
      if (is != nullptr && is->is_string() && is->as_string() == x.value) continue;
    }
    return fmt::format("node {} acknowledged {} of {}/{} and has lost it: {} {}", x.at->id(),
                       x.value, x.model, x.key, answer->result.status,
                       answer->result.body.substr(0, 100));
  }
  return {};
}

}  // namespace lithair::simulation::nodes
