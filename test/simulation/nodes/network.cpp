#include "test/simulation/nodes/network.hpp"

#include <algorithm>

#include <caf/exit_reason.hpp>
#include <caf/response_promise.hpp>

#include "actors/peers/connector.hpp"
#include "actors/peers/shipper.hpp"

namespace lithair::simulation::nodes {

namespace {

// A connection over which nothing gets through is noticed after so long.
constexpr std::uint64_t silence_us = 5'000'000;

std::uint64_t size_of(const caf::message& x) {
  if (x.match_elements<actors::peer_message>())
    return x.get_as<actors::peer_message>(0).bytes.size() + 64;
  if (x.match_elements<actors::peer_piece>())
    return x.get_as<actors::peer_piece>(0).bytes.size() + 64;
  return 128;
}

}  // namespace

network::network(caf::actor_system& system, timeline& time, random_source& random,
                 const weather& sky, machines& nodes)
    : system_(system), time_(time), random_(random), sky_(sky), nodes_(nodes) {}

network::~network() { close(); }

void network::close() {
  if (std::exchange(closed_, true)) return;
  links_.clear();
  for (auto& each : companions_) companion::end(each, caf::exit_reason::kill);
  companions_.clear();
}

caf::actor network::make(companion::handler take) {
  return companions_.emplace_back(companion::make(system_, std::move(take)));
}

machine* network::find(std::uint64_t id, std::uint16_t peer_port) {
  auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](auto& x) {
    return x->runs() && x->id() == id && x->port + 1000 == peer_port;
  });
  return found == nodes_.end() ? nullptr : found->get();
}

bool network::alive(std::uint64_t id, std::uint64_t life) {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [&](auto& x) { return x->id() == id && x->runs() && x->life() == life; });
}

std::uint64_t network::delay() {
  auto us = sky_.delay_us / 2 + random_.below(sky_.delay_us + 1);
  if (sky_.spike_percent != 0 && random_.percent(sky_.spike_percent))
    us += random_.below(sky_.spike_ms * 1000 + 1);
  return us;
}

// -- meeting -------------------------------------------------------------------------------------

actors::connector_handle network::connector(machine& of) {
  return caf::actor_cast<actors::connector_handle>(make([this, &of](caf::mailbox_element_ptr x) {
    if (closed_ || !x->content().match_elements<actors::reach>()) return;
    reach(of, caf::actor_cast<caf::actor>(x->sender), x->content().get_as<actors::reach>(0));
  }));
}

void network::reach(machine& from, const caf::actor& asker, const actors::reach& x) {
  time_.after(delay(), [this, &from, life = from.life(), asker, peer = x.peer] {
    if (!alive(from.id(), life)) return;
    auto* to = find(peer.id.value, peer.peer_port);
    if (to == nullptr || is_cut(from.id(), to->id()) || is_cut(to->id(), from.id()))
      return give(asker, caf::make_message(actors::reached{{}, "nobody answers"}));
    auto door = make(
        [this, id = from.id(), life, to, to_life = to->life()](caf::mailbox_element_ptr greeting) {
          if (!closed_ && greeting->content().match_elements<actors::hello>())
            greet(id, life, *to, to_life, std::move(greeting));
        });
    give(asker, caf::make_message(actors::reached{caf::actor_cast<actors::remote_gate>(door), {}}));
  });
}

// The greeting crosses, the other node's gate answers it, and the answer crosses back.
void network::greet(std::uint64_t from, std::uint64_t from_life, machine& to, std::uint64_t to_life,
                    caf::mailbox_element_ptr greeting) {
  auto said = greeting->content().get_as<actors::hello>(0);
  auto asker = caf::actor_cast<caf::actor>(greeting->sender);
  const auto [made, me] = link_between({from, from_life, said.endpoint, nullptr, 0},
                                       {to.id(), to_life, nullptr, nullptr, 0}, said.group);
  const auto answer_to = greeting->mid.response_id();
  auto answered = make([this, made = made, me = me, asker, answer_to](caf::mailbox_element_ptr x) {
    if (closed_ || !x->content().match_elements<actors::welcome>()) return;
    auto answer = x->content().get_as<actors::welcome>(0);
    auto& there = made->ends[1 - me];
    if (answer.endpoint) {
      // Another shipper has taken its place there: what the earlier one had is over.
      if (there.shipper && there.shipper != answer.endpoint) return break_link(made);
      if (!std::exchange(there.shipper, answer.endpoint)) watch(made, 1 - me);
      answer.endpoint = made->ends[me].wire;
    }
    time_.after(delay(), [this, made, me, asker, answer_to, answer] {
      auto& here = made->ends[me];
      if (closed_ || !made->open || !alive(here.node, here.life) ||
          is_cut(made->ends[1 - me].node, here.node))
        return;
      give(asker, caf::make_message(answer), nullptr, answer_to);
    });
  });
  time_.after(delay(), [this, made = made, me = me, said, answered, &to, to_life]() mutable {
    if (closed_ || !made->open || !alive(to.id(), to_life) || is_cut(made->ends[me].node, to.id()))
      return;
    said.endpoint = made->ends[1 - me].wire;
    give(to.node().gate(), caf::make_message(std::move(said)),
         caf::actor_cast<caf::strong_actor_ptr>(answered),
         caf::make_message_id(1).with_category(0));
  });
}

