// A checkpointer whose aggregate, raft actor and snapshot writer are the test's.

#include "actors/storage/checkpointer.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"
#include "test/actors/stand_in.hpp"

namespace checkpointer_test {

using namespace lithair;
using namespace lithair::actors;
using protocol::index_t;
using protocol::term_t;

namespace {

// Of this test's own, and removed with it.
struct place_on_disk {
  place_on_disk() {
    static int count = 0;
    path = std::filesystem::temp_directory_path() /
           ("lithair-checkpointer-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path / "state");
    std::filesystem::create_directories(path / "snapshots");
  }
  ~place_on_disk() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};

struct saving {
  explicit saving(std::size_t max_kept_bytes = 1 << 20, std::uint64_t map_limit = 0)
      : system(config.set("scheduler.policy", caf::atom("testing"))) {
    options.map_size = 1 << 20;
    options.map_limit = map_limit;
    options.part_bytes = 64 << 10;
    directory =
        std::make_shared<persistence::state_directory>(place.path / "state", protocol::group_id{1});
    state = directory->open(options);
    neighbour = system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
          [this](const checkpointed& x) { answers.push_back(x); },
          [this](const snapshot_made& x) { made.push_back(x); },
          [this](const write_snapshot& x) { writing.push_back(x); },
          [this](const chunk_kept& x) { kept.push_back(x); },
          [this](release_state) { ++releases; },
          [this](const state_replaced& x) { replaced.push_back(x); },
          [this](const disk_failed& x) { failures.push_back(x.reason); },
          [this](const state_damaged& x) { damages.push_back(x.reason); },
      };
    });
    checkpointer::setup setup{protocol::group_id{1},
                              place.path / "snapshots",
                              directory,
                              state,
                              options,
                              [] { return std::uint64_t{7}; },
                              test::stand_in{neighbour},
                              test::stand_in{neighbour}};
    setup.max_kept_bytes = max_kept_bytes;
    actor = system.spawn<checkpointer>(std::move(setup));
    run();
  }
  ~saving() {
    for (auto* each : {&actor, &neighbour}) {
      caf::anon_send_exit(*each, caf::exit_reason::user_shutdown);
      *each = nullptr;
    }
    writing.clear();
    replaced.clear();
    run();
  }

