#include "actors/links/actor_channel.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor_registry.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>

#include "test/actors/channels.hpp"
#include "test/actors/fuzz/basp_frames.hpp"

namespace actor_channel_test {

using namespace lithair::actors;
using namespace lithair::test;
using namespace lithair::test::channel;
using namespace std::chrono_literals;

namespace {

std::size_t open_files() {
  std::size_t result = 0;
  for (const auto& each : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    static_cast<void>(each);
    ++result;
  }
  return result;
}

question with_text(std::uint64_t number, std::string text) {
  question result;
  result.number = number;
  result.text = std::move(text);
  return result;
}

// The answer's text, or why there is none.
std::string ask(caf::actor_system& from, const greeter& whom, const question& what) {
  caf::scoped_actor self{from};
  std::string result;
  self->request(whom, 20s, what)
      .receive([&](const reply& answer) { result = answer.text; },
               [&](const caf::error& error) { result = "no: " + caf::to_string(error); });
  return result;
}

greeter greeter_at(end& there) { return caf::actor_cast<greeter>(await(there.met)); }

const std::string stranger = basp::node(77);
constexpr std::string_view question_types = "@<>+lithair::test::channel::question";

std::string asked(const std::string& endpoint) {
  return basp::number(1, 8) + basp::text("how do you do") + endpoint;
}

// A few bytes of it are others, or gone, or twice.
std::string mutated(std::string bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (auto steps = below(4); steps > 0 && !bytes.empty(); --steps) {
    const auto at = below(bytes.size());
    const auto how = below(4);
    if (how == 0) bytes[at] = static_cast<char>(below(256));
    if (how == 1) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
    if (how == 2) bytes.erase(at, below(9));
    if (how == 3) bytes.insert(at, bytes.substr(below(bytes.size()), below(40)));
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(actor_channels)

BOOST_AUTO_TEST_CASE(what_is_published_at_the_other_end_is_found_and_answers) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  const auto back = greeter_at(at_a);
  BOOST_TEST((at_b.interface == b.system->message_types(b.published)));
  BOOST_TEST((there->node() == a.system->node()));
  BOOST_TEST(ask(*b.system, there, with_text(1, "good day")) == "good day");
  BOOST_TEST(ask(*a.system, back, with_text(1, "and to you")) == "and to you");
  BOOST_TEST(a.heard == 1);
  BOOST_TEST(b.heard == 1);
}

BOOST_AUTO_TEST_CASE(who_is_named_in_a_message_may_be_sent_to) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  caf::scoped_actor self{*b.system};
  auto said = with_text(1, "call me");
  said.endpoint = caf::actor_cast<caf::actor>(self);
  // There the handle leads back here, through both channels.
  caf::actor came_back;
  self->request(there, 20s, said)
      .receive([&](const reply& answer) { came_back = answer.endpoint; },
               [](const caf::error& error) { BOOST_FAIL(caf::to_string(error)); });
  BOOST_TEST((came_back == said.endpoint));
  self->send(there, said);
  self->receive([](const reply& answer) { BOOST_TEST(answer.text == "call me"); });
}

BOOST_AUTO_TEST_CASE(long_messages_pass_and_others_behind_them) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  const std::string text(1'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((ask(*b.system, there, with_text(1, text)) == text));
    BOOST_TEST(ask(*b.system, there, with_text(1, "short")) == "short");
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_is_too_long_ends_the_channel_where_it_was_sent) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  caf::scoped_actor self{*b.system};
  self->monitor(there);
  self->send(there, with_text(1, std::string(2'000'000, 'x')));
  self->receive([](const caf::down_msg& down) {
    BOOST_TEST((down.reason == caf::exit_reason::remote_link_unreachable));
  });
  BOOST_TEST(await(at_b.closed).starts_with("this node sends a frame of 20"));
  BOOST_TEST(await(at_a.closed) == "");
  BOOST_TEST(a.heard == 0);
}

BOOST_AUTO_TEST_CASE(whoever_monitors_hears_of_an_end_there_and_of_the_channel) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  const auto back = greeter_at(at_a);
  caf::scoped_actor self{*b.system};
  self->monitor(there);
  caf::scoped_actor other{*a.system};
  other->monitor(back);
  self->send(there, with_text(1, "end"));
  self->receive([](const caf::down_msg& down) {
    BOOST_TEST((down.reason == caf::exit_reason::user_shutdown));
  });
  all.run([&] { at_a.channel->close(); });
  other->receive([](const caf::down_msg& down) {
    BOOST_TEST((down.reason == caf::exit_reason::remote_link_unreachable));
  });
  BOOST_TEST(await(at_a.closed) == "");
  BOOST_TEST(await(at_b.closed) == "");
}

