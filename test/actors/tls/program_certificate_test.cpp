#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "actors/links/node_certificate.hpp"

namespace program_certificate_test {

using namespace lithair::actors;

namespace {

certificate with(std::vector<std::string> uris) {
  certificate made;
  made.uris = std::move(uris);
  return made;
}

std::string program_in(std::vector<std::string> uris) {
  const auto found = program_of(with(std::move(uris)));
  return found ? *found : "no: " + found.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificates_of_programs)

BOOST_AUTO_TEST_CASE(a_certificate_names_one_program_and_nothing_else_of_the_cluster) {
  BOOST_TEST(program_in({"lithair://program/billing"}) == "billing");
  BOOST_TEST(program_in({"https://example.org", program_uri("a.B-3_x")}) == "a.B-3_x");
  BOOST_TEST(program_in({}).starts_with("no: it names no program"));
  BOOST_TEST(program_in({"lithair://node/3"}) ==
             "no: it names a node, lithair://node/3, and no program");
  BOOST_TEST(program_in({"lithair://program/a", "lithair://program/b"}) ==
             "no: it names two, lithair://program/a and lithair://program/b");
  BOOST_TEST(program_in({"lithair://node/3", "lithair://program/b"}) ==
             "no: it names two, lithair://node/3 and lithair://program/b");
  for (const auto* name : {"", "a b", "a/b", "a%20b", "\xc3\xa4"})
    BOOST_TEST(program_in({program_uri(name)}).ends_with("is no name for a program"), name);
  BOOST_TEST(program_in({program_uri(std::string(65, 'a'))}).starts_with("no: "));
}

BOOST_AUTO_TEST_CASE(it_does_for_a_program_and_for_no_node) {
  const auto of_program = with({"lithair://program/billing"});
  const auto of_node = with({"lithair://node/3"});
  BOOST_TEST(!node_of(of_program).has_value());
  BOOST_TEST(any_node().judge(of_program) ==
             "it names a program, lithair://program/billing, and no node");
  BOOST_TEST(exactly(3).judge(of_program) != "");
  BOOST_TEST(any_speaker().judge(of_program) == "");
  BOOST_TEST(any_speaker().judge(of_node) == "");
  BOOST_TEST(any_speaker().judge(with({})).starts_with("it names no node"));
  BOOST_TEST(why_not_own(3, of_program) != "");
  BOOST_TEST(why_not_of_program(of_program) == "");
  BOOST_TEST(why_not_of_program(of_node) ==
             ": the certificate can't be a program's: it names a node, lithair://node/3, and no "
             "program");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace program_certificate_test