  void run() { dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler()).run(); }
  template <class Message>
  void tell(Message x) {
    actor->enqueue(caf::actor_cast<caf::strong_actor_ptr>(neighbour), caf::make_message_id(),
                   caf::make_message(std::move(x)), nullptr);
    run();
  }

  // Writes `count` items from `from` on, as of the index, over the state as of another.
  checkpoint changes(std::uint64_t index, std::uint64_t over, int from, int count,
                     const std::string& value) const {
    auto layer = std::make_shared<persistence::overlay_layer>();
    for (int i = from; i < from + count; ++i) layer->put("k" + std::to_string(100'000 + i), value);
    return {layer, {index_t{index}, term_t{1}, {}, {}}, index_t{over}};
  }
  void save(std::uint64_t index, std::uint64_t over, int from, int count,
            const std::string& value = "v") {
    tell(changes(index, over, from, count, value));
  }
  // What the writer was asked for last.
  void write_it() {
    auto x = std::move(writing.back());
    writing.pop_back();
    snapshot_written out;
    try {
      out.made = {
          persistence::meta_of(persistence::write_snapshot(*x.what, x.group, x.cluster, x.path)),
          x.path.string(),
          {}};
    } catch (const persistence::storage_error& e) {
      out.made.failed = e.what();
      out.made.later = e.code() == persistence::storage_errc::full;
    }
    x = {};
    tell(std::move(out));
  }

  place_on_disk place;
  persistence::lmdb_options options;
  std::shared_ptr<persistence::state_directory> directory;
  std::shared_ptr<persistence::lmdb_state_store> state;
  caf::actor_system_config config;
  caf::actor_system system;
  caf::actor neighbour, actor;
  std::vector<checkpointed> answers;
  std::vector<snapshot_made> made;
  std::vector<write_snapshot> writing;
  std::vector<chunk_kept> kept;
  std::vector<state_replaced> replaced;
  std::vector<std::string> failures, damages;
  int releases = 0;
};

struct little_memory : saving {
  little_memory() : saving(1000) {}
};
struct little_room : saving {
  little_room() : saving(1 << 20, 1 << 20) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpointers)

BOOST_FIXTURE_TEST_CASE(checkpoints_go_on_while_a_snapshot_is_written_and_do_not_show_in_it,
                        saving) {
  save(10, 0, 0, 1000);
  tell(make_snapshot{});
  BOOST_REQUIRE(writing.size() == 1u);
  save(20, 10, 500, 1000, "later");
  BOOST_REQUIRE(answers.size() == 2u);
  BOOST_TEST(answers.back().failed == "");
  write_it();
  BOOST_REQUIRE(made.size() == 1u);
  BOOST_TEST(made.front().failed == "");
  BOOST_TEST((made.front().meta.index == index_t{10}));
  int items = 0;
  persistence::snapshot_file{made.front().path}.read([&](std::string_view, std::string_view value) {
    BOOST_REQUIRE(value == "v");
    ++items;
    return true;
  });
  BOOST_TEST(items == 1000);
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_is_there_is_given_again_unless_a_later_one_is_needed,
                        saving) {
  save(10, 0, 0, 10);
  tell(make_snapshot{});
  write_it();
  save(20, 10, 0, 10, "w");
  tell(make_snapshot{index_t{10}});
  BOOST_TEST(writing.empty());
  BOOST_TEST((made.back().meta.index == index_t{10}));
  tell(make_snapshot{index_t{11}});
  BOOST_REQUIRE(writing.size() == 1u);
  // Who comes meanwhile and needs no more shares it, and who needs more gets the next.
  save(30, 20, 0, 10, "x");
  tell(make_snapshot{index_t{15}});
  tell(make_snapshot{index_t{25}});
  write_it();
  BOOST_TEST(made.size() == 4u);
  BOOST_TEST((made.back().meta.index == index_t{20}));
  BOOST_REQUIRE(writing.size() == 1u);
  write_it();
  BOOST_TEST((made.back().meta.index == index_t{30}));
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_waits_for_a_snapshot_for_which_too_much_is_kept_already,
                        little_memory) {
  save(10, 0, 0, 100);
  tell(make_snapshot{});
  save(20, 10, 0, 100, "w");
  BOOST_TEST(answers.size() == 2u);
  save(30, 20, 0, 100, "x");
  BOOST_TEST(answers.size() == 2u);
  write_it();
  BOOST_REQUIRE(answers.size() == 3u);
  BOOST_TEST(answers.back().failed == "");
  BOOST_TEST((made.back().meta.index == index_t{10}));
}

BOOST_FIXTURE_TEST_CASE(a_checkpoint_saves_whatever_was_changed, saving) {
  auto x = changes(10, 0, 0, 10, "v");
  auto layer = std::make_shared<persistence::overlay_layer>();
  // Of each kind that a state holds, by its first byte, and of those still to come.
  for (char kind = 'a'; kind <= 'z'; ++kind) layer->put(std::string(1, kind) + "12345678", "v");
  x.layer = layer;
  tell(x);
  for (char kind = 'a'; kind <= 'z'; ++kind)
    BOOST_TEST(state->get(std::string(1, kind) + "12345678").has_value());
}

BOOST_FIXTURE_TEST_CASE(changes_go_over_no_other_state_than_the_one_they_were_made_upon, saving) {
  save(10, 0, 0, 10);
  save(30, 20, 0, 10, "of another");
  BOOST_REQUIRE(answers.size() == 2u);
  BOOST_TEST((answers.back().what == checkpointed::trouble::full));
  BOOST_TEST((state->applied().index == index_t{10}));
}

BOOST_FIXTURE_TEST_CASE(
    what_has_no_room_is_neither_failed_nor_damaged_and_no_snapshot_is_made_of_a_half, little_room) {
  save(10, 0, 0, 100);
  save(20, 10, 100, 3000, std::string(1000, 'x'));
  BOOST_REQUIRE(answers.size() == 2u);
  BOOST_TEST((answers.back().what == checkpointed::trouble::full));
  BOOST_TEST(answers.back().failed != "");
  tell(make_snapshot{});
  BOOST_TEST(writing.empty());
  BOOST_REQUIRE(made.size() == 1u);
  BOOST_TEST(made.back().later);
  BOOST_TEST(!made.back().damaged);
  BOOST_TEST(failures.empty());
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_is_written_ends_before_the_state_below_it_is_replaced,
                        saving) {
  save(10, 0, 0, 1000);
  // Of another node, further on.
  saving other;
  other.save(40, 0, 0, 2000, "w");
  auto layer = std::make_shared<persistence::overlay_layer>();
  layer->put("t", std::string(7, '\0') + '\7');  // the time of its log
  other.tell(checkpoint{layer, {index_t{50}, term_t{1}, {}, {}}, index_t{40}});
  other.tell(make_snapshot{});
  other.write_it();
  const auto from = other.made.back();
  tell(make_snapshot{});
  BOOST_REQUIRE(writing.size() == 1u);
  protocol::snapshot_request all{term_t{3}, from.meta, 0, {}, true};
  all.data = protocol::payload{persistence::snapshot_file{from.path}.bytes(0, from.meta.size)};
  tell(keep_chunk{all});
  BOOST_REQUIRE(kept.size() == 1u);
  BOOST_TEST(kept.back().failed == "");
  BOOST_TEST((kept.back().term == term_t{3}));
  BOOST_TEST(releases == 1);
  state.reset();
  tell(state_released{});
  BOOST_TEST(replaced.empty());
  write_it();
  BOOST_REQUIRE(replaced.size() == 2u);  // the aggregate and the raft actor
  BOOST_TEST((replaced.front().state->applied().index == index_t{50}));
  BOOST_TEST(replaced.back().time_us == 7);
  BOOST_TEST(made.back().later);
  // Changes that were on their way to the old one do not reach the new one.
  save(20, 10, 0, 10, "old");
  BOOST_TEST((answers.back().what == checkpointed::trouble::full));
  BOOST_TEST((replaced.front().state->applied().index == index_t{50}));
  // Nor does word of damage in the old one; and its file is not kept beside it.
  tell(condemn_state{"the old one", 0});
  replaced.clear();
  BOOST_TEST((directory->open(options)->applied().index == index_t{50}));
  BOOST_TEST(!persistence::latest_snapshot(place.path / "snapshots", protocol::group_id{1}));
}

BOOST_FIXTURE_TEST_CASE(a_start_removes_what_a_crash_left_of_snapshots, saving) {
  const auto snapshots = place.path / "snapshots";
  for (const auto* name : {"1-5.snapshot", "1-7.snapshot", "1-9.snapshot.new", "11-3.snapshot.new"})
    std::ofstream{snapshots / name} << "bytes";
  persistence::remove_superseded_snapshots(snapshots, protocol::group_id{1});
  BOOST_TEST(std::filesystem::exists(snapshots / "1-7.snapshot"));
  BOOST_TEST(!std::filesystem::exists(snapshots / "1-5.snapshot"));
  BOOST_TEST(!std::filesystem::exists(snapshots / "1-9.snapshot.new"));
  BOOST_TEST(std::filesystem::exists(snapshots / "11-3.snapshot.new"), "another group's");
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_that_nobody_waits_for_hurries_once_somebody_does, saving) {
  save(10, 0, 0, 10);
  const auto at = std::make_shared<persistence::pace>();
  tell(make_snapshot{index_t{10}, at});
  BOOST_REQUIRE(writing.size() == 1u);
  BOOST_TEST((writing.back().pace == at));
  tell(make_snapshot{index_t{10}, std::make_shared<persistence::pace>()});
  BOOST_TEST(!at->hurries(), "he does not wait either");
  tell(make_snapshot{index_t{10}});
  BOOST_TEST(at->hurries());
  write_it();
  BOOST_TEST(made.size() == 3u);
  // It is for later askers, too: of those who wait none is to be slowed down by another.
  save(20, 10, 0, 10, "w");
  const auto late = std::make_shared<persistence::pace>();
  tell(make_snapshot{index_t{20}});
  tell(make_snapshot{index_t{20}, late});
  BOOST_TEST((writing.back().pace == nullptr));
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_hurries_before_so_much_is_kept_for_it_that_checkpoints_wait,
                        little_memory) {
  save(10, 0, 0, 100);
  const auto at = std::make_shared<persistence::pace>();
  tell(make_snapshot{index_t{10}, at});
  save(20, 10, 0, 1, "w");
  BOOST_TEST(!at->hurries());
  save(30, 20, 1, 4, "x");
  BOOST_TEST(at->hurries());
  BOOST_TEST(answers.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_snapshot_of_a_state_that_is_damaged_does_not_rest_before_it_ends,
                        saving) {
  save(10, 0, 0, 10);
  const auto at = std::make_shared<persistence::pace>();
  tell(make_snapshot{index_t{10}, at});
  tell(condemn_state{"a checksum is wrong", 0});
  BOOST_TEST(at->hurries());
  write_it();
  BOOST_TEST(made.back().later);
}

// Whoever asked for the copy has no say in what is done about it.
BOOST_FIXTURE_TEST_CASE(damage_that_a_copy_finds_is_told_to_who_answers_from_the_state, saving) {
  save(10, 0, 0, 10);
  tell(make_snapshot{});
  snapshot_written found;
  found.made.failed = "a checksum is wrong";
  found.made.damaged = true;
  writing.clear();
  tell(std::move(found));
  BOOST_REQUIRE(damages.size() == 1u);
  BOOST_TEST(damages.front() == "a checksum is wrong");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace checkpointer_test
