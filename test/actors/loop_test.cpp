#include "actors/runtime/loop.hpp"

#include <time.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/messages/messages.hpp"
#include "actors/runtime/hosted.hpp"
#include "actors/storage/log_writer.hpp"

namespace loop_test {

using namespace lithair;
using namespace lithair::actors;

namespace {

// Counts what it gets and tells at the end of each turn how much that was.
class counter final : public hosted_actor {
 public:
  counter(caf::actor_config& cfg, loop* home, std::promise<std::thread::id>* ran_on,
          caf::actor listener)
      : hosted_actor(cfg, home), ran_on_(ran_on), listener_(std::move(listener)) {}
  caf::behavior make_behavior() override {
    return {[this](int) {
      if (ran_on_ != nullptr)
        std::exchange(ran_on_, nullptr)->set_value(std::this_thread::get_id());
      ++count_;
    }};
  }
  void turn_ended() override {
    if (count_ != 0 && listener_) send(listener_, std::exchange(count_, 0));
  }
  void on_exit() override { listener_ = nullptr; }

 private:
  std::promise<std::thread::id>* ran_on_;
  caf::actor listener_;
  int count_ = 0;
};

// Does the same with whatever it gets.
class worker final : public hosted_actor {
 public:
  worker(caf::actor_config& cfg, loop* home, std::function<void()> work)
      : hosted_actor(cfg, home), work_(std::move(work)) {}
  caf::behavior make_behavior() override {
    return {[this](int) { work_(); }};
  }

 private:
  std::function<void()> work_;
};

struct world {
  caf::actor_system_config config;
  caf::actor_system system{config.set("scheduler.max-threads", 1)};
  loop first{system, "first"};
  loop second{system, "second"};
  world() {
    first.start();
    second.start();
  }
  ~world() {
    first.stop();
    second.stop();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(loops, world)

BOOST_AUTO_TEST_CASE(run_their_actors_on_their_own_thread_whoever_sends) {
  std::promise<std::thread::id> ran_on;
  auto thread = ran_on.get_future();
  auto hosted = system.spawn<counter>(&first, &ran_on, caf::actor{});
  std::thread::id expected;
  second.call([&] { caf::anon_send(hosted, 1); });
  first.call([&] { expected = std::this_thread::get_id(); });
  BOOST_CHECK(thread.get() == expected);
  caf::anon_send_exit(hosted, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(lose_no_message_between_many_senders_and_actors) {
  constexpr int senders = 4, each = 5000;
  caf::scoped_actor self{system};
  auto receiver = system.spawn<counter>(&first, nullptr, caf::actor_cast<caf::actor>(self));
  auto relay = [receiver](caf::event_based_actor* r) -> caf::behavior {
    return {[=](int n) { r->send(receiver, n); }};
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < senders; ++t)
    threads.emplace_back([&, relay] {
      auto actor = system.spawn(relay);
      for (int i = 0; i < each; ++i) caf::anon_send(actor, i);
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    });
  int got = 0;
  self->receive_while([&] { return got < senders * each; })([&](int n) { got += n; });
  BOOST_TEST(got == senders * each);
  for (auto& t : threads) t.join();
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(end_a_turn_once_for_all_messages_that_waited) {
  caf::scoped_actor self{system};
  auto receiver = system.spawn<counter>(&first, nullptr, caf::actor_cast<caf::actor>(self));
  first.call([&] {
    for (int i = 0; i < 100; ++i) caf::anon_send(receiver, i);
  });
  // As many as a turn has time for, and sixteen at least.
  int got = 0, turns = 0;
  self->receive_while([&] { return got < 100; })([&](int n) {
    got += n;
    ++turns;
  });
  BOOST_TEST(turns <= 100 / 16 + 1);
  caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(let_others_have_their_turn_although_an_actor_has_much_to_do) {
  constexpr int messages = 200;
  std::atomic<int> done{0};
  std::promise<int> done_before_other;
  auto busy = system.spawn<worker>(&first, [&done] {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1};
    while (std::chrono::steady_clock::now() < until) continue;
    ++done;
  });
  auto other = system.spawn<worker>(&first, [&] { done_before_other.set_value(done); });
  first.call([&] {
    for (int i = 0; i < messages; ++i) caf::anon_send(busy, i);
    caf::anon_send(other, 0);
  });
  BOOST_TEST(done_before_other.get_future().get() < messages / 2);
  for (const auto& each : {busy, other}) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_CASE(run_posted_tasks_in_order) {
  std::vector<int> order;
  for (int i = 0; i < 10; ++i) first.post([&order, i] { order.push_back(i); });
  first.call([&order] { order.push_back(10); });
  BOOST_TEST(order == (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

BOOST_AUTO_TEST_CASE(count_how_long_each_of_their_turns_took) {
  constexpr std::chrono::milliseconds work{20};
  first.call([&] {
    const auto until = std::chrono::steady_clock::now() + work;
    while (std::chrono::steady_clock::now() < until) continue;
  });
  // A turn is counted at its end, and the next one begins behind that.
  first.call([] {});
  first.call([] {});
  const auto& longest = first.meters().longest_us;
  BOOST_TEST(longest.now() >= 20'000u);
  BOOST_TEST(first.meters().turn.sum.now() >= longest.now());
  std::uint64_t turns = 0;
  for (const auto& bucket : first.meters().turn.buckets) turns += bucket.now();
  BOOST_TEST(turns >= 2u);
}

BOOST_AUTO_TEST_CASE(tell_what_a_turn_computed_from_what_it_waited_for) {
  const auto cpu_us = [] {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * 1'000'000 + used.tv_nsec / 1000;
  };
  constexpr long work_us = 20'000;
  // One computes, and the other one's turn waits for that.
  std::promise<void> computed;
  std::promise<void> waits;
  std::thread waiting([&] {
    second.call([&] {
      waits.set_value();
      computed.get_future().wait();
    });
  });
  waits.get_future().wait();
  first.call([&] {
    const auto until = cpu_us() + work_us;
    while (cpu_us() < until) continue;
    computed.set_value();
  });
  waiting.join();
  for (auto* each : {&first, &second}) {
    each->call([] {});
    each->call([] {});
  }
  BOOST_TEST(first.meters().longest_cpu_us.now() >= work_us);
  BOOST_TEST(second.meters().longest_us.now() >= work_us);
  BOOST_TEST(second.meters().longest_cpu_us.now() < work_us);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace loop_test
