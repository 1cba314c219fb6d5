// An archivist whose aggregate, checkpointer and file reader are the test's.

#include "actors/storage/archivist.hpp"

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "actors/storage/file_reader.hpp"
#include "persistence/pace.hpp"
#include "test/actors/stand_in.hpp"

namespace archivist_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;

namespace {

struct archiving {
  archiving() : system(config.set("scheduler.policy", caf::atom("testing"))) {
    neighbour = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
          [this](checkpoint_now) { ++checkpoints; },
          [this](const make_snapshot& x) { wanted.push_back(x); },
          [this](const open_file&) { ++opened; },
          [this](const backup_taken& x) { taken.push_back(x.token); },
      };
    });
    const test::stand_in others{neighbour};
    actor = system.spawn<archivist>(
        nullptr, archivist::setup{[] { return std::uint64_t{7}; }, others, others, others});
    run();
  }
  ~archiving() {
    for (auto* each : {&actor, &neighbour}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    run();
  }

  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }
  template <class Message>
  void tell(Message x) {
    actor->enqueue(caf::actor_cast<caf::strong_actor_ptr>(neighbour), caf::make_message_id(),
                   caf::make_message(std::move(x)), nullptr);
    run();
  }
  /// Both checkpoints that come before the file.
  void answer_checkpoints() {
    for (int i = 0; i < 2; ++i) tell(checkpointed{index_t{10}, {}});
  }
  void answer_file() {
    tell(snapshot_made{});
    tell(file_opened{});
  }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor neighbour, actor;
  int checkpoints = 0, opened = 0;
  std::vector<make_snapshot> wanted;
  std::vector<std::uint64_t> taken;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(archivists)

BOOST_FIXTURE_TEST_CASE(who_waits_for_a_backup_ends_the_rests_of_one_that_nobody_waits_for,
                        archiving) {
  const auto at = std::make_shared<persistence::pace>();
  tell(take_backup{1, at});
  answer_checkpoints();
  BOOST_REQUIRE(wanted.size() == 1u);
  BOOST_TEST((wanted.front().pace == at));
  BOOST_TEST(!at->hurries());
  tell(take_backup{2});
  BOOST_TEST(at->hurries());
  // His is the next, at no pace but his own.
  answer_file();
  answer_checkpoints();
  answer_file();
  BOOST_REQUIRE(wanted.size() == 2u);
  BOOST_TEST((wanted.back().pace == nullptr));
  BOOST_TEST((taken == std::vector<std::uint64_t>{1, 2}));
}

BOOST_FIXTURE_TEST_CASE(one_that_is_made_for_several_hurries_for_the_one_who_waits, archiving) {
  tell(take_backup{1, std::make_shared<persistence::pace>()});
  tell(take_backup{2});
  tell(take_backup{3, std::make_shared<persistence::pace>()});
  answer_checkpoints();
  // The one that was begun before they came: it may hurry at once.
  BOOST_TEST(wanted.back().pace->hurries());
  answer_file();
  answer_checkpoints();
  BOOST_TEST((wanted.back().pace == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace archivist_test
