#include "actors/storage/log_writer.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "persistence/memory_log_store.hpp"
#include "persistence/storage_error.hpp"

namespace log_writer_test {

using namespace lithair;
using namespace lithair::actors;
using namespace std::chrono_literals;
using protocol::group_id;
using protocol::index_t;
using protocol::term_t;

namespace {

// A log whose disk has room or not, or is broken, as the test says.
class unsteady_log final : public persistence::memory_log_store {
 public:
  std::optional<persistence::storage_errc> trouble;
  bool has_room_for_cuts = false;  // which free some

  void write(std::span<const persistence::group_write> writes) override {
    look(false);
    memory_log_store::write(writes);
  }
  void purge(group_id group, const protocol::snapshot_meta& meta) override {
    look(has_room_for_cuts);
    memory_log_store::purge(group, meta);
  }
  void reset(group_id group, const protocol::snapshot_meta& meta) override {
    look(has_room_for_cuts);
    memory_log_store::reset(group, meta);
  }

 private:
  void look(bool has_room) const {
    if (trouble && !has_room) throw persistence::storage_error(*trouble, "trouble");
  }
};

struct writing {
  writing() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    asker = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
          [this](const written& x) { done = x.token.value; },
          [this](const log_cut& x) { cuts.push_back(x); },
          [this](const disk_full& x) { full.push_back(x.reason); },
          [this](const disk_failed&) { ++failed; },
      };
    });
    writer = system.spawn<log_writer>(&log);
    run();
  }
  ~writing() {
    for (auto* each : {&writer, &asker}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  void run() { scheduler().run(); }
  void pass(std::chrono::milliseconds by) {
    scheduler().advance_time(by);
    run();
  }
  template <class Message>
  void tell(Message x) {
    writer->enqueue(caf::actor_cast<caf::strong_actor_ptr>(asker), caf::make_message_id(),
                    caf::make_message(std::move(x)), nullptr);
    run();
  }
  void append(std::uint64_t index) {
    write_log x{group_id{1}, {}};
    x.write.token = protocol::write_token{++token};
    x.write.state = protocol::hard_state{term_t{token}, {}};
    x.write.entries.push_back({index_t{index}, term_t{1}, protocol::entry_kind::command, {}, {}});
    tell(std::move(x));
  }
  void cut(std::uint64_t index, bool begin_anew) {
    tell(cut_log{group_id{1}, {index_t{index}, term_t{1}, {}, 0, 0}, begin_anew});
  }

  unsteady_log log;
  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor writer, asker;
  std::uint64_t token = 0;
  std::uint64_t done = 0;
  std::vector<log_cut> cuts;
  std::vector<std::string> full;
  int failed = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_writers)

BOOST_FIXTURE_TEST_CASE(what_waits_without_room_is_not_written_into_the_log_that_is_begun_anew,
                        writing) {
  append(1);
  log.trouble = persistence::storage_errc::full;
  append(2);
  append(3);
  BOOST_TEST(done == 1u);
  log.has_room_for_cuts = true;
  cut(500, true);
  BOOST_TEST(cuts.size() == 1u);
  log.trouble.reset();
  pass(250ms);
  BOOST_TEST(failed == 0);
  const auto now = log.restore(group_id{1});
  BOOST_TEST((now.snapshot_index == index_t{500}));
  BOOST_TEST((now.last_index == index_t{500}));
  // Term and vote are not lost with the entries.
  BOOST_TEST((now.state.term == term_t{3}));
  append(501);
  BOOST_TEST((log.restore(group_id{1}).last_index == index_t{501}));
  BOOST_TEST(done == token);
}

BOOST_FIXTURE_TEST_CASE(a_new_beginning_without_room_waits_and_comes_before_what_follows_it,
                        writing) {
  append(1);
  log.trouble = persistence::storage_errc::full;
  append(2);
  cut(500, true);
  BOOST_TEST(cuts.empty());
  BOOST_TEST(failed == 0);
  log.trouble.reset();
  pass(250ms);
  BOOST_REQUIRE(cuts.size() == 1u);
  BOOST_TEST((log.restore(group_id{1}).last_index == index_t{500}));
  BOOST_TEST(done == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_purge_without_room_is_tried_again_and_fails_nothing, writing) {
  append(1);
  append(2);
  log.trouble = persistence::storage_errc::full;
  cut(1, false);
  pass(250ms);
  BOOST_TEST(cuts.empty());
  BOOST_TEST(failed == 0);
  log.trouble.reset();
  pass(250ms);
  BOOST_REQUIRE(cuts.size() == 1u);
  BOOST_TEST((log.restore(group_id{1}).snapshot_index == index_t{1}));
}

BOOST_FIXTURE_TEST_CASE(a_disk_without_room_is_told_once_and_again_when_there_is_room, writing) {
  log.trouble = persistence::storage_errc::full;
  append(1);
  append(2);
  pass(250ms);
  BOOST_TEST(full.size() == 1u);
  log.trouble.reset();
  pass(250ms);
  BOOST_REQUIRE(full.size() == 2u);
  BOOST_TEST(full.back() == "");
  BOOST_TEST(done == 2u);
}

// Each has clients of its own, and its log may be what takes the room.
BOOST_FIXTURE_TEST_CASE(that_there_is_no_room_is_told_to_each_group, writing) {
  int told = 0, told_room = 0;
  auto other = system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const disk_full& x) { ++(x.reason.empty() ? told_room : told); },
            [](const written&) {}};
  });
  write_log earlier{protocol::group_id{2}, {}};
  earlier.write.token = protocol::write_token{1};
  earlier.write.state = protocol::hard_state{term_t{1}, {}};
  writer->enqueue(caf::actor_cast<caf::strong_actor_ptr>(other), caf::make_message_id(),
                  caf::make_message(std::move(earlier)), nullptr);
  run();
  log.trouble = persistence::storage_errc::full;
  append(1);
  BOOST_TEST(full.size() == 1u);
  BOOST_TEST(told == 1);
  log.trouble.reset();
  pass(250ms);
  BOOST_TEST(full.size() == 2u);
  BOOST_TEST(told_room == 1);
  caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
}

BOOST_FIXTURE_TEST_CASE(after_one_failure_nothing_is_written_any_more, writing) {
  log.trouble = persistence::storage_errc::io;
  append(1);
  log.trouble.reset();
  append(1);
  cut(1, true);
  BOOST_TEST(failed == 3);
  BOOST_TEST(done == 0u);
  BOOST_TEST((log.restore(group_id{1}).last_index == index_t{}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace log_writer_test
