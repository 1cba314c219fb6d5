#include <rapidcheck.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocol/log_view.hpp"
#include "protocol/member_log.hpp"
#include "protocol/quorum.hpp"
#include "test/protocol/cluster.hpp"

using namespace lithair::test;

namespace {

std::vector<std::uint64_t> numbers(std::uint64_t n) {
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = 1; i <= n; ++i) result.push_back(i);
  return result;
}

/// A log of entries (1, last] whose terms are `terms`.
log_view log_of(const std::vector<std::uint64_t>& terms) {
  log_view log{index_t{}, term_t{}, index_t{}, {}};
  for (std::uint64_t i = 0; i < terms.size(); ++i) log.append(command(i + 1, terms[i], "x"));
  return log;
}

log_write take(log_view& log, std::uint64_t token) {
  log_write write;
  write.token = write_token{token};
  log.take_write(write);
  return write;
}

struct reach {
  std::vector<std::uint64_t> values;  ///< of voters 1, 2, ..
  std::uint64_t expected;
};
std::ostream& operator<<(std::ostream& out, const reach& x) {
  return out << x.values.size() << " voters reach " << x.expected;
}

const reach reaches[] = {
    {{7}, 7},          {{7, 3}, 3},          {{7, 3, 5}, 5}, {{9, 9, 1}, 9},
    {{1, 2, 3, 4}, 2}, {{5, 4, 3, 2, 1}, 3}, {{0, 0, 8}, 0},
};

struct bad_options {
  const char* name;
  std::function<void(options&)> spoil;
};
std::ostream& operator<<(std::ostream& out, const bad_options& x) { return out << x.name; }

