#include <boost/test/unit_test.hpp>

#include "apps/lithairctl/endpoint.hpp"
#include "apps/lithairctl/failure.hpp"
#include "apps/lithairctl/filters.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"

namespace ctl_words_test {

using namespace lithair::ctl;

namespace {

std::string filter(std::string_view text) {
  query_text made;
  made.add_filter(text);
  return made.text();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_words)

BOOST_AUTO_TEST_CASE(endpoints_have_a_port_and_speak_https_where_they_say_so) {
  const auto made = read_endpoints("10.0.0.1:8081,node-2,https://[fd00::1]:8443", false);
  BOOST_REQUIRE(made.size() == 3u);
  BOOST_TEST((made[0] == endpoint{false, "10.0.0.1:8081"}));
  BOOST_TEST((made[1] == endpoint{false, "node-2:8080"}));
  BOOST_TEST((made[2] == endpoint{true, "[fd00::1]:8443"}));
  BOOST_TEST(made[2].url() == "https://[fd00::1]:8443");
  BOOST_TEST(read_endpoint("10.0.0.1:8081", true).tls);
  BOOST_TEST(!read_endpoint("http://10.0.0.1:8081", true).tls);
}

BOOST_AUTO_TEST_CASE(what_is_no_endpoint_is_refused) {
  for (const auto* text :
       {"", "a:0", "a:65536", "a:b", "a/b", "u@a", "a,", "[::1", "ftp://a", "a b"})
    BOOST_CHECK_THROW((void)read_endpoints(text, false), failure);
}

BOOST_AUTO_TEST_CASE(filters_may_be_written_as_people_do) {
  BOOST_TEST(filter("price=>3") == "?price=%3E3");
  BOOST_TEST(filter("price>3") == "?price=%3E3");
  BOOST_TEST(filter("price>=3") == "?price=%3E%3D3");
  BOOST_TEST(filter("state=live") == "?state=live");
  BOOST_TEST(filter("state!=live") == "?state=%21live");
  BOOST_TEST(filter("name~a b&c") == "?name=~a%20b%26c");
  BOOST_TEST(filter("name=\"!x\"") == "?name=%22%21x%22");
  BOOST_TEST(filter("name=") == "?name=");
  BOOST_CHECK_THROW(filter("name"), failure);
  BOOST_CHECK_THROW(filter("=x"), failure);
}

BOOST_AUTO_TEST_CASE(columns_stand_below_each_other_and_numbers_to_the_right) {
  table made({"NAME", "COUNT", "WHERE"});
  made.add({"tea", "7", "a"});
  made.add({"ärger", "1,200", ""});
  made.add({"日本", "-", "b"});
  BOOST_TEST(made.text() ==
             "NAME   COUNT  WHERE\n"
             "tea        7  a\n"
             "ärger  1,200\n"
             "日本       -  b\n");
}

BOOST_AUTO_TEST_CASE(a_table_fits_the_terminal) {
  table made({"A", "B"});
  made.add({"one", "a long text that does not fit"});
  BOOST_TEST(made.text(12) == "A    B\none  a long…\n");
}

BOOST_AUTO_TEST_CASE(what_is_shown_does_nothing_to_a_terminal) {
  BOOST_TEST(printable("a\x1b[31mb\nc\x7f\xc2\x9b") == "a [31mb c  ");
  table made({"A"});
  made.add({"x\x1b]0;title\x07"});
  BOOST_TEST(made.text().find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(amounts_are_told_as_people_read_them) {
  BOOST_TEST(human_bytes(512) == "512 B");
  BOOST_TEST(human_bytes(1536) == "1.5 KiB");
  BOOST_TEST(human_bytes(std::uint64_t{3} << 30) == "3.0 GiB");
  BOOST_TEST(human_duration(12) == "12 ms");
  BOOST_TEST(human_duration(3456) == "3.4 s");
  BOOST_TEST(human_duration(312'000) == "5m 12s");
  BOOST_TEST(human_duration(3 * 3'600'000 + 300'000) == "3h 5m");
  BOOST_TEST(human_duration(100 * 3'600'000ull) == "4d 4h");
  BOOST_TEST(human_count(0) == "0");
  BOOST_TEST(human_count(999) == "999");
  BOOST_TEST(human_count(1234567) == "1,234,567");
  BOOST_TEST(human_time(1796117412) == "2026-12-01 09:30:12");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_words_test
