#include "actors/remote/open_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace open_calls_test {

using namespace lithair::actors;

namespace {

/// What became of each, by its number.
struct program {
  std::vector<std::string> told = std::vector<std::string>(16);
  open_calls calls{{.calls = 6, .bytes = 100, .under_way = 3, .lists = 1}};

  bool ask(std::uint64_t number, const std::string& kind, std::size_t bytes = 1) {
    open_calls::call what;
    what.whose = std::make_shared<errand>([this, number](reply&& said) {
      told[number] = said.what == disposition::unknown ? "unknown" : "unavailable";
    });
    what.bytes = std::string(bytes, 'x');
    what.is_write = kind == "write" || kind == "once";
    what.has_key = kind == "once";
    what.is_list = kind == "list";
    what.begun_ms = number * 10;
    return calls.add(number, std::move(what));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(calls_of_a_program, program)

BOOST_AUTO_TEST_CASE(the_oldest_are_given_first_and_no_more_than_a_node_takes) {
  for (const auto number : {1, 2, 3, 4}) BOOST_TEST(ask(static_cast<unsigned>(number), "write"));
  BOOST_TEST(calls.next() == 1u);
  BOOST_TEST(calls.next() == 2u);
  BOOST_TEST(calls.next() == 3u);
  BOOST_TEST(calls.next() == 0u);
  BOOST_TEST(calls.take(2)->was_given);
  BOOST_TEST(calls.next() == 4u);
}

BOOST_AUTO_TEST_CASE(lists_have_few_places_and_others_pass_them) {
  BOOST_TEST((ask(1, "list") && ask(2, "list") && ask(3, "read")));
  BOOST_TEST(calls.next() == 1u);
  BOOST_TEST(calls.next() == 3u);
  BOOST_TEST(calls.next() == 0u);
  BOOST_TEST(calls.take(1)->is_list);
  BOOST_TEST(calls.next() == 2u);
}

BOOST_AUTO_TEST_CASE(more_than_may_be_is_not_taken) {
  BOOST_TEST(ask(1, "read", 60));
  BOOST_TEST(!ask(2, "read", 41));
  for (const auto number : {3, 4, 5, 6, 7}) BOOST_TEST(ask(static_cast<unsigned>(number), "read"));
  BOOST_TEST(!ask(8, "read"));
  BOOST_TEST(calls.take(1)->bytes.size() == 60u);
  BOOST_TEST(ask(9, "read", 60));
}

BOOST_AUTO_TEST_CASE(with_the_link_only_what_could_be_done_twice_is_lost) {
  BOOST_TEST((ask(1, "write") && ask(2, "once") && ask(3, "read") && ask(4, "write")));
  while (calls.next() != 0) {
  }
  const auto lost = calls.lose();
  BOOST_REQUIRE(lost.size() == 1u);
  BOOST_TEST((lost[0].is_write && !lost[0].has_key && lost[0].was_given));
  // The others once more, in their order; number 4 had not been given.
  BOOST_TEST(calls.next() == 2u);
  BOOST_TEST(calls.next() == 3u);
  BOOST_TEST(calls.next() == 4u);
  BOOST_TEST((calls.at(2).was_given && calls.at(4).is_under_way));
  BOOST_TEST((calls.at(2).was_lost && calls.at(3).was_lost && !calls.at(4).was_lost));
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_node_has_less_patience_than_who_was_given_to_one) {
  for (const auto number : {1, 2, 3, 4, 5}) BOOST_TEST(ask(static_cast<unsigned>(number), "read"));
  while (calls.next() != 0) {
  }
  BOOST_TEST((calls.begun_before(15, 15) == std::vector<std::uint64_t>{1}));
  BOOST_TEST((calls.begun_before(0, 45) == std::vector<std::uint64_t>{4}));
}

BOOST_AUTO_TEST_CASE(what_ends_with_it_is_answered_once) {
  BOOST_TEST((ask(1, "write") && ask(2, "read") && ask(3, "write")));
  calls.at(1).whose->begins(true);
  calls.take(2).reset();
  BOOST_TEST(told[2] == "unavailable");
  calls.clear();
  BOOST_TEST(told[1] == "unknown");
  BOOST_TEST(told[3] == "unavailable");
  BOOST_TEST(calls.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace open_calls_test
