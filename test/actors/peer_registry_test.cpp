#include <stdlib.h>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "actors/peers/peer_registry.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace peer_registry_test {

using namespace lithair::actors;
using lithair::protocol::group_id;
using lithair::protocol::index_t;
using lithair::protocol::term_t;
namespace fs = std::filesystem;

namespace {

constexpr group_id main_group{1};

/// With a proof that says nothing.
bool admits(peer_registry& x, std::uint64_t node, group_id group, std::uint64_t incarnation) {
  return x.admit(node, group, incarnation, {}) == trust::full;
}

/// The registries of nodes 1 and 2, which are restarted and get old copies of their files.
class pair_of_nodes {
 public:
  pair_of_nodes() {
    char name[] = "/tmp/lithair-peers-XXXXXX";
    place_ = ::mkdtemp(name);
  }
  ~pair_of_nodes() { fs::remove_all(place_); }

  fs::path file(std::uint64_t node) const { return place_ / std::to_string(node); }
  peer_registry& start(std::uint64_t node, std::uint64_t term = 1, std::uint64_t last = 0) {
    auto& x = nodes_[node];
    x = std::make_unique<peer_registry>(file(node), node, ++boots_[node],
                                        [this] { return random_(); });
    x->opened_with(main_group, term_t{term}, index_t{last});
    return *x;
  }
  void copy_away() {
    fs::copy_file(file(2), place_ / "copy", fs::copy_options::overwrite_existing);
  }
  void put_copy_back(std::uint64_t boots) {
    fs::copy_file(place_ / "copy", file(2), fs::copy_options::overwrite_existing);
    boots_[2] = boots;
  }
  /// Both meet, as when node 2 dials. What node 2 finds out about itself.
  std::optional<std::string> meet() {
    auto& one = *nodes_[1];
    auto& two = *nodes_[2];
    BOOST_TEST_REQUIRE(admits(one, 2, main_group, two.own()));
    BOOST_TEST_REQUIRE(admits(two, 1, main_group, one.own()));
    const auto hello = two.present(1, main_group);
    BOOST_TEST(!one.examine(2, main_group, two.own(), hello).has_value());
    return two.examine(1, main_group, one.own(), one.present(2, main_group));
  }