BOOST_AUTO_TEST_CASE(an_end_is_told_once) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  static_cast<void>(greeter_at(at_b));
  all.run([&] {
    at_a.channel->close();
    at_a.channel->close();
    at_a.channel->deliver(basp::heartbeat());
    at_a.channel->resume();
  });
  all.await_end(at_a);
  all.await_end(at_b);
  all.run([&] {
    at_a.channel->close();
    at_a.channel->deliver(basp::heartbeat());
  });
  BOOST_TEST(at_a.closings == 1);
  BOOST_TEST(at_b.closings == 1);
}

BOOST_AUTO_TEST_CASE(that_the_middleman_has_closed_it_is_noticed) {
  machine a;
  channels all;
  auto& first = all.open(a);
  all.deliver(first, basp::introduction(stranger, 16));
  static_cast<void>(await(first.met));
  // As if nobody had claimed that node: two connections to one are too many for the broker.
  a.nodes = std::make_shared<claimed_nodes>();
  auto& second = all.open(a);
  all.deliver(second, basp::introduction(stranger, 16));
  BOOST_TEST(await(second.closed) == "the middleman has closed it");
}

BOOST_AUTO_TEST_CASE(a_node_has_one_channel_and_another_one_behind_its_end) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  auto& second = all.open(a);
  all.deliver(second, basp::introduction(b.node(), 16));
  BOOST_TEST(await(second.closed) == "there is another channel with the same node");
  BOOST_TEST(ask(*b.system, there, with_text(1, "still here")) == "still here");
  all.run([&] { at_a.channel->close(); });
  all.await_end(at_a);
  all.await_end(at_b);
  for (int i = 0; i < 10; ++i) {
    auto [next_a, next_b] = all.join(a, b);
    const auto again = greeter_at(next_b);
    BOOST_TEST(ask(*b.system, again, with_text(1, "again")) == "again");
    all.run([&] { next_b.channel->close(); });
    all.await_end(next_a);
    all.await_end(next_b);
  }
}

BOOST_AUTO_TEST_CASE(forged_messages_reach_nobody) {
  machine a;
  channels all;
  const auto own = a.node();
  const auto id = a.published->id();
  const auto said = asked(basp::actor(0, basp::no_node()));
  const auto meet = basp::introduction(stranger, 16);
  // It is one that would be heard.
  auto& good = all.open(a);
  all.deliver(good, meet);
  static_cast<void>(await(good.met));
  all.deliver(good, basp::choice(stranger) + basp::message(9, id, question_types, said));
  for (int heard = 0; heard == 0; heard = a.heard) all.run([] {});
  all.run([&] { good.channel->close(); });
  all.await_end(good);

  std::vector<std::string> forged;
  for (std::uint64_t each = 1; each <= 1000; ++each) {
    forged.push_back(basp::message(9, each, question_types, said));
    if (each != id) forged.push_back(meet + basp::message(9, each, question_types, said));
  }
  for (const auto name : {caf::atom("SpawnServ"), caf::atom("ConfigServ")}) {
    BOOST_TEST((a.system->registry().get(name) == nullptr));
    forged.push_back(meet + basp::frame({.operation = 2,
                                         .flags = 1,
                                         .data = basp::normal,
                                         .source = 9,
                                         .dest = static_cast<std::uint64_t>(name)},
                                        basp::length(0) + basp::content(question_types, said)));
  }
  for (const auto& each : forged) {
    auto& end = all.open(a);
    all.deliver(end, each);
    const auto why = await(end.closed);
    BOOST_TEST(why.starts_with("the peer "), why);
  }
  BOOST_TEST(a.heard == 1);
}