// Who greets again, because an answer was late or the other one greeted too, does so on the
// connection that is there: as with the middleman, the same two ends know each other by the same
// handles. Also which of its ends greets.
std::pair<network::link, int> network::link_between(end from, end to, std::uint64_t group) {
  for (auto& x : links_) {
    for (int me : {0, 1}) {
      auto &here = x->ends[me], &there = x->ends[1 - me];
      if (!x->open || x->group != group || here.node != from.node || here.life != from.life ||
          there.node != to.node || there.life != to.life ||
          (here.shipper && here.shipper != from.shipper))
        continue;
      if (!std::exchange(here.shipper, from.shipper)) watch(x, me);
      return {x, me};
    }
  }
  auto made = std::make_shared<connection>();
  made->group = group;
  made->ends[0] = std::move(from);
  made->ends[1] = std::move(to);
  for (int at : {0, 1})
    made->ends[at].wire = make([this, made, at](caf::mailbox_element_ptr x) {
      if (!closed_) carry(made, 1 - at, x->move_content_to_message());
    });
  links_.push_back(made);
  watch(made, 0);
  return {made, 0};
}

// -- what is sent --------------------------------------------------------------------------------

void network::carry(const link& x, int to, caf::message content) {
  if (!x->open) return;
  auto& there = x->ends[to];
  auto arrival = std::max(time_.now() + delay(), there.last_arrival + 1);
  if (sky_.bytes_per_ms != 0) arrival += size_of(content) * 1000 / sky_.bytes_per_ms;
  there.last_arrival = arrival;
  there.coming += size_of(content);
  most_on_the_way_ = std::max(most_on_the_way_, there.coming);
  time_.at(arrival, [this, x, to, content] { deliver(x, to, content); });
}

void network::deliver(const link& x, int to, caf::message content) {
  auto& there = x->ends[to];
  auto& here = x->ends[1 - to];
  if (closed_ || !x->open) return;
  if (!alive(there.node, there.life)) return break_link(x);
  if (is_cut(here.node, there.node)) {
    // TCP holds what does not get through, for a while.
    if (x->stalled_since == 0) x->stalled_since = time_.now();
    if (time_.now() - x->stalled_since > silence_us) return break_link(x);
    there.last_arrival = std::max(there.last_arrival, time_.now() + 50'000);
    return time_.after(50'000, [this, x, to, content] { deliver(x, to, content); });
  }
  x->stalled_since = 0;
  there.coming -= size_of(content);
  ++messages_;
  fingerprint = (fingerprint ^ (time_.now() + 31 * there.node + size_of(content))) * 0x100000001b3;
  give(there.shipper, std::move(content), caf::actor_cast<caf::strong_actor_ptr>(there.wire));
}

// A shipper that ends is missed by its peer, unless its machine went without a word.
void network::watch(const link& x, int at) {
  const auto& here = x->ends[at];
  here.shipper->attach_functor([this, node = here.node, life = here.life, of = std::weak_ptr{x}] {
    if (closed_ || !alive(node, life)) return;
    time_.after(delay(), [this, of] {
      if (auto over = of.lock(); over && !closed_) break_link(over);
    });
  });
}

void network::break_link(const link& x) {
  if (!std::exchange(x->open, false)) return;
  for (auto& each : x->ends) companion::end(each.wire, caf::exit_reason::remote_link_unreachable);
  std::erase(links_, x);
}

void network::break_links(std::uint64_t of, std::uint64_t life) {
  const auto all = links_;
  for (auto& each : all)
    for (auto& at : each->ends)
      if (at.node == of && at.life == life) break_link(each);
}

void network::break_random_link() {
  if (!links_.empty()) break_link(links_[random_.below(links_.size())]);
}

}  // namespace lithair::simulation::nodes
