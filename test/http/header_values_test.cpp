#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string_view>
#include <vector>

#include "http/header_values.hpp"

using namespace lithair::http;

namespace lithair::http {

static std::ostream& operator<<(std::ostream& out, media which) {
  return out << static_cast<int>(which);
}

}  // namespace lithair::http

BOOST_AUTO_TEST_SUITE(header_values)

BOOST_AUTO_TEST_CASE(a_media_type_is_told_whatever_its_case_and_parameters) {
  const std::pair<std::string_view, media> table[] = {
      {"application/json", media::json},
      {"Application/JSON", media::json},
      {" application/json ; charset=utf-8", media::json},
      {"application/json;profile=\"a;b\"", media::json},
      {"application/merge-patch+json;q=1", media::merge_patch},
      {"APPLICATION/MERGE-PATCH+JSON", media::merge_patch},
      {"application/json-patch+json", media::other},
      {"Application/Json-Patch+Json; charset=utf-8", media::other},
      {"application/vnd.shop+json", media::json_based},
      {"application/vnd.shop+JSON; version=2", media::json_based},
      {"application/+json", media::other},
      {"/a+json", media::other},
      {"a b/c+json", media::other},
      {"a/b/c+json", media::other},
      {"application/msgpack", media::msgpack},
      {"application/X-MsgPack", media::msgpack},
      {"text/json", media::other},
      {"application/json x", media::other},
      {"", media::other},
  };
  for (const auto& [text, what] : table)
    BOOST_TEST_CONTEXT(text) BOOST_TEST(media_of(text) == what);
}

BOOST_AUTO_TEST_CASE(an_accept_header_names_a_type_by_itself_or_by_a_wider_range) {
  struct row {
    std::string_view accept;
    bool json;
    bool msgpack;
  };
  const row table[] = {
      {"application/json", true, false},
      {"APPLICATION/JSON", true, false},
      {"application/json, application/msgpack", true, true},
      {"*/*", true, true},
      {"application/*;q=0.1", true, true},
      {"text/html, */*;q=0", false, false},
      {"application/json;q=0, */*", false, true},
      {"*/*, application/json;Q=0.000", false, true},
      {"application/json;q=0.001", true, false},
      {"application/json;profile=\"a,b;q=0\"", true, false},
      {",, application/msgpack ,", false, true},
      {"text/html", false, false},
  };
  for (const auto& each : table) BOOST_TEST_CONTEXT(each.accept) {
      BOOST_TEST(accepts_media(each.accept, media::json) == each.json);
      BOOST_TEST(accepts_media(each.accept, media::msgpack) == each.msgpack);
    }
}

BOOST_AUTO_TEST_CASE(a_condition_is_a_star_or_a_list_in_which_elements_may_be_empty) {
  struct row {
    std::string_view text;
    bool good;
    bool any;
    std::vector<std::uint64_t> strongly;
    std::vector<std::uint64_t> weakly;
  };
  const row table[] = {
      {"*", true, true, {}, {}},
      {" * ", true, true, {}, {}},
      {"\"7\"", true, false, {7}, {7}},
      {"\"7\",\"8\"", true, false, {7, 8}, {7, 8}},
      {",, \"7\" ,, ,\t\"8\",", true, false, {7, 8}, {7, 8}},
      {"W/\"7\"", true, false, {0}, {7}},
      {"\"007\", \"x\"", true, false, {0, 0}, {0, 0}},
      {"", true, false, {}, {}},
      {" , ", true, false, {}, {}},
      {"*, \"7\"", false, false, {}, {}},
      {"7", false, false, {}, {}},
      {"\"7", false, false, {}, {}},
      {"\"7\" \"8\"", false, false, {}, {}},
      {"w/\"7\"", false, false, {}, {}},
      {"\"a b\"", false, false, {}, {}},
  };
  for (const auto& each : table) BOOST_TEST_CONTEXT(each.text) {
      const auto strong = parse_condition(each.text, false);
      const auto weak = parse_condition(each.text, true);
      BOOST_TEST(strong.has_value() == each.good);
      BOOST_TEST(weak.has_value() == each.good);
      if (!strong || !weak) continue;
      BOOST_TEST(strong->any == each.any);
      BOOST_TEST(strong->versions() == each.strongly, boost::test_tools::per_element());
      BOOST_TEST(weak->versions() == each.weakly, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_list_of_codings_leaves_a_body_as_it_is_when_all_do) {
  for (const auto* each : {"", "identity", "Identity", ", identity,,identity"})
    BOOST_TEST(is_identity(each), each);
  for (const auto* each : {"gzip", "identity, gzip", "identity;q=1"})
    BOOST_TEST(!is_identity(each), each);
}

BOOST_AUTO_TEST_SUITE_END()