BOOST_AUTO_TEST_CASE(whatever_is_said_the_system_lives) {
  machine a, b;
  channels all;
  const auto own = a.node();
  const auto id = a.published->id();
  const auto end_of = [&](std::uint64_t actor) { return basp::down(stranger, own, actor); };
  // All that a peer may say: it asks, is answered, watches, and its actors end.
  const auto proper = basp::choice(stranger) +
                      basp::message(9, id, question_types, asked(basp::actor(8, stranger)), 1) +
                      basp::monitor(stranger, own, id) + basp::heartbeat() + end_of(8) +
                      basp::message(0, id, question_types, asked(basp::actor(id, own))) +
                      basp::message(16, id, question_types, asked(basp::actor(9, stranger))) +
                      end_of(16) + end_of(9);
  std::mt19937_64 random{7};
  for (int i = 0; i < 1500; ++i) {
    auto& end = all.open(a);
    all.deliver(end, basp::introduction(stranger, 16));
    static_cast<void>(await(end.met));
    all.deliver(end, mutated(proper, random));
    all.run([&] { end.channel->close(); });
    all.await_end(end);
  }
  BOOST_TEST(a.heard > 500);
  auto [at_a, at_b] = all.join(a, b);
  BOOST_TEST(ask(*b.system, greeter_at(at_b), with_text(1, "alive")) == "alive");
}

BOOST_AUTO_TEST_CASE(one_that_is_paused_tells_nothing_until_it_may) {
  machine a, b;
  channels all;
  auto [at_a, at_b] = all.join(a, b);
  const auto there = greeter_at(at_b);
  std::size_t before = 0;
  all.run([&] {
    at_a.channel->pause();
    before = at_a.sunk;
  });
  auto answer = std::async(std::launch::async, [&] {
    return ask(*b.system, there, with_text(1, std::string(500'000, 'x')));
  });
  for (int heard = 0; heard == 0; heard = a.heard) all.run([] {});
  all.run([&] {
    BOOST_TEST(at_a.sunk == before);
    at_a.channel->resume();
  });
  BOOST_TEST(answer.get().size() == 500'000u);
}

BOOST_AUTO_TEST_CASE(what_the_middleman_does_not_read_is_bounded) {
  machine a;
  channels all;
  auto& end = all.open(a);
  all.deliver(end, basp::introduction(stranger, 16));
  static_cast<void>(await(end.met));
  // Its thread stands still, until the channel is over.
  std::promise<void> stands;
  std::promise<void> go_on;
  a.system->middleman().backend().post([&] {
    stands.set_value();
    go_on.get_future().wait();
  });
  stands.get_future().wait();
  std::string beats;
  while (beats.size() < 8192) beats += basp::heartbeat();
  std::size_t delivered = 0;
  std::size_t granted = 0;
  all.run([&] {
    const auto before = end.taken;
    while (delivered + beats.size() - (end.taken - before) <= actor_channel::window) {
      end.channel->deliver(beats);
      delivered += beats.size();
    }
    granted = end.taken - before;
  });
  BOOST_TEST(granted < 1024 * 1024);
  BOOST_TEST(delivered - granted <= actor_channel::window);
  all.deliver(end, beats);
  go_on.set_value();
  BOOST_TEST(await(end.closed) == "the peer sends more than it may");
}

BOOST_AUTO_TEST_CASE(no_descriptor_is_left) {
  machine a, b;
  channels all;
  const auto once = [&](int how) {
    auto [at_a, at_b] = all.join(a, b);
    static_cast<void>(greeter_at(at_b));
    all.run([&] {
      if (how == 0) at_a.channel->close();
      if (how == 1) at_b.channel->deliver(basp::header({.operation = 9}, 0));
      if (how == 2) at_b.channel->deliver(std::string(actor_channel::window + 1, '\0'));
    });
    all.await_end(at_a);
    all.await_end(at_b);
  };
  once(0);
  const auto before = open_files();
  for (int i = 0; i < 60; ++i) once(i % 3);
  BOOST_TEST(open_files() == before);
}

BOOST_AUTO_TEST_CASE(one_that_is_destroyed_tells_nobody) {
  machine a;
  const auto before = open_files();
  {
    channels all;
    auto& end = all.open(a);
    all.run([&] { end.channel.reset(); });
    BOOST_TEST(end.closings == 0);
  }
  BOOST_TEST(open_files() <= before + 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace actor_channel_test
