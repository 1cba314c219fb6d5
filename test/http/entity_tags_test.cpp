#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "http/header_values.hpp"

namespace entity_tags_test {

namespace data = boost::unit_test::data;
using namespace lithair::http;

namespace {

constexpr std::uint64_t variant = 0x0123456789abcdef;

struct said {
  std::string text;
  item_tag tag;
};
std::ostream& operator<<(std::ostream& out, const said& x) { return out << x.text; }

const std::vector<said> tags{
    {"41", {41, 0}},
    {"41-0123456789abcdef", {41, variant}},
    {"41-0000000000000001", {41, 1}},
    // Not ours: each tag of ours is written in one way.
    {"", {}},
    {"0", {}},
    {"041", {}},
    {"41-", {}},
    {"41-1", {}},
    {"41-0000000000000000", {}},
    {"41-0123456789ABCDEF", {}},
    {"41-0123456789abcdef0", {}},
    {"41-0123456789abcdef-1", {}},
    {"-0123456789abcdef", {}},
    {"x-0123456789abcdef", {}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(entity_tags)

BOOST_DATA_TEST_CASE(a_tag_names_a_version_and_perhaps_a_variant, data::make(tags)) {
  const auto read = parse_condition('"' + sample.text + '"', false);
  BOOST_REQUIRE(read);
  BOOST_TEST((read->tags == std::vector{sample.tag}));
  if (sample.tag.version != 0) BOOST_TEST(to_string(sample.tag) == sample.text);
}

BOOST_AUTO_TEST_CASE(a_read_compares_all_of_a_tag_and_a_write_the_version) {
  const auto read = *parse_condition(R"("7", "41-0123456789abcdef")", false);
  BOOST_TEST(read.matches({41, variant}));
  BOOST_TEST(read.matches({7, 0}));
  BOOST_TEST(!read.matches({41, 0}));
  BOOST_TEST(!read.matches({7, variant}));
  BOOST_TEST(read.versions() == (std::vector<std::uint64_t>{7, 41}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tag_that_is_not_ours_matches_no_item_that_is_gone) {
  const auto read = *parse_condition(R"("x")", true);
  BOOST_TEST(!read.matches({}));
  BOOST_TEST(!parse_condition("*", true)->matches({}));
  BOOST_TEST(parse_condition("*", true)->matches({1, variant}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace entity_tags_test
