#include "actors/runtime/random_words.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <vector>

namespace random_words_test {

using namespace lithair::actors;

BOOST_AUTO_TEST_SUITE(random_words_of_ids)

BOOST_AUTO_TEST_CASE(each_word_of_the_source_is_given_out_once) {
  std::size_t calls = 0;
  std::uint64_t next = 0;
  random_words words{[&](std::span<std::uint8_t> into) {
    ++calls;
    for (; !into.empty(); into = into.subspan(sizeof next), ++next)
      std::memcpy(into.data(), &next, sizeof next);
  }};
  BOOST_TEST(calls == 0u);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(words());
  BOOST_TEST(seen.size() == 1000u);
  BOOST_TEST(*seen.rbegin() < next);
  // In blocks: a call of the system for every id would cost more than the id.
  BOOST_TEST(calls < 20u);
}

BOOST_AUTO_TEST_CASE(the_system_fills_all_that_it_is_given) {
  std::vector<std::uint8_t> any(1 << 20);
  std::vector<std::uint8_t> one(any.size());
  for (int i = 0; i < 8; ++i) {
    fill_from_system(one);
    std::ranges::transform(any, one, any.begin(), [](std::uint8_t a, std::uint8_t b) {
      return static_cast<std::uint8_t>(a | b);
    });
  }
  // Sixteen bytes that were zero eight times were not filled.
  const std::array<std::uint8_t, 16> nothing{};
  BOOST_TEST((std::ranges::search(any, nothing).begin() == any.end()));
  fill_from_system({});
  BOOST_TEST(random_word_of_system() != random_word_of_system());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace random_words_test
