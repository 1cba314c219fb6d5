#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "models/service.hpp"
#include "test/simulation/nodes/world.hpp"

// What clients ask, and what they are told.
namespace lithair::simulation::nodes {

using namespace actors;
namespace json = boost::json;

namespace {

constexpr std::uint64_t patience_us = 8'000'000;

models::operation operation_of(operation::kind x) {
  switch (x) {
    case operation::kind::create:
      return models::operation::create;
    case operation::kind::put:
      return models::operation::replace;
    case operation::kind::patch:
      return models::operation::patch;
    default:
      return models::operation::remove;
  }
}

void see(const json::value& item, operation& x) {
  auto& fields = item.as_object();
  x.seen[std::string{fields.at("id").as_string()}] = std::string{fields.at("value").as_string()};
}

}  // namespace

void world::client() {
  if (!clients_) return;
  if (random_.percent(10)) return probe();
  if (sky_.local && random_.percent(10)) return write_local();
  operation x;
  x.model = random_.percent(65) ? "items" : "others";
  x.key = fmt::format("k{}", random_.below(6));
  const auto dice = random_.below(100);
  if (dice < 40) {
    x.what = operation::kind::read;
    x.linearizable = random_.percent(80);
    if (!x.linearizable && random_.percent(50)) x.min_index = floors_[group_of(x.model)];
  } else if (dice < 45) {
    x.what = operation::kind::list;
  } else if (dice < 60) {
    x.what = operation::kind::create;
  } else if (dice < 75) {
    x.what = operation::kind::put;
  } else if (dice < 88) {
    x.what = operation::kind::patch;
  } else if (dice < 93) {
    x.what = operation::kind::remove;
  } else {
    x.what = operation::kind::bulk;
  }
  begin(std::move(x));
}

void world::begin(operation x) {
  x.id = operations_.size() + 1;
  x.began = time_.now();
  x.floor = floors_[group_of(x.model)];
  if (x.writes() && x.what != operation::kind::remove) {
    x.value = fmt::format("v{}", x.id);
    if (x.what == operation::kind::bulk) x.key = fmt::format("b{}", x.id);
    if (sky_.big_kb != 0 && random_.percent(5))
      x.value += std::string(random_.below(sky_.big_kb * 1024), '.');
    if (sky_.local && x.model == "others" && x.what == operation::kind::create &&
        random_.percent(50)) {
      x.key = fmt::format("m{}", x.id);
      x.note = fmt::format("n{}", x.id);
    } else if (random_.percent(30))
      x.token = fmt::format("t{}", x.id);
  }
  operations_.push_back(std::move(x));
  send(operations_.back());
}

void world::send(operation& x) {
  auto* at = running(random_.percent(3));
  if (at == nullptr)
    return finish(x, x.maybe_applied ? operation::end::unknown : operation::end::unavailable);
  auto token = next_token_++;
  ++x.attempts;
  attempts_[token] = {x.id - 1, at, at->life(), time_.now(), 0};
  auto& node = at->node();
  auto& target = *node.schema().find(x.model);
  const auto from = caf::actor_cast<caf::strong_actor_ptr>(desk_);
  const auto entry = node.data() ? node.data() : data_handle{node.main().raft()};
  note(fmt::format("client: operation {} kind {} {}/{} at node {}, floor {}", x.id,
                   static_cast<int>(x.what), x.model, x.key, at->id(), x.floor));
  if (!x.writes()) {
    ask question;
    question.token = token;
    question.level = x.linearizable ? consistency::linearizable : consistency::local;
    question.min_index = x.min_index;
    auto query = x.what == operation::kind::read
                     ? models::item_query(target, x.key)
                     : models::parse_query(
                           target, models::query::kind::list,
                           std::vector<std::pair<std::string, std::string>>{{"take", "1000"}});
    question.what = std::move(*query);
    taking<ask> to = entry;
    if (!x.linearizable && !node.data()) to = node.main().aggregate();
    return give(to, caf::make_message(std::move(question)), from);
  }
  const models::stamp stamp{
      at->wall_us(),
      [this] { return std::string(8, static_cast<char>(random_.next())) + std::string(8, 'u'); }};
  models::result<std::string> command;
  std::string body;
  if (x.what == operation::kind::bulk) {
    body = fmt::format(R"([{{"id":"{0}-a","value":"{1}"}},{{"id":"{0}-b","value":"{1}b"}}])", x.key,
                       x.value);
    command = models::prepare(node.schema(), models::bulk_request{&target, body, x.token}, stamp);
  } else {
    models::write_request request;
    request.op = operation_of(x.what);
    request.target = &target;
    if (x.what != operation::kind::create) request.key = x.key;
    const auto note = x.note.empty() ? "" : fmt::format(R"(,"note":"{}")", x.note);
    if (x.what == operation::kind::create || x.what == operation::kind::put)
      body = fmt::format(R"({{"id":"{}","value":"{}"{}}})", x.key, x.value, note);
    if (x.what == operation::kind::patch)
      body = fmt::format(R"({{"value":"{}","count":1}})", x.value);
    request.body = body;
    request.idempotency_key = x.token;
    command = models::prepare(node.schema(), request, stamp);
  }
  if (!command) return fail("a command could not be prepared: " + command.error().detail);
  give(entry, caf::make_message(submit{token, std::move(*command)}), from);
}

void world::on_message(const caf::message& x) {
  if (x.match_elements<submitted>()) return on_submitted(x.get_as<submitted>(0));
  if (x.match_elements<answered>()) return on_answered(x.get_as<answered>(0));
  if (x.match_elements<followed>()) return on_followed(x.get_as<followed>(0));
  if (x.match_elements<readiness>()) {
    auto& news = x.get_as<readiness>(0);
    if (on_watched(news)) return;
    auto asked = probes_.find(news.token);
    if (asked == probes_.end()) return;
    if (asked->second.at->life() == asked->second.life)
      seen_ready_[{asked->second.at->id(), asked->second.group}] = {news.ready ? "" : news.reason,
                                                                    asked->second.asked};
    probes_.erase(asked);
  } else if (x.match_elements<node_status>()) {
    auto& news = x.get_as<node_status>(0);
    auto asked = inspections_.find(news.token);
    if (asked == inspections_.end()) return;
    auto [at, life, group, when] = asked->second;
    inspections_.erase(asked);
    if (news.diverged != 0)
      return fail(fmt::format("the states of group {} differ as of {}, says node {}", group,
                              news.diverged, at->id()));
    // No disk here damages what it keeps.
    if (!news.set_aside.empty() && !sky_.old_copies)
      return fail(fmt::format("node {} has set {} aside: {}", at->id(), news.set_aside.front().path,
                              news.set_aside.front().reason));
    if (!chaos_ && group == 1 && news.raft.now == protocol::role::leader)
      learn_members(news.raft.members);
    if (chaos_ || at->life() != life || news.trouble.find("out of service") == std::string::npos)
      return;
    note(fmt::format("node {} is out of service: {}", at->id(), news.trouble));
    if (news.trouble.find("restart") == std::string::npos &&
        news.trouble.find("disk") == std::string::npos && !sky_.failing_disks)
      return fail(
          fmt::format("node {} is out of service without a reason: {}", at->id(), news.trouble));
    time_.after(1, [this, at = at, life = life] {
      if (at->life() != life) return;
      kill(*at, false);
      come_back(*at);
    });
  } else if (x.match_elements<members_changed>()) {
    auto& news = x.get_as<members_changed>(0);
    note(fmt::format("operator: {} {}", news.status, news.detail));
    auto then = std::move(asked_changes_[news.token]);
    asked_changes_.erase(news.token);
    // Not in the midst of the turn in which it tells so: the node may be stopped for it.
    if (then) time_.after(1, [then, status = news.status] { then(status); });
  }
}

void world::on_submitted(const submitted& x) {
  if (on_written_locally(x)) return;
  auto found = attempts_.find(x.token);
  if (found == attempts_.end()) return;
  auto& op = operations_[found->second.operation];
  auto* at = found->second.at;
  attempts_.erase(found);
  if (op.outcome != operation::end::pending) return;
  note(fmt::format("client: operation {} answered {} {} at {} version {} {}", op.id,
                   static_cast<int>(x.what), x.result.status, x.index, x.result.version, x.reason));
  if (x.what == disposition::done) {
    op.status = x.result.status;
    op.index = x.index;
    op.replayed = x.result.replayed;
    const bool is_index = op.what == operation::kind::remove || op.what == operation::kind::bulk;
    op.version = !is_index ? x.result.version : op.replayed ? 0 : x.index;
    if (op.status == 201 && !op.note.empty())
      local_values_.push_back({at, op.model, op.key, op.note});
    if (op.status == 200 || (op.status == 201 && op.what != operation::kind::bulk))
      if (x.result.body.find('"' + op.value + '"') == std::string::npos)
        fail(fmt::format("operation {} was answered with another's answer: {}", op.id,
                         x.result.body.substr(0, 100)));
    return finish(op, operation::end::done);
  }
  if (x.what == disposition::unknown) op.maybe_applied = true;
  if (!op.token.empty() && op.attempts < 4) return send(op);
  finish(op, op.maybe_applied ? operation::end::unknown : operation::end::unavailable);
}

void world::on_answered(const answered& x) {
  auto found = attempts_.find(x.token);
  if (found == attempts_.end()) {
    readings_[x.token] = x;
    return;
  }
  auto& op = operations_[found->second.operation];
  attempts_.erase(found);
  if (op.outcome != operation::end::pending) return;
  note(fmt::format("client: operation {} answered {} {} as of {} {}", op.id,
                   static_cast<int>(x.what), x.result.status, x.applied, x.reason));
  if (x.what != disposition::done) return finish(op, operation::end::unavailable);
  op.status = x.result.status;
  op.index = x.applied;
  op.version = x.result.version;
  if (x.result.status == 200) {
    const auto body = json::parse(x.result.body);
    if (op.what == operation::kind::read)
      see(body, op);
    else
      for (auto& each : body.at("data").as_array()) see(each, op);
  }
  finish(op, operation::end::done);
}

void world::finish(operation& x, operation::end outcome) {
  x.outcome = outcome;
  x.ended = time_.now();
  if (outcome != operation::end::done || (!x.writes() && !x.linearizable)) return;
  auto& floor = floors_[group_of(x.model)];
  floor = std::max(floor, x.index);
}

// Whoever asked a node that died does not know; one that runs answers everything in its time.
void world::give_up_on_the_dead() {
  const auto passed = time_.now() - std::exchange(looked_at_, time_.now());
  for (auto at = attempts_.begin(); at != attempts_.end();) {
    if (at->second.at->paused) at->second.stood_still += passed;
    const auto x = at->second;
    const bool dead = !x.at->runs() || x.at->life() != x.life;
    if (!dead && time_.now() - x.since < patience_us + x.stood_still) {
      ++at;
      continue;
    }
    if (!dead)
      return fail(fmt::format("operation {} is not answered by node {}, which runs",
                              x.operation + 1, x.at->id()));
    at = attempts_.erase(at);
    auto& op = operations_[x.operation];
    if (op.outcome != operation::end::pending) continue;
    op.maybe_applied = op.writes();
    if (op.writes() && !op.token.empty() && op.attempts < 4)
      send(op);
    else
      finish(op, operation::end::unknown);
  }
  for (auto& [token, x] : subscriptions_)
    if (!x.lost && (x.at == nullptr || !x.at->runs() || x.at->life() != x.life)) follow(x);
}

}  // namespace lithair::simulation::nodes