 private:
  fs::path place_;
  std::map<std::uint64_t, std::uint64_t> boots_;
  std::mt19937_64 random_{std::random_device{}()};
  std::map<std::uint64_t, std::unique_ptr<peer_registry>> nodes_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_registries)

BOOST_AUTO_TEST_CASE(restarts_that_forget_nothing_are_fine_met_or_not) {
  pair_of_nodes x;
  x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  x.start(2);
  x.start(2);
  BOOST_TEST(!x.meet());
  x.start(1);
  BOOST_TEST(!x.meet());
  BOOST_TEST(!x.meet());
}

BOOST_AUTO_TEST_CASE(
    a_copy_from_before_a_run_that_was_met_is_found_out_again_and_again_until_it_recovered) {
  pair_of_nodes x;
  x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  x.copy_away();
  x.start(2);
  BOOST_TEST(!x.meet());
  x.put_copy_back(1);
  for (int unmet = 0; unmet < 5; ++unmet) x.start(2);
  BOOST_TEST(x.meet().has_value());
  BOOST_TEST(!x.start(2).recovering().empty(), "durably");
  BOOST_TEST(!x.meet(), "it is known now");
  auto& two = x.start(2);
  two.recovered(main_group, 1);
  BOOST_TEST(two.recovering().empty());
  BOOST_TEST(!x.meet());
  BOOST_TEST(x.start(2).recovering().empty());
  BOOST_TEST(!x.meet());
}

BOOST_AUTO_TEST_CASE(a_copy_taken_in_the_same_run_is_found_out_by_what_it_had_promised) {
  for (const bool peer_restarts : {false, true}) {
    pair_of_nodes x;
    auto& one = x.start(1);
    x.start(2);
    BOOST_TEST(!x.meet());
    x.copy_away();
    one.promised(2, main_group, {3, 100});
    one.link_lost(2);
    if (peer_restarts) x.start(1);
    x.put_copy_back(1);
    x.start(2, 3, 99);
    BOOST_TEST(x.meet().has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_was_promised_and_is_there_is_no_old_copy) {
  pair_of_nodes x;
  auto& one = x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  one.promised(2, main_group, {3, 100});
  x.start(2, 3, 100);
  BOOST_TEST(!x.meet());
  one.promised(2, main_group, {3, 120});
  // A later leader had the tail replaced.
  x.start(2, 4, 110);
  BOOST_TEST(!x.meet());
}

BOOST_AUTO_TEST_CASE(every_group_is_told_and_the_last_one_to_recover_ends_it) {
  pair_of_nodes x;
  auto& one = x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  one.promised(2, main_group, {3, 100});
  auto& two = x.start(2, 3, 5);
  BOOST_TEST(x.meet().has_value());
  BOOST_TEST(admits(two, 1, group_id{2}, one.own()));
  BOOST_TEST(two.examine(1, group_id{2}, one.own(), one.present(2, group_id{2})).has_value());
  BOOST_TEST(!two.examine(1, group_id{2}, one.own(), one.present(2, group_id{2})).has_value());
  two.recovered(main_group, 2);
  BOOST_TEST(!two.recovering().empty());
  two.recovered(group_id{2}, 2);
  BOOST_TEST(two.recovering().empty());
  // What a peer still knows of the former directory is moot, also where it greets late.
  BOOST_TEST(!two.examine(1, main_group, one.own(), one.present(2, main_group)).has_value());
  BOOST_TEST(two.recovering().empty());
  // And both have to once more, should something else be forgotten.
  two.set_recovering("once more");
  two.recovered(main_group, 2);
  BOOST_TEST(!two.recovering().empty());
}

BOOST_AUTO_TEST_CASE(a_disk_that_takes_no_note_admits_nobody_new_and_forgets_nothing) {
  pair_of_nodes x;
  auto& one = x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  // Where the file is written before it is renamed.
  fs::create_directory(x.file(1).string() + ".new");
  BOOST_TEST(!admits(one, 3, main_group, 33));
  one.promised(2, main_group, {3, 100});
  one.link_lost(2);
  fs::remove(x.file(1).string() + ".new");
  BOOST_TEST(admits(one, 3, main_group, 33));
  x.start(2, 3, 99);
  BOOST_TEST(x.meet().has_value());
}

BOOST_AUTO_TEST_CASE(a_file_in_which_one_bit_is_not_what_was_written_is_refused) {
  pair_of_nodes x;
  x.start(1);
  x.start(2);
  x.meet();
  const auto sound = *lithair::persistence::read_file(x.file(1));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    lithair::persistence::replace_file(x.file(1), damaged);
    BOOST_TEST_CONTEXT("byte " << i) {
      BOOST_CHECK_THROW(x.start(1), lithair::persistence::storage_error);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_of_an_earlier_version_has_no_checksum_and_is_read) {
  pair_of_nodes x;
  const auto own = x.start(1).own();
  const auto text = *lithair::persistence::read_file(x.file(1));
  lithair::persistence::replace_file(x.file(1), text.substr(text.find('\n') + 1));
  BOOST_TEST(x.start(1).own() == own);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_refused) {
  pair_of_nodes x;
  lithair::persistence::replace_file(x.file(1), "nonsense\n");
  BOOST_CHECK_THROW(x.start(1), std::exception);
}

BOOST_AUTO_TEST_CASE(
    another_directory_is_refused_in_each_group_until_that_group_has_removed_the_node) {
  constexpr group_id other{2};
  pair_of_nodes x;
  auto* one = &x.start(1);
  for (auto group : {main_group, other}) BOOST_TEST(admits(*one, 2, group, 22));
  for (auto group : {main_group, other})
    one->members_committed(group, index_t{1}, {{1, 0}, {2, 0}});
  one->members_committed(main_group, index_t{5}, {{1, 0}});
  BOOST_TEST(admits(*one, 2, main_group, 33));
  BOOST_TEST(!admits(*one, 2, other, 33));
  one = &x.start(1);
  BOOST_TEST(!admits(*one, 2, main_group, 22), "durably");
  BOOST_TEST(!admits(*one, 2, other, 33), "durably");
  one->members_committed(other, index_t{7}, {{1, 0}});
  BOOST_TEST(admits(*one, 2, other, 33));
  BOOST_TEST(!admits(*one, 2, other, 22));
}

BOOST_AUTO_TEST_CASE(
    a_node_that_was_removed_and_added_again_unseen_may_come_with_another_directory) {
  pair_of_nodes x;
  auto& one = x.start(1);
  BOOST_TEST(admits(one, 2, main_group, 22));
  one.members_committed(main_group, index_t{1}, {{1, 0}, {2, 0}});
  one.members_committed(main_group, index_t{3}, {{1, 0}, {2, 0}, {3, 2}});
  BOOST_TEST(!admits(one, 2, main_group, 33));
  // A snapshot: the entries between are not seen.
  one.members_committed(main_group, index_t{9}, {{1, 0}, {2, 7}});
  BOOST_TEST(admits(one, 2, main_group, 33));
  // One that is met before its addition is committed here is remembered.
  one.members_known(main_group, {{1, 0}, {2, 7}, {4, 11}});
  BOOST_TEST(admits(one, 4, main_group, 44));
  one.members_committed(main_group, index_t{12}, {{1, 0}, {2, 7}, {4, 11}});
  BOOST_TEST(!admits(one, 4, main_group, 45));
}

BOOST_AUTO_TEST_CASE(
    of_a_node_that_says_that_it_was_added_again_requests_are_taken_until_that_is_committed_here) {
  pair_of_nodes x;
  auto* one = &x.start(1);
  auto* two = &x.start(2);
  one->members_known(main_group, {{1, 0}, {2, 3}});
  BOOST_TEST(!x.meet());
  one->members_committed(main_group, index_t{1}, {{1, 0}, {2, 3}});
  one->promised(2, main_group, {3, 100});
  fs::remove(x.file(2));
  two = &x.start(2);
  const auto how = [&] {
    return one->admit(2, main_group, two->own(), two->present(1, main_group));
  };
  BOOST_TEST((how() == trust::none), "a blank one knows no members");
  two->members_known(main_group, {{1, 0}, {2, 3}});
  BOOST_TEST((how() == trust::none), "it was wiped, and is the member that it was");
  two->members_known(main_group, {{1, 0}, {2, 9}});
  BOOST_TEST((how() == trust::requests));
  one = &x.start(1);
  BOOST_TEST((how() == trust::requests), "durably");
  BOOST_TEST(!one->examine(2, main_group, two->own(), two->present(1, main_group)).has_value());
  one->members_committed(main_group, index_t{9}, {{1, 0}, {2, 9}});
  BOOST_TEST((how() == trust::full));
  BOOST_TEST(!x.meet(), "what the directory before it promised is not asked of it");
}

// It is led by whoever was added meanwhile, and could not hear of it otherwise.
BOOST_AUTO_TEST_CASE(
    a_node_that_knew_no_members_hears_one_that_was_added_again_with_another_directory) {
  pair_of_nodes x;
  auto& one = x.start(1);
  auto* two = &x.start(2);
  BOOST_TEST(!x.meet());
  fs::remove(x.file(2));
  two = &x.start(2);
  const auto how = [&] {
    return one.admit(2, main_group, two->own(), two->present(1, main_group));
  };
  BOOST_TEST((how() == trust::none), "it was wiped, and not added again");
  two->members_known(main_group, {{1, 0}, {2, 9}});
  BOOST_TEST((how() == trust::requests));
  one.members_committed(main_group, index_t{9}, {{1, 0}, {2, 9}});
  BOOST_TEST((how() == trust::full));
}

BOOST_AUTO_TEST_CASE(one_that_tells_when_it_was_added_is_held_to_its_directory_from_then_on) {
  pair_of_nodes x;
  auto& one = x.start(1);
  auto* two = &x.start(2);
  two->members_known(main_group, {{1, 0}, {2, 9}});
  BOOST_TEST((one.admit(2, main_group, two->own(), two->present(1, main_group)) == trust::full));
  one.members_committed(main_group, index_t{9}, {{1, 0}, {2, 9}});
  fs::remove(x.file(2));
  two = &x.start(2);
  two->members_known(main_group, {{1, 0}, {2, 9}});
  BOOST_TEST((one.admit(2, main_group, two->own(), two->present(1, main_group)) == trust::none));
}

BOOST_AUTO_TEST_CASE(the_directory_of_a_node_that_was_added_again_with_another_one_is_refused) {
  pair_of_nodes x;
  auto& one = x.start(1);
  auto& two = x.start(2);
  one.members_known(main_group, {{1, 0}, {2, 9}});
  BOOST_TEST(admits(one, 2, main_group, 22));
  one.members_committed(main_group, index_t{9}, {{1, 0}, {2, 9}});
  two.members_known(main_group, {{1, 0}, {2, 3}});
  BOOST_TEST((one.admit(2, main_group, two.own(), two.present(1, main_group)) == trust::none));
}

BOOST_AUTO_TEST_CASE(
    a_node_that_is_no_member_is_met_and_may_be_added_with_another_directory_later) {
  pair_of_nodes x;
  auto* one = &x.start(1);
  one->members_known(main_group, {{1, 0}, {2, 4}});
  BOOST_TEST(admits(*one, 2, main_group, 22));
  // Removed, met again while it still runs, wiped, and added again.
  one->members_known(main_group, {{1, 0}});
  one->members_committed(main_group, index_t{9}, {{1, 0}});
  BOOST_TEST(admits(*one, 2, main_group, 22));
  one->members_known(main_group, {{1, 0}, {2, 12}});
  BOOST_TEST(admits(*one, 2, main_group, 33));
  BOOST_TEST(one->members_committed(main_group, index_t{12}, {{1, 0}, {2, 12}}).empty());
  // A member that is linked all the while and added again: it has to greet again.
  BOOST_TEST(one->members_committed(main_group, index_t{14}, {{1, 0}}).empty());
  BOOST_TEST((one->members_committed(main_group, index_t{16}, {{1, 0}, {2, 16}}) ==
              std::vector{lithair::protocol::node_id{2}}));
  BOOST_TEST(one->members_committed(main_group, index_t{16}, {{1, 0}, {2, 16}}).empty(), "no news");
  BOOST_TEST(admits(*one, 2, main_group, 33));
  BOOST_TEST(!admits(*one, 2, main_group, 22));
  one = &x.start(1);
  BOOST_TEST(!admits(*one, 2, main_group, 22), "durably");
}

BOOST_AUTO_TEST_CASE(a_blank_directory_is_no_old_copy_of_the_one_that_a_member_still_remembers) {
  pair_of_nodes x;
  auto& one = x.start(1);
  x.start(2);
  BOOST_TEST(!x.meet());
  fs::remove(x.file(2));
  auto& blank = x.start(2);
  BOOST_TEST(!admits(one, 2, main_group, blank.own()));
  BOOST_TEST(admits(blank, 1, main_group, one.own()));
  BOOST_TEST(!blank.examine(1, main_group, one.own(), one.present(2, main_group)).has_value());
  BOOST_TEST(blank.recovering().empty());
}

BOOST_AUTO_TEST_CASE(an_old_copy_is_found_out_by_a_member_that_it_does_not_know) {
  pair_of_nodes x;
  x.start(1);
  x.start(2).members_known(main_group, {{2, 0}, {3, 0}});
  x.copy_away();
  x.start(2).members_known(main_group, {{1, 5}, {2, 0}, {3, 0}});
  BOOST_TEST(!x.meet());
  x.put_copy_back(1);
  x.start(2).members_known(main_group, {{2, 0}, {3, 0}});
  BOOST_TEST(x.meet().has_value());
}

BOOST_AUTO_TEST_CASE(what_was_promised_in_another_group_counts_in_that_group) {
  constexpr group_id other{2};
  pair_of_nodes x;
  auto& one = x.start(1);
  auto* two = &x.start(2);
  BOOST_TEST(!x.meet());
  const auto meet_in_other = [&] {
    BOOST_TEST(admits(one, 2, other, two->own()));
    BOOST_TEST(admits(*two, 1, other, one.own()));
    (void)one.examine(2, other, two->own(), two->present(1, other));
    return two->examine(1, other, one.own(), one.present(2, other));
  };
  BOOST_TEST(!meet_in_other());
  one.promised(2, other, {3, 100});
  two = &x.start(2, 3, 100);
  two->opened_with(other, term_t{3}, index_t{99});
  BOOST_TEST(!x.meet());
  BOOST_TEST(meet_in_other().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace peer_registry_test
