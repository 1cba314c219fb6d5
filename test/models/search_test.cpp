#include <rapidcheck.h>
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/encoding/case_folding.hpp"
#include "models/encoding/text_search.hpp"
#include "models/encoding/utf8.hpp"

namespace lithair::models {
namespace search_test {

namespace {

using finding = text_search::finding;

std::vector<char32_t> folded(std::string_view text) {
  std::vector<char32_t> made;
  for (std::size_t at = 0; at < text.size();) {
    made.push_back(fold_case(next_character(text, at)));
  }
  return made;
}

/// Slow and plain.
bool is_in(std::string_view part, std::string_view text) {
  const auto wanted = folded(part);
  const auto all = folded(text);
  return wanted.empty() ||
         std::search(all.begin(), all.end(), wanted.begin(), wanted.end()) != all.end();
}

/// Few letters, so that parts of parts come up often; in both cases, of one to four bytes.
std::string any_text(int most) {
  const std::vector<std::string> two{"a", "A", "b"};
  const std::vector<std::string> more{"a", "A",      "k",      "\u212a",     "s",          "\u017f",
                                      "b", "\u00e9", "\u00c9", "\U00010400", "\U00010428", "\n"};
  const auto& letters = *rc::gen::inRange(0, 3) > 0 ? two : more;
  std::string made;
  for (int left = *rc::gen::inRange(0, most); left > 0; --left) {
    made += *rc::gen::elementOf(letters);
  }
  return made;
}

struct alike {
  const char* part;
  const char* text;
  bool found;
};

std::ostream& operator<<(std::ostream& out, const alike& x) {
  return out << x.part << " in " << x.text;
}

// What each of them is by case was asked of Python's and Perl's tables of Unicode 14.0.
const alike samples[] = {
    {"aab", "aaab", true},
    {"abaBc", "abababc", true},
    {"ÉMILE", "chez émile", true},
    {"émile", "CHEZ ÉMILE", true},
    {"Ærø", "æRØ", true},
    {"привет", "ПРИВЕТ, МИР", true},
    {"ΑΘΉΝΑ", "αθήνα", true},
    {"σοφός", "ΣΟΦΌΣ", true},            // the sigma at the end of a word
    {"ω", "\u2126", true},               // ohm
    {"å", "\u212b", true},               // ångström
    {"kelvin", "\u212aELVIN", true},     // kelvin
    {"fast", "fa\u017ft", true},         // the long s
    {"µ", "μ", true},                    // micro, mu
    {"ß", "\u1e9e", true},               // the large sharp s
    {"ᾳ", "\u1fbc", true},               // with prosgegrammeni
    {"\u10d0", "\u1c90", true},          // Georgian
    {"\u13a0", "\uab70", true},          // Cherokee, whose small letters came later
    {"\U0001e922", "\U0001e900", true},  // Adlam
    {"ＡＢＣ", "ａｂｃ", true},
    {"ß", "SS", false},  // one character for one
    {"ss", "ß", false},
    {"i", "\u0130", false},   // the Turkish I with a dot
    {"i", "\u0131", false},   // and the i without
    {"é", "e", false},        // accents are no case
    {"é", "e\u0301", false},  // nor is another way to write them
    {"ff", "\ufb00", false},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(searches)

BOOST_AUTO_TEST_CASE(characters_fold_as_unicode_14_says) {
  // FNV-1a over all pairs of a character and what it folds to, as Python and Perl tell them.
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&hash](char32_t c) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      hash = (hash ^ ((c >> shift) & 0xff)) * 1099511628211u;
    }
  };
  int pairs = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    const char32_t to = fold_case(c);
    if (to != c) {
      add(c);
      add(to);
      ++pairs;
    }
    BOOST_REQUIRE(fold_case(to) == to);
  }
  BOOST_TEST(pairs == 1454);
  BOOST_TEST(hash == 10430574899969490808u);
}

BOOST_AUTO_TEST_CASE(what_folds_to_a_character_is_known_from_its_side_too) {
  std::size_t folding = 0;
  for (char32_t c = 0; c < 0x20000; ++c) {
    for (const char32_t from : characters_that_fold_to(c)) {
      BOOST_REQUIRE(fold_case(from) == c);
      ++folding;
    }
  }
  BOOST_TEST(folding == 0x20000u);
}

BOOST_DATA_TEST_CASE(text_is_found_whatever_its_case_in_every_script,
                     boost::unit_test::data::make(samples), sample) {
  BOOST_TEST(text_search(sample.part).is_in(sample.text) == sample.found);
}

BOOST_AUTO_TEST_CASE(what_begins_within_a_part_of_it_is_not_missed) {
  BOOST_TEST(rc::check([] {
    for (int left = 30; left > 0; --left) {
      const std::string part = any_text(8);
      // It begins again and again before it is there.
      std::string text = any_text(4);
      for (int again = *rc::gen::inRange(0, 3); again > 0; --again) {
        text += part.substr(0, *rc::gen::inRange<std::size_t>(0, part.size() + 1));
      }
      text += any_text(4);
      RC_ASSERT(text_search(part).is_in(text) == is_in(part, text));
    }
  }));
}

BOOST_AUTO_TEST_CASE(a_search_finds_what_a_plain_one_does_in_any_slices) {
  BOOST_TEST(rc::check([] {
    const std::string part = any_text(6);
    std::string text = any_text(40);
    // Bytes that are no UTF-8, as a damaged disk may give.
    if (*rc::gen::inRange(0, 4) == 0 && !text.empty()) {
      text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
    }
    const text_search search(part);
    RC_ASSERT(search.is_in(text) == is_in(part, text));
    text_search::progress where;
    auto how = finding::unfinished;
    const auto slice = static_cast<std::uint64_t>(*rc::gen::inRange(1, 5));
    while (how == finding::unfinished) {
      const auto before = where.steps;
      how = search.go_on(text, where, slice);
      RC_ASSERT(where.steps > before || how != finding::unfinished);
    }
    RC_ASSERT((how == finding::found) == is_in(part, text));
    RC_ASSERT(where.steps <= 2 * text.size());
  }));
}

BOOST_AUTO_TEST_CASE(the_worst_texts_take_two_steps_a_byte) {
  const std::size_t size = std::size_t{1} << 20;
  const std::string same(size, 'a');
  std::string pairs;
  while (pairs.size() < size) {
    pairs += "ab";
  }
  const std::pair<std::string, const std::string&> cases[] = {
      {std::string(255, 'a') + 'b', same},
      {std::string(128, 'a') + 'b' + std::string(127, 'a'), same},
      {"abababababac", pairs},
      {"z", same},
  };
  for (const auto& [part, text] : cases) {
    text_search::progress where;
    BOOST_TEST((text_search(part).go_on(text, where, 4 * size) == finding::missing));
    BOOST_TEST(where.steps >= size);
    BOOST_TEST(where.steps <= 2 * size);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace search_test
}  // namespace lithair::models
