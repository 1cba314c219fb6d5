#pragma once

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/send.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/links/actor_channel.hpp"
#include "actors/links/shape_of.hpp"
#include "actors/runtime/loop.hpp"

/// Actor systems that channels lead to and from, in one process, and what is said there.
namespace lithair::test::channel {

struct question {
  std::uint64_t number = 0;
  std::string text;
  caf::actor endpoint;  // of whoever asks, if it likes
};
struct reply {
  std::uint64_t number = 0;
  std::string text;
  caf::actor endpoint;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, question& x) {
  return f(x.number, x.text, x.endpoint);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, reply& x) {
  return f(x.number, x.text, x.endpoint);
}

}  // namespace lithair::test::channel

CAF_BEGIN_TYPE_ID_BLOCK(lithair_channels, first_custom_type_id + 100)
CAF_ADD_TYPE_ID(lithair_channels, (lithair::test::channel::question))
CAF_ADD_TYPE_ID(lithair_channels, (lithair::test::channel::reply))
CAF_END_TYPE_ID_BLOCK(lithair_channels)

namespace lithair::test::channel {

using actors::actor_channel;

using greeter = caf::typed_actor<caf::replies_to<question>::with<reply>>;

/// Gives back the text and the handle that it is sent, and ends when that is "end".
class greeter_actor : public caf::typed_event_based_actor<caf::replies_to<question>::with<reply>> {
 public:
  greeter_actor(caf::actor_config& cfg, std::atomic<int>* heard)
      : caf::typed_event_based_actor<caf::replies_to<question>::with<reply>>(cfg), heard_(heard) {}

 private:
  behavior_type make_behavior() override {
    return {[this](const question& said) {
      ++*heard_;
      if (said.text == "end") quit(caf::exit_reason::user_shutdown);
      reply answer;
      answer.number = said.number;
      answer.text = said.text;
      answer.endpoint = said.endpoint;
      return answer;
    }};
  }
  std::atomic<int>* heard_;
};

/// With an actor that is published.
struct machine {
  machine() {
    config.set("scheduler.max-threads", std::size_t{1});
    config.add_message_types<caf::id_block::lithair_channels>();
    actor_channel::prepare(config);
    system.emplace(config);
    actor_channel::prepare(*system);
    published = system->spawn<greeter_actor>(&heard);
  }
  ~machine() {
    caf::anon_send_exit(published, caf::exit_reason::kill);
    published = nullptr;
  }
  std::string node() {
    std::vector<char> bytes;
    caf::binary_serializer to{*system, bytes};
    BOOST_REQUIRE(!to(system->node()));
    return {bytes.begin(), bytes.end()};
  }

  std::atomic<int> heard{0};
  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  greeter published;
  std::shared_ptr<actors::claimed_nodes> nodes = std::make_shared<actors::claimed_nodes>();
};

/// What an end was told, on the channels' loop.
struct end {
  std::unique_ptr<actor_channel> channel;
  std::string bytes;          // for the peer, where nobody else takes them
  std::size_t sunk = 0;       // bytes, where somebody does
  std::size_t under_way = 0;  // of them
  std::size_t taken = 0;
  int closings = 0;
  std::set<std::string> interface;
  std::promise<caf::strong_actor_ptr> met;
  std::promise<std::string> closed;
};

template <class Value>
Value await(std::promise<Value>& from) {
  auto future = from.get_future();
  BOOST_REQUIRE(future.wait_for(std::chrono::seconds{20}) == std::future_status::ready);
  return future.get();
}

/// Channels live on one loop, wherever they lead.
class channels {
 public:
  channels() { home_.start(); }
  ~channels() {
    for (auto& each : ends_) {
      run([&] {
        if (each->channel) each->channel->close();
      });
      await_end(*each);
    }
    run([this] { ends_.clear(); });
    home_.stop();
  }

  void run(const std::function<void()>& task) { home_.call(task); }

  // The test is the peer.
  end& open(machine& at) {
    auto& made = *ends_.emplace_back(std::make_unique<end>());
    run([&] {
      make(made, at,
           {.sink = [&made](std::string_view bytes) { made.bytes += bytes; },
            .taken = [&made](std::size_t n) { made.taken += n; },
            .met = {},
            .closed = {}});
    });
    return made;
  }
  void deliver(end& to, const std::string& bytes) {
    run([&] { to.channel->deliver(bytes); });
  }
  // Two back to back. As over a link, each waits while the other has not taken what it may be
  // sent, and ends with it.
  std::pair<end&, end&> join(machine& a, machine& b) {
    auto& first = *ends_.emplace_back(std::make_unique<end>());
    auto& second = *ends_.emplace_back(std::make_unique<end>());
    run([&] {
      make(first, a, leading_to(second, first));
      make(second, b, leading_to(first, second));
    });
    return {first, second};
  }
  // Comes back when it has been told its end.
  void await_end(end& which) {
    for (bool is_closed = false; !is_closed;)
      run([&] { is_closed = !which.channel || which.closings > 0; });
  }

 private:
  void make(end& made, machine& at, actor_channel::listener owner) {
    owner.met = [&made](const caf::strong_actor_ptr& who, const std::set<std::string>& interface) {
      made.interface = interface;
      made.met.set_value(who);
    };
    owner.closed = [&made, also = owner.closed](const std::string& why) {
      if (++made.closings == 1) made.closed.set_value(why);
      if (also) also(why);
    };
    actor_channel::setup what;
    what.system = &*at.system;
    what.nodes = at.nodes;
    what.messages = {actors::shape_of<question>(), actors::shape_of<reply>()};
    what.offered = caf::actor_cast<caf::strong_actor_ptr>(at.published);
    what.interface = at.system->message_types(at.published);
    made.channel = std::make_unique<actor_channel>(home_, std::move(what), std::move(owner));
  }
  static actor_channel::listener leading_to(end& to, end& from) {
    return {.sink =
                [&to, &from](std::string_view bytes) {
                  from.sunk += bytes.size();
                  from.under_way += bytes.size();
                  if (from.under_way + actor_channel::chunk > actor_channel::window)
                    from.channel->pause();
                  to.channel->deliver(bytes);
                },
            .taken =
                [&to](std::size_t bytes) {
                  to.under_way -= bytes;
                  to.channel->resume();
                },
            .met = {},
            .closed = [&to](const std::string&) { to.channel->close(); }};
  }

  machine base_;
  actors::loop home_{*base_.system, "channels"};
  std::vector<std::unique_ptr<end>> ends_;
};

}  // namespace lithair::test::channel
