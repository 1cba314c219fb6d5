#include "persistence/snapshot_file.hpp"

#include <boost/test/unit_test.hpp>

#include "persistence/data_directory.hpp"
#include "persistence/incoming_snapshot.hpp"
#include "persistence/lmdb_log_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "persistence/recovery.hpp"
#include "persistence/state_directory.hpp"
#include "test/persistence/support.hpp"

namespace snapshot_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::group_id;
using protocol::index_t;
using protocol::node_id;
using protocol::term_t;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t cluster_of_test = 99;

/// A state of `pairs` pairs at `index`, and its snapshot.
struct made_snapshot {
  temporary_directory place;
  memory_state_store state;
  fs::path path = place.path() / "snapshot";
  snapshot_header header;

  explicit made_snapshot(int pairs = 2000, std::uint64_t index = 50) {
    changes all;
    for (int i = 0; i < pairs; ++i)
      all.push_back({std::to_string(100'000 + i), std::string(100, 'v') + std::to_string(index)});
    commit(state, index, all);
    header = write_snapshot(state, group, cluster_of_test, path);
  }

  std::string bytes() const { return read_file(path).value(); }
  protocol::snapshot_meta meta() const { return meta_of(header); }
};

void overwrite(const fs::path& path, std::string_view bytes) {
  file to(path, file::mode::create);
  to.write(0, bytes);
}

/// Sends the bytes in chunks until they are all there, or `most` chunks were sent.
void send(incoming_snapshot& to, const made_snapshot& from, int most = 1'000'000) {
  const auto bytes = from.bytes();
  for (; most > 0 && to.received(from.meta()) < bytes.size(); --most) {
    const auto offset = to.received(from.meta());
    to.receive(from.meta(), offset, std::string_view(bytes).substr(offset, 10'000));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_snapshot)

BOOST_AUTO_TEST_CASE(holds_the_state_and_what_it_is_the_state_of) {
  const made_snapshot made;
  const snapshot_file read(made.path);
  BOOST_TEST((read.header() == made.header));
  BOOST_TEST((read.header().point == made.state.applied()));
  memory_state_store copy;
  std::vector<change> all;
  read.read([&](std::string_view key, std::string_view value) {
    all.push_back({std::string(key), std::string(value)});
    return true;
  });
  commit(copy, 50, all);
  BOOST_TEST(scanned(copy, "", "") == scanned(made.state, "", ""));
}

BOOST_AUTO_TEST_CASE(of_an_empty_state_is_one_too) {
  const made_snapshot made(0);
  snapshot_file(made.path).verify();
  BOOST_TEST(made.header.point.pairs == 0u);
}

BOOST_AUTO_TEST_CASE(tells_each_flipped_bit_and_each_cut) {
  const made_snapshot made(700);
  const auto whole = made.bytes();
  std::size_t tried = 0;
  for (std::size_t at = 0; at < whole.size(); at += at < 400 ? 1 : 997, ++tried) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << tried % 8));
    overwrite(made.path, damaged);
    BOOST_CHECK_THROW(snapshot_file(made.path).verify(), storage_error);
    overwrite(made.path, whole.substr(0, at));
    BOOST_CHECK_THROW(snapshot_file(made.path).verify(), storage_error);
  }
  BOOST_TEST(tried > 450u);
  overwrite(made.path, whole + "x");
  BOOST_CHECK_THROW(snapshot_file(made.path).verify(), storage_error);
  overwrite(made.path, whole);
  snapshot_file(made.path).verify();
}

BOOST_AUTO_TEST_CASE(is_told_from_other_files_and_versions) {
  const made_snapshot made(1);
  overwrite(made.path, "something else altogether");
  BOOST_TEST((code_of([&] { snapshot_file{made.path}; }) == storage_errc::foreign));
  BOOST_TEST((code_of([&] { snapshot_file{made.place.path() / "none"}; }) == storage_errc::access));
}

BOOST_AUTO_TEST_CASE(is_not_written_of_a_state_that_does_not_match_its_digest) {
  /// Loses a pair on the way.
  struct forgetful : memory_state_store {
    void scan(std::string_view, std::string_view upper, scan_order order,
              const pair_visitor& visit) const override {
      memory_state_store::scan("b", upper, order, visit);
    }
  };
  temporary_directory place;
  forgetful state;
  commit(state, 1, {{"a", "1"}, {"b", "2"}});
  const auto path = place.path() / "snapshot";
  BOOST_TEST((code_of([&] { write_snapshot(state, group, cluster_of_test, path); }) ==
              storage_errc::damaged));
  BOOST_TEST(fs::is_empty(place.path()));
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_rests_between_its_pieces_is_the_same) {
  const made_snapshot at_once;
  std::size_t looks = 0;
  pace at({10'000, 10'000, 1, {}, [&looks] {
             ++looks;
             return std::chrono::steady_clock::time_point{};
           }});
  const auto other = at_once.place.path() / "rested";
  BOOST_TEST((write_snapshot(at_once.state, group, cluster_of_test, other, &at) == at_once.header));
  BOOST_TEST((read_file(other) == at_once.bytes()));
  // At first, and around each rest behind some 200 KiB.
  BOOST_TEST(looks > 20u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_incoming_snapshot)

BOOST_AUTO_TEST_CASE(arrives_in_chunks_whatever_their_order) {
  const made_snapshot made;
  temporary_directory place;
  incoming_snapshot incoming(place.path(), group);
  const auto bytes = made.bytes();
  const std::string_view view = bytes;
  const auto meta = made.meta();
  BOOST_TEST(incoming.receive(meta, 500, view.substr(500, 100)) == 0u);
  BOOST_TEST(incoming.receive(meta, 0, view.substr(0, 500)) == 500u);
  BOOST_TEST(incoming.receive(meta, 0, view.substr(0, 500)) == 500u);
  BOOST_TEST(incoming.receive(meta, 500, bytes) == 500u);
  BOOST_TEST((code_of([&] { incoming.finish(meta, cluster_of_test); }) == storage_errc::damaged));
  send(incoming, made);
  const auto path = incoming.finish(meta, cluster_of_test);
  BOOST_TEST(read_file(path).value() == bytes);
  BOOST_TEST((latest_snapshot(place.path(), group) == path));
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_restart_from_what_is_sound) {
  const made_snapshot made(5000);
  temporary_directory place;
  const auto half = static_cast<int>(made.header.length / 10'000 / 2);
  {
    incoming_snapshot incoming(place.path(), group);
    send(incoming, made, half);
  }
  {
    incoming_snapshot incoming(place.path(), group);
    const auto kept = incoming.received(made.meta());
    BOOST_TEST(kept > 65'536u);
    BOOST_TEST(kept <= static_cast<std::uint64_t>(half) * 10'000);
  }
  flip_bit(place.path() / "1.incoming", 70'000, 3);
  incoming_snapshot incoming(place.path(), group);
  BOOST_TEST(incoming.received(made.meta()) <= 70'000u);
  send(incoming, made);
  BOOST_TEST(read_file(incoming.finish(made.meta(), cluster_of_test)).value() == made.bytes());
}

BOOST_AUTO_TEST_CASE(gives_way_to_another_one) {
  const made_snapshot old(2000, 50);
  const made_snapshot newer(2000, 60);
  temporary_directory place;
  incoming_snapshot incoming(place.path(), group);
  send(incoming, old, 5);
  BOOST_TEST(incoming.received(newer.meta()) == 0u);
  send(incoming, newer);
  incoming.finish(newer.meta(), cluster_of_test);
  BOOST_TEST(incoming.received(old.meta()) == 0u);
}

BOOST_AUTO_TEST_CASE(is_dropped_when_it_is_not_what_was_announced) {
  const made_snapshot made;
  temporary_directory place;
  incoming_snapshot incoming(place.path(), group);
  auto lie = made.meta();
  lie.index = index_t{51};
  const auto bytes = made.bytes();
  incoming.receive(lie, 0, bytes);
  BOOST_TEST((code_of([&] { incoming.finish(lie, cluster_of_test); }) == storage_errc::damaged));
  send(incoming, made);
  BOOST_TEST((code_of([&] { incoming.finish(made.meta(), cluster_of_test + 1); }) ==
              storage_errc::foreign));
  BOOST_TEST(fs::is_empty(place.path()));
  incoming_snapshot of_other_group(place.path(), group_id{2});
  send(of_other_group, made);
  BOOST_TEST((code_of([&] { of_other_group.finish(made.meta(), 0); }) == storage_errc::foreign));
}

BOOST_AUTO_TEST_CASE(leaves_only_the_latest_when_the_others_are_removed) {
  temporary_directory place;
  for (const auto* name : {"1-5.snapshot", "1-40.snapshot", "1-7.snapshot", "2-99.snapshot",
                           "1-x.snapshot", "1-.snapshot", "1.incoming"})
    overwrite(place.path() / name, "x");
  BOOST_TEST(
      (latest_snapshot(place.path(), group) == snapshot_path(place.path(), group, index_t{40})));
  remove_snapshots_before(place.path(), group, index_t{40});
  BOOST_TEST(!fs::exists(place.path() / "1-7.snapshot"));
  BOOST_TEST(fs::exists(place.path() / "1-40.snapshot"));
  BOOST_TEST(fs::exists(place.path() / "2-99.snapshot"));
  BOOST_TEST(!latest_snapshot(place.path(), group_id{3}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_state_directory)

BOOST_AUTO_TEST_CASE(replaces_the_state_by_a_snapshot_as_a_whole) {
  const made_snapshot made(100'000);
  temporary_directory place;
  state_directory states(place.path(), group);
  auto state = states.open();
  commit(*state, 3, {{"old", "1"}});
  states.install(snapshot_file(made.path));
  BOOST_TEST(state->get("old").value() == "1");
  state.reset();
  state = states.open();
  BOOST_TEST((state->applied() == made.state.applied()));
  BOOST_TEST(!state->get("old"));
  state->verify();
  BOOST_TEST(!fs::exists(place.path() / "1" / "1"));
  commit(*state, 51, {{"new", "1"}});
  BOOST_TEST(state->applied().pairs == 100'001u);
}

BOOST_AUTO_TEST_CASE(keeps_its_state_when_a_snapshot_is_damaged_or_of_another_group) {
  const made_snapshot made;
  temporary_directory place;
  state_directory states(place.path(), group);
  commit(*states.open(), 3, {{"old", "1"}});
  flip_bit(made.path, made.header.length - 1, 0);
  BOOST_TEST((code_of([&] { states.install(snapshot_file(made.path)); }) == storage_errc::damaged));
  state_directory other(place.path(), group_id{2});
  BOOST_TEST((code_of([&] { other.install(snapshot_file(made.path)); }) == storage_errc::foreign));
  BOOST_TEST(states.open()->get("old").value() == "1");
}

BOOST_AUTO_TEST_CASE(takes_no_used_state_for_a_new_one) {
  temporary_directory place;
  commit(*state_directory(place.path(), group).open(), 3, {{"old", "1"}});
  const auto open = [&] { state_directory(place.path(), group).open(); };
  const auto current = place.path() / "1" / "current";
  const auto text = read_file(current).value();
  fs::remove(current);
  BOOST_TEST(code_of(open) == storage_errc::damaged);
  overwrite(current, "2" + text.substr(1));
  BOOST_TEST(code_of(open) == storage_errc::damaged);
  overwrite(current, text);
  open();
  fs::remove_all(place.path() / "1" / "1");
  BOOST_TEST(code_of(open) == storage_errc::damaged);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_recovery)

BOOST_AUTO_TEST_CASE(replays_what_the_state_has_not_applied) {
  temporary_directory place;
  lmdb_log_store log(place.path());
  append(log, commands(1, 9, 1));
  memory_state_store state;
  commit(state, 6, {});
  const auto start = recover(log, state, group);
  BOOST_TEST(start.applied.value == 6u);
  BOOST_TEST(start.last_index.value == 9u);
}

BOOST_AUTO_TEST_CASE(begins_the_log_anew_after_an_installed_snapshot) {
  for (const std::uint64_t last : {0u, 10u, 40u}) {  // behind the state, or beyond in another term
    temporary_directory place;
    lmdb_log_store log(place.path());
    vote(log, 7, 2);
    if (last > 0) append(log, commands(1, last, 5));
    memory_state_store state;
    commit(state, 20, {});
    const auto start = recover(log, state, group);
    BOOST_TEST(start.snapshot_index.value == 20u);
    BOOST_TEST(start.last_index.value == 20u);
    BOOST_TEST(start.snapshot_term.value == 1u);
    BOOST_TEST((start.snapshot_members == members_up_to(3)));
    BOOST_TEST(start.state.term.value == 7u);
  }
}

BOOST_AUTO_TEST_CASE(refuses_a_log_that_begins_later_than_the_state_ends) {
  temporary_directory place;
  lmdb_log_store log(place.path());
  append(log, commands(1, 9, 1));
  purge_up_to(log, 5);
  memory_state_store state;
  commit(state, 4, {});
  BOOST_TEST((code_of([&] { recover(log, state, group); }) == storage_errc::damaged));
}

BOOST_AUTO_TEST_CASE(makes_a_new_directory_of_a_backup) {
  const made_snapshot made;
  temporary_directory place;
  const auto path = place.path() / "node";
  restore_backup(made.path, path, node_id{4}, {0, members_up_to(1), {}});
  const data_directory opened(path, node_id{4}, cluster_of_test);
  auto state = state_directory(opened.state_path(), group).open();
  lmdb_log_store log(opened.log_path());
  const auto start = recover(log, *state, group);
  BOOST_TEST(start.last_index.value == 50u);
  BOOST_TEST(start.applied.value == 50u);
  BOOST_TEST((start.snapshot_members == members_up_to(1)));
  BOOST_TEST(start.state.term.value == 1u);
  BOOST_TEST(state->applied().digest == made.state.applied().digest);
}

BOOST_AUTO_TEST_CASE(begins_the_log_of_a_restored_state_where_that_was_taken_to) {
  const made_snapshot made;
  temporary_directory place;
  const auto path = place.path() / "node";
  restore_options how;
  how.amend = [](state_store& state) {
    auto point = state.applied();
    point.index = protocol::index_t{std::uint64_t{1} << 48};
    const change_view added{"k", "v"};
    state.commit(std::span(&added, 1), point);
  };
  restore_backup(made.path, path, node_id{4}, how);
  const data_directory opened(path, node_id{4}, cluster_of_test);
  auto state = state_directory(opened.state_path(), group).open();
  lmdb_log_store log(opened.log_path());
  const auto start = recover(log, *state, group);
  BOOST_TEST(start.last_index.value == std::uint64_t{1} << 48);
  BOOST_TEST(start.applied.value == std::uint64_t{1} << 48);
  BOOST_TEST(state->get("k").value() == "v");
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_backup_it_refuses) {
  const made_snapshot made;
  temporary_directory place;
  overwrite(place.make("used") / "file", "x");
  BOOST_TEST((code_of([&] { restore_backup(made.path, place.path() / "used", node_id{1}); }) ==
              storage_errc::foreign));
  flip_bit(made.path, made.header.length / 2, 0);
  BOOST_TEST((code_of([&] { restore_backup(made.path, place.path() / "new", node_id{1}); }) ==
              storage_errc::damaged));
  BOOST_TEST(!fs::exists(place.path() / "new"));
  BOOST_TEST(!fs::exists(place.path() / "new.restoring"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace snapshot_test