const bad_options spoiled[] = {
    {"no heartbeat", [](options& x) { x.heartbeat_ticks = 0; }},
    {"election within a heartbeat", [](options& x) { x.election_min_ticks = x.heartbeat_ticks; }},
    {"fixed election timeout", [](options& x) { x.election_max_ticks = x.election_min_ticks; }},
    {"empty appends", [](options& x) { x.max_append_bytes = 0; }},
    {"window below an append", [](options& x) { x.max_inflight_bytes = x.max_append_bytes - 1; }},
    {"nothing uncommitted", [](options& x) { x.max_uncommitted_bytes = 0; }},
    {"endless drift", [](options& x) { x.lease_drift_percent = 100; }},
    {"no delay factor", [](options& x) { x.priority_delay = 0; }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(arithmetic)

BOOST_DATA_TEST_CASE(a_majority_reaches_the_middle_value, boost::unit_test::data::make(reaches)) {
  quorum voters{cluster::members(numbers(sample.values.size()))};
  BOOST_TEST(voters.reached([&](node_id id) { return sample.values[id.value - 1]; }) ==
             sample.expected);
}

BOOST_AUTO_TEST_CASE(a_joint_configuration_reaches_what_both_majorities_reach) {
  configuration joint = cluster::members({1, 2, 3});
  joint.outgoing = cluster::members({3, 4, 5}).members;
  std::uint64_t values[] = {9, 9, 1, 4, 2};
  auto of = [&values](node_id id) { return values[id.value - 1]; };
  BOOST_TEST(quorum{joint}.reached(of) == 2u);
}

BOOST_AUTO_TEST_CASE(learners_count_for_nothing) {
  quorum voters{cluster::members({1}, {2, 3})};
  BOOST_TEST(voters.only(node_id{1}));
  BOOST_TEST(voters.reached([](node_id id) { return id.value == 1 ? 5u : 9u; }) == 5u);
}

BOOST_AUTO_TEST_CASE(what_a_majority_reaches_is_reached_by_more_than_half_and_no_more_is) {
  BOOST_TEST(rc::check([](std::vector<std::uint8_t> raw) {
    RC_PRE(!raw.empty());
    quorum voters{cluster::members(numbers(raw.size()))};
    std::uint64_t value = voters.reached([&](node_id id) { return raw[id.value - 1]; });
    auto at_least = [&raw](std::uint64_t least) {
      return static_cast<std::size_t>(
          std::count_if(raw.begin(), raw.end(), [least](std::uint8_t x) { return x >= least; }));
    };
    RC_ASSERT(at_least(value) > raw.size() / 2);
    RC_ASSERT(at_least(value + 1) <= raw.size() / 2);
  }));
}

BOOST_AUTO_TEST_CASE(an_election_is_lost_as_soon_as_no_majority_is_left) {
  quorum voters{cluster::members({1, 2, 3, 4})};
  auto votes = [](std::vector<vote_result> x) {
    return [x](node_id id) { return x[id.value - 1]; };
  };
  using enum vote_result;
  BOOST_TEST((voters.decide(votes({won, won, won, pending})) == won));
  BOOST_TEST((voters.decide(votes({won, won, pending, pending})) == pending));
  BOOST_TEST((voters.decide(votes({won, won, lost, lost})) == lost));
}

BOOST_AUTO_TEST_CASE(configurations_survive_encoding_and_nothing_else_decodes) {
  BOOST_TEST(rc::check([](std::vector<std::pair<std::uint64_t, std::string>> raw, bool joint) {
    RC_PRE(!raw.empty());
    configuration x;
    for (auto& [id, address] : raw) x.members.push_back({node_id{id}, id % 2 == 0, address});
    if (joint) x.outgoing = x.members;
    std::string bytes = encode(x);
    RC_ASSERT(decode_configuration(bytes) == x);
    RC_ASSERT(!decode_configuration(bytes + "x"));
    RC_ASSERT(!decode_configuration(std::string_view{bytes}.substr(0, bytes.size() - 1)));
  }));
  BOOST_TEST(rc::check([](std::string noise) {
    std::optional<configuration> x = decode_configuration(noise);
    if (x) RC_ASSERT(encode(*x) == noise);
  }));
}

BOOST_AUTO_TEST_CASE(members_are_sorted_and_checked) {
  auto made = [](std::vector<std::uint64_t> ids, bool voter) {
    std::vector<member> all;
    for (std::uint64_t id : ids) all.push_back({node_id{id}, voter, ""});
    return normalized(all);
  };
  BOOST_TEST((made({3, 1, 2}, true) == cluster::members({1, 2, 3}).members));
  BOOST_TEST(!made({}, true).has_value());
  BOOST_TEST(!made({1, 2, 1}, true).has_value());
  BOOST_TEST(!made({0, 1}, true).has_value());
  BOOST_TEST(!made({1, 2}, false).has_value());
}

BOOST_DATA_TEST_CASE(options_that_make_no_sense_are_named, boost::unit_test::data::make(spoiled)) {
  options x;
  BOOST_TEST(x.validate() == "");
  sample.spoil(x);
  BOOST_TEST(x.validate() != "");
}

BOOST_AUTO_TEST_CASE(a_log_knows_every_term_whatever_was_cut_and_purged) {
  BOOST_TEST(rc::check([](std::vector<std::uint8_t> steps) {
    std::vector<std::uint64_t> terms;  // the model: terms of entries 1..
    log_view log = log_of({});
    std::uint64_t base = 0;
    std::uint64_t term = 1;
    for (std::uint8_t step : steps) {
      if (step % 8 == 0 && terms.size() > base) {
        std::uint64_t from = base + 1 + step / 8 % (terms.size() - base);
        log.truncate(index_t{from});
        terms.resize(from - 1);
      } else if (step % 8 == 1 && terms.size() > base) {
        base += 1 + step / 8 % (terms.size() - base);
        log.purge(index_t{base});
      } else {
        term += step % 8 == 2 ? 1 : 0;
        terms.push_back(term);
        log.append(command(terms.size(), term, "x"));
      }
      RC_ASSERT(log.last().value == terms.size());
      for (std::uint64_t i = base + 1; i <= terms.size(); ++i) {
        RC_ASSERT(log.term_at(index_t{i})->value == terms[i - 1]);
      }
      if (base > 0) RC_ASSERT(log.term_at(index_t{base})->value == terms[base - 1]);
      RC_ASSERT(!log.term_at(index_t{terms.size() + 1}));
    }
  }));
}

BOOST_AUTO_TEST_CASE(the_conflict_hint_is_the_last_index_with_a_term_that_low) {
  log_view log = log_of({1, 1, 4, 4, 6, 6, 6});
  auto hint = [&log](std::uint64_t from, std::uint64_t term) {
    return log.last_with_term_up_to(index_t{from}, term_t{term}).value;
  };
  BOOST_TEST(hint(7, 6) == 7u);
  BOOST_TEST(hint(6, 6) == 6u);
  BOOST_TEST(hint(7, 5) == 4u);
  BOOST_TEST(hint(4, 3) == 2u);
  BOOST_TEST(hint(99, 4) == 4u);
  BOOST_TEST(hint(7, 0) == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_truncated_never_counts_as_durable_in_any_order_of_completions) {
  // R8: A of term 2 is on its way to the disk, B of term 3 replaces it, then comes C of term 4.
  log_view log = log_of({});
  log.append(command(1, 2, "A"));
  log.append(command(2, 2, "A"));
  take(log, 1);
  log.truncate(index_t{1});
  log.append(command(1, 3, "B"));
  log_write b = take(log, 2);
  BOOST_TEST(b.truncate_from->value == 1u);
  log.append(command(2, 4, "C"));
  take(log, 3);
  log.written(write_token{1});
  BOOST_TEST(log.durable().value == 0u);
  log.written(write_token{2});
  BOOST_TEST(log.durable().value == 1u);
  log.written(write_token{1});
  BOOST_TEST(log.durable().value == 1u);
  log.written(write_token{3});
  BOOST_TEST(log.durable().value == 2u);
}

BOOST_AUTO_TEST_CASE(entries_replaced_before_they_were_handed_over_need_no_truncation_on_the_disk) {
  log_view log = log_of({});
  log.append(command(1, 1, "old"));
  log.truncate(index_t{1});
  log.append(command(1, 2, "new"));
  log_write write = take(log, 1);
  BOOST_TEST(!write.truncate_from.has_value());
  BOOST_TEST(write.entries.size() == 1u);
}

BOOST_AUTO_TEST_CASE(memory_keeps_what_is_not_durable_or_not_applied) {
  log_view log = log_of({1, 1, 1, 1});
  log.trim(index_t{4}, 0);
  BOOST_TEST(log.cached(index_t{1}) != nullptr);
  take(log, 1);
  log.written(write_token{1});
  log.trim(index_t{2}, 0);
  BOOST_TEST(log.cached(index_t{2}) == nullptr);
  BOOST_TEST(log.slice(index_t{3}, index_t{9}, 1).size() == 1u);
  BOOST_TEST(log.slice(index_t{2}, index_t{4}, 1000).empty());
}

BOOST_AUTO_TEST_CASE(the_configuration_before_returns_when_a_newer_one_is_truncated) {
  member_log log{index_t{}, {}};
  log.append(index_t{1}, cluster::members({1}));
  log.append(index_t{5}, cluster::members({1, 2}));
  BOOST_TEST((log.as_of(index_t{4}) == cluster::members({1})));
  BOOST_TEST(!log.truncate(index_t{6}));
  BOOST_TEST(log.truncate(index_t{3}));
  BOOST_TEST((log.current() == cluster::members({1})));
  log.purge(index_t{9});
  BOOST_TEST((log.current() == cluster::members({1})));
}

BOOST_AUTO_TEST_SUITE_END()
