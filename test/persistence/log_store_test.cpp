#include "persistence/log_store.hpp"

#include <boost/test/unit_test.hpp>
#include <tuple>

#include "persistence/journaled_log_store.hpp"
#include "persistence/memory_log_store.hpp"
#include "test/persistence/support.hpp"

namespace log_store_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;
using protocol::group_id;
using protocol::index_t;
using protocol::term_t;

namespace {

/// The same cases run on all stores; `reopen` does what a restart does.
struct lmdb_maker {
  temporary_directory place;
  std::unique_ptr<log_store> log = std::make_unique<lmdb_log_store>(place.path());

  void reopen() {
    log.reset();
    log = std::make_unique<lmdb_log_store>(place.path());
  }
};

struct journaled_maker {
  temporary_directory place;
  std::unique_ptr<log_store> log = make();

  std::unique_ptr<log_store> make() const {
    return std::make_unique<journaled_log_store>(place.path(), lmdb_options{}, small_journal);
  }
  void reopen() {
    log.reset();
    log = make();
  }
};

struct memory_maker {
  std::unique_ptr<log_store> log = std::make_unique<memory_log_store>();

  void reopen() {
    log = std::make_unique<memory_log_store>(dynamic_cast<const memory_log_store&>(*log));
  }
};

using makers = std::tuple<lmdb_maker, journaled_maker, memory_maker>;

std::vector<std::uint64_t> indexes(const std::vector<protocol::entry>& entries) {
  std::vector<std::uint64_t> out;
  for (const auto& x : entries) out.push_back(x.index.value);
  return out;
}

using numbers = std::vector<std::uint64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(a_log)

BOOST_AUTO_TEST_CASE_TEMPLATE(of_a_new_node_is_all_zeroes, maker, makers) {
  maker made;
  const auto state = made.log->restore(group);
  BOOST_TEST(state.state.term.value == 0u);
  BOOST_TEST(state.last_index.value == 0u);
  BOOST_TEST(state.terms.empty());
  BOOST_TEST(made.log->read(group, index_t{1}, index_t{9}, 1000).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gives_back_what_was_appended, maker, makers) {
  maker made;
  const auto entries = commands(1, 40, 2);
  append(*made.log, entries);
  made.reopen();
  BOOST_TEST((made.log->read(group, index_t{1}, index_t{99}, 1 << 20) == entries));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_empty_and_large_payloads, maker, makers) {
  maker made;
  const std::vector entries{command(1, 1, ""), command(2, 1, std::string(1'000'000, 'x')),
                            command(3, 1, std::string("\0\xff", 2))};
  append(*made.log, entries);
  made.reopen();
  BOOST_TEST((made.log->read(group, index_t{1}, index_t{3}, 4 << 20) == entries));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(restores_term_and_vote, maker, makers) {
  maker made;
  vote(*made.log, 5, 2);
  vote(*made.log, 6, 3);
  made.reopen();
  const auto state = made.log->restore(group);
  BOOST_TEST((state.state == protocol::hard_state{term_t{6}, protocol::node_id{3}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(restores_term_runs_and_configurations, maker, makers) {
  maker made;
  append(*made.log, commands(1, 3, 1));
  append(*made.log, {change_of_members(4, 2, members_up_to(3))});
  append(*made.log, commands(5, 2, 2));
  append(*made.log, commands(7, 1, 9));
  made.reopen();
  const auto state = made.log->restore(group);
  const std::vector<protocol::term_run> runs{
      {term_t{1}, index_t{1}}, {term_t{2}, index_t{4}}, {term_t{9}, index_t{7}}};
  BOOST_TEST((state.terms == runs));
  BOOST_REQUIRE(state.configurations.size() == 1u);
  BOOST_TEST((state.configurations[0] == change_of_members(4, 2, members_up_to(3))));
  BOOST_TEST(state.last_index.value == 7u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(truncates_and_appends_in_one_write, maker, makers) {
  maker made;
  append(*made.log, commands(1, 9, 1));
  append(*made.log, {change_of_members(10, 1, members_up_to(2))});
  protocol::log_write write;
  write.truncate_from = index_t{6};
  write.entries = commands(6, 2, 4);
  const group_write one{group, write};
  made.log->write(std::span(&one, 1));
  made.reopen();
  const auto state = made.log->restore(group);
  BOOST_TEST(state.last_index.value == 7u);
  BOOST_TEST(state.configurations.empty());
  const std::vector<protocol::term_run> runs{{term_t{1}, index_t{1}}, {term_t{4}, index_t{6}}};
  BOOST_TEST((state.terms == runs));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_what_does_not_continue_it_and_changes_nothing, maker,
                              makers) {
  maker made;
  append(*made.log, commands(1, 5, 1));
  const auto before = describe(*made.log);
  const std::vector<group_write> writes{
      {group, {{}, protocol::hard_state{term_t{9}, {}}, {}, commands(6, 2, 1)}},
      {group, {{}, {}, {}, commands(9, 1, 1)}}};
  BOOST_CHECK_THROW(made.log->write(writes), std::logic_error);
  BOOST_CHECK_THROW(made.log->purge(group, {index_t{6}, term_t{1}, {}, 0, 0}), std::logic_error);
  BOOST_TEST(describe(*made.log) == before);
  append(*made.log, commands(6, 1, 1));
  BOOST_TEST(made.log->restore(group).last_index.value == 6u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reads_up_to_a_size_but_at_least_one_entry, maker, makers) {
  maker made;
  append(*made.log, commands(1, 20, 1, 52));  // 100 bytes of footprint each
  const auto read = [&](std::uint64_t first, std::uint64_t last, std::uint64_t most) {
    return indexes(made.log->read(group, index_t{first}, index_t{last}, most));
  };
  BOOST_TEST(read(3, 20, 0) == (numbers{3}));
  BOOST_TEST(read(3, 20, 300) == (numbers{3, 4, 5}));
  BOOST_TEST(read(19, 99, 10'000) == (numbers{19, 20}));
  BOOST_TEST(read(4, 5, 10'000) == (numbers{4, 5}));
  BOOST_TEST(read(21, 30, 10'000).empty());
  BOOST_TEST(read(0, 30, 10'000).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(begins_after_what_was_purged, maker, makers) {
  maker made;
  vote(*made.log, 2, 1);
  append(*made.log, commands(1, 3, 1));
  append(*made.log, {change_of_members(4, 1, members_up_to(3))});
  append(*made.log, commands(5, 4000, 2));
  purge_up_to(*made.log, 3000);
  made.reopen();
  auto state = made.log->restore(group);
  BOOST_TEST(state.snapshot_index.value == 3000u);
  BOOST_TEST(state.snapshot_term.value == 2u);
  BOOST_TEST((state.snapshot_members == members_up_to(3)));
  BOOST_TEST(state.last_index.value == 4004u);
  BOOST_TEST(state.state.term.value == 2u);
  BOOST_TEST(made.log->read(group, index_t{3000}, index_t{3001}, 1000).empty());
  BOOST_TEST(indexes(made.log->read(group, index_t{3001}, index_t{3001}, 1000)) == numbers{3001});
  purge_up_to(*made.log, 4004);
  append(*made.log, commands(4005, 1, 3));
  made.reopen();
  state = made.log->restore(group);
  BOOST_TEST(state.snapshot_index.value == 4004u);
  BOOST_TEST(state.last_index.value == 4005u);
  BOOST_TEST((state.snapshot_members == members_up_to(3)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(does_nothing_when_it_is_purged_already, maker, makers) {
  maker made;
  append(*made.log, commands(1, 9, 1));
  const auto early = made.log->point_at(group, index_t{3}).value();
  purge_up_to(*made.log, 5);
  made.log->purge(group, early);
  BOOST_TEST(made.log->restore(group).snapshot_index.value == 5u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(knows_term_and_members_at_each_index, maker, makers) {
  maker made;
  append(*made.log, {change_of_members(1, 1, members_up_to(1))});
  append(*made.log, commands(2, 3, 2));
  append(*made.log, {change_of_members(5, 3, members_up_to(2))});
  append(*made.log, commands(6, 2, 3));
  purge_up_to(*made.log, 2);
  const auto members_at = [&](std::uint64_t index) {
    return made.log->point_at(group, index_t{index}).value().members.members.size();
  };
  BOOST_TEST(!made.log->point_at(group, index_t{1}));
  BOOST_TEST(!made.log->point_at(group, index_t{8}));
  BOOST_TEST(members_at(2) == 1u);
  BOOST_TEST(members_at(4) == 1u);
  BOOST_TEST(members_at(5) == 2u);
  BOOST_TEST(members_at(7) == 2u);
  BOOST_TEST(made.log->point_at(group, index_t{4}).value().term.value == 2u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(starts_anew_from_a_snapshot_and_keeps_its_vote, maker, makers) {
  maker made;
  vote(*made.log, 4, 2);
  append(*made.log, commands(1, 2000, 1));
  append(*made.log, {change_of_members(2001, 1, members_up_to(5))});
  made.log->reset(group, {index_t{1500}, term_t{3}, members_up_to(3), 77, 88});
  made.reopen();
  const auto state = made.log->restore(group);
  BOOST_TEST(state.snapshot_index.value == 1500u);
  BOOST_TEST(state.last_index.value == 1500u);
  BOOST_TEST(state.snapshot_term.value == 3u);
  BOOST_TEST(state.state.voted_for.value == 2u);
  BOOST_TEST(state.configurations.empty());
  append(*made.log, commands(1501, 3, 4));
  made.reopen();
  BOOST_TEST(made.log->restore(group).last_index.value == 1503u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(may_start_anew_far_ahead_of_its_end, maker, makers) {
  maker made;
  append(*made.log, commands(1, 10, 1));
  made.log->reset(group, {index_t{1'000'000}, term_t{3}, members_up_to(3), 0, 0});
  append(*made.log, commands(1'000'001, 2, 4));
  made.reopen();
  const auto state = made.log->restore(group);
  BOOST_TEST(state.last_index.value == 1'000'002u);
  BOOST_TEST(made.log->read(group, index_t{5}, index_t{9}, 1000).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(is_apart_from_the_logs_of_other_groups, maker, makers) {
  maker made;
  const group_id other{2};
  const std::vector<group_write> writes{{group, {{}, {}, {}, commands(1, 3, 1)}},
                                        {other, {{}, {}, {}, commands(1, 5, 2)}},
                                        {group, {{}, {}, {}, commands(4, 3, 1)}}};
  made.log->write(writes);
  truncate(*made.log, 5);
  purge_up_to(*made.log, 2, other);
  made.reopen();
  BOOST_TEST(made.log->restore(group).last_index.value == 4u);
  BOOST_TEST(made.log->restore(other).last_index.value == 5u);
  BOOST_TEST(made.log->restore(other).snapshot_index.value == 2u);
  BOOST_TEST(indexes(made.log->read(group, index_t{1}, index_t{9}, 9999)) == (numbers{1, 2, 3, 4}));
}

BOOST_AUTO_TEST_CASE(reuses_the_space_of_what_was_purged) {
  temporary_directory place;
  journaled_log_store log(place.path(), {}, small_journal);
  std::uint64_t last = 0;
  const auto fill = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      append(log, commands(last + 1, 100, 1, 200));
      last += 100;
      if (last % 1000 == 0) purge_up_to(log, last - 500);
    }
  };
  fill(100);
  const auto settled = log.environment().used_bytes();
  fill(400);
  BOOST_TEST(log.environment().used_bytes() <= settled * 5 / 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace log_store_test
