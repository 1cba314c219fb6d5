#include "models/derived/timeline.hpp"

#include <boost/test/unit_test.hpp>

#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace timeline_test {

namespace {

memory_state state_with(const change& x) {
  memory_state made;
  made.apply({x});
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(timelines)

BOOST_AUTO_TEST_CASE(a_state_that_was_never_restored_has_no_gap) {
  const memory_state state;
  BOOST_TEST(timeline_of(state).gaps().empty());
  BOOST_TEST(!timeline_of(state).is_elsewhere(0));
  BOOST_TEST(!timeline_of(state).is_elsewhere(7));
}

BOOST_AUTO_TEST_CASE(the_numbers_between_two_lives_are_elsewhere_and_their_neighbours_are_not) {
  const auto state = state_with(with_gap({}, {100, 5000}));
  const auto numbers = timeline_of(state);
  for (std::uint64_t here : {0, 1, 100, 5000, 5001}) BOOST_TEST(!numbers.is_elsewhere(here));
  for (std::uint64_t elsewhere : {101, 2000, 4999}) BOOST_TEST(numbers.is_elsewhere(elsewhere));
}

BOOST_AUTO_TEST_CASE(each_restore_adds_a_gap) {
  const auto first = with_gap({}, {10, 20});
  const auto numbers = timeline_of(state_with(with_gap(first.value, {30, std::uint64_t{1} << 50})));
  BOOST_TEST(
      (numbers.gaps() == std::vector<timeline::gap>{{10, 20}, {30, std::uint64_t{1} << 50}}));
  BOOST_TEST(numbers.is_elsewhere(11));
  BOOST_TEST(!numbers.is_elsewhere(25));
  BOOST_TEST(numbers.is_elsewhere(31));
}

BOOST_AUTO_TEST_CASE(of_more_gaps_than_are_remembered_the_oldest_are_one) {
  std::optional<std::string> value;
  for (std::uint64_t i = 0; i < max_gaps + 2; ++i)
    value = with_gap(value, {100 * i, 100 * i + 50}).value;
  const auto numbers = timeline_of(state_with({std::string(timeline_key), value}));
  BOOST_TEST(numbers.gaps().size() == max_gaps);
  BOOST_TEST((numbers.gaps().front() == timeline::gap{0, 250}));
  BOOST_TEST(numbers.is_elsewhere(70));
  BOOST_TEST(!numbers.is_elsewhere(270));
}

BOOST_AUTO_TEST_CASE(an_item_as_of_an_index_of_another_timeline_is_gone) {
  const auto models = schema_from(R"(
[models.notes.fields]
id = { type = "string", primary_key = true, replicate = true, track_history = true }
)");
  const auto state = state_with(with_gap({}, {100, 5000}));
  const auto status_as_of = [&](const std::string& index) {
    const std::vector<std::pair<std::string, std::string>> asked{{"as_of", index}};
    return run(models, item_query(*models.find("notes"), "x", asked).value(), state, 0).status;
  };
  BOOST_TEST(status_as_of("100") == 404);
  BOOST_TEST(status_as_of("101") == 410);
  BOOST_TEST(status_as_of("5000") == 404);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace timeline_test
}  // namespace lithair::models
