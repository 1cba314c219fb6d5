#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "models/derived/feed.hpp"
#include "models/value/timestamp.hpp"
#include "test/simulation/nodes/world.hpp"

// What subscribers are told.
namespace lithair::simulation::nodes {

using namespace actors;

namespace {

std::string name_of(models::event_type x) {
  return x == models::event_type::created   ? "created"
         : x == models::event_type::updated ? "updated"
                                            : "deleted";
}

}  // namespace

void world::subscribe() {
  if (subscriptions_.size() >= 4) return;
  auto* at = running();
  if (at == nullptr) return;
  const auto token = next_token_++;
  auto& x = subscriptions_[token];
  x.token = token;
  x.model = random_.percent(65) ? "items" : "others";
  x.from = x.through = floors_[group_of(x.model)];
  follow(x);
}

void world::follow(subscription& x) {
  x.at = running();
  if (x.at == nullptr) return;
  x.life = x.at->life();
  auto& node = x.at->node();
  actors::follow question;
  question.token = x.token;
  question.after = models::feed_position{x.through, 0};
  give(node.group_with(*node.schema().find(x.model)).feed(), caf::make_message(std::move(question)),
       caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

void world::on_followed(const followed& x) {
  auto found = subscriptions_.find(x.token);
  if (found == subscriptions_.end()) return;
  auto& it = found->second;
  if (it.at == nullptr || !it.at->runs() || it.at->life() != it.life) return;
  if (x.what == followed::result::gone) {
    it.lost = true;
    return fail(fmt::format("a stream behind {} was told that its place is gone: {}", it.through,
                            x.reason));
  }
  if (x.what != followed::result::fine) {
    it.at = nullptr;  // It goes on elsewhere.
    return;
  }
  for (auto& each : x.changes) {
    if (each.index <= it.through) continue;
    const auto understood = models::read_feed(each, [&](const models::feed_event& event) {
      auto* of = it.at->node().schema().find(event.collection_id);
      it.events.push_back({each.index, of == nullptr ? "?" : of->name, std::string{event.key},
                           name_of(event.type),
                           models::to_string(models::timestamp{event.time_us})});
    });
    if (!understood)
      return fail(fmt::format("a stream was told something at {} that makes no sense", each.index));
    ++report_.streamed;
  }
  it.through = std::max(it.through, x.through.index);
  actors::follow question;
  question.token = it.token;
  question.after = models::feed_position{it.through, 0};
  auto& node = it.at->node();
  give(node.group_with(*node.schema().find(it.model)).feed(),
       caf::make_message(std::move(question)), caf::actor_cast<caf::strong_actor_ptr>(desk_));
}

}  // namespace lithair::simulation::nodes
