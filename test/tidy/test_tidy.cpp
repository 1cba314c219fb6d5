#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>
#include <memory>

#include "test/tidy/law.hpp"

using namespace lithair::tidy;
namespace data = boost::unit_test::data;

namespace {

const std::vector<source>& tree() {
  static const auto made = read_tree(LITHAIR_SOURCE_DIR);
  return made;
}

void require_none(const std::vector<finding>& found) {
  for (const auto& each : found) BOOST_TEST(false, each);
}

std::string repeated(std::string_view line, std::size_t times) {
  std::string made;
  for (std::size_t i = 0; i < times; ++i) made += std::string(line) + '\n';
  return made;
}

/// What clang-format says of a file: nothing when it is laid out right.
std::string format_of(const std::string& arguments) {
  const auto command = LITHAIR_CLANG_FORMAT " --dry-run --Werror " + arguments + " 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(::popen(command.c_str(), "r"),
                                                            &::pclose);
  BOOST_REQUIRE(out != nullptr);
  std::string said;
  for (std::array<char, 4096> part{}; std::fgets(part.data(), part.size(), out.get()) != nullptr;)
    said += part.data();
  return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tidy)

// -- the tree -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_tree_is_read) { BOOST_TEST(tree().size() > 500u); }

BOOST_AUTO_TEST_CASE(includes_go_where_the_room_may_look) {
  require_none(check_directions(tree(), room_rules));
}

BOOST_AUTO_TEST_CASE(sources_begin_with_their_own_headers) {
  require_none(check_first_includes(tree()));
}

BOOST_AUTO_TEST_CASE(no_component_includes_itself_over_others) {
  require_none(check_cycles(tree(), cycles));
}

BOOST_AUTO_TEST_CASE(lines_files_and_functions_are_short) {
  require_none(check_columns(tree(), most_columns));
  require_none(check_file_lengths(tree(), most_lines_of_a_file, long_files));
  require_none(check_function_lengths(tree(), most_lines_of_a_function, long_functions));
}

BOOST_AUTO_TEST_CASE(exceptions_are_needed_and_have_a_reason) {
  require_none(check_exceptions(cycles, [](exceptions x) { return check_cycles(tree(), x); }));
  require_none(check_exceptions(long_files, [](exceptions x) {
    return check_file_lengths(tree(), most_lines_of_a_file, x);
  }));
  require_none(check_exceptions(long_functions, [](exceptions x) {
    return check_function_lengths(tree(), most_lines_of_a_function, x);
  }));
}

BOOST_AUTO_TEST_CASE(everything_is_laid_out_by_clang_format) {
  std::string files;
  for (const auto& each : tree()) files += " '" LITHAIR_SOURCE_DIR "/" + each.path + '\'';
  BOOST_TEST(format_of(files) == "");
}

// -- the rules ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_include_up_the_house_is_found) {
  const std::vector planted{
      source_of("protocol/core.cpp", "#include \"models/service.hpp\"\n"),
      source_of("models/value/money.hpp", "\n#include \"models/state/keys.hpp\"\n"),
      source_of("models/service.hpp", "#include \"models/query/query.hpp\"\n"),
      source_of("cellar/wine.cpp", "")};
  const std::vector<finding> expected{
      {"protocol/core.cpp:1", "protocol may not include models/service.hpp"},
      {"models/value/money.hpp:2", "models/value may not include models/state/keys.hpp"},
      {"cellar/wine.cpp", "the law says nothing about this room"}};
  BOOST_TEST(check_directions(planted, room_rules) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_source_that_begins_with_another_header_than_its_own_is_found) {
  const std::vector planted{source_of("a/one.hpp", ""),
                            source_of("a/one.cpp", "#include <map>\n#include \"a/one.hpp\"\n"),
                            source_of("a/two.hpp", ""),
                            source_of("a/two.cpp", "#include \"a/two.hpp\"\n"),
                            source_of("a/main.cpp", "#include <map>\n")};
  const std::vector<finding> expected{{"a/one.cpp", "it does not begin with its own header"}};
  BOOST_TEST(check_first_includes(planted) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cycle_of_components_is_found_also_over_a_source_file) {
  const std::vector planted{
      source_of("a/one.hpp", "#include \"a/two.hpp\"\n"),
      source_of("a/two.cpp", "#include \"a/two.hpp\"\n#include \"a/three.hpp\"\n"),
      source_of("a/three.hpp", "#include \"a/one.hpp\"\n"),
      source_of("a/four.hpp", "#include \"a/one.hpp\"\n")};
  const std::vector<finding> expected{{"a/one", "these include each other: a/one, a/three, a/two"}};
  BOOST_TEST(check_cycles(planted, {}) == expected, boost::test_tools::per_element());
  const exception known[] = {{"a/one, a/three, a/two", "it is so"}};
  BOOST_TEST(check_cycles(planted, known).empty());
}

BOOST_AUTO_TEST_CASE(a_long_line_is_found_and_text_of_another_language_is_not_one) {
  const std::string line(101, 'x');
  const std::string umlauts = repeated("ä", 1).substr(0, 2);
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += umlauts;
  const std::vector planted{source_of(
      "a.cpp", line + '\n' + wide + "\nauto t = R\"sql(\n" + line + "\n)sql\";\n" + line)};
  const std::vector<finding> expected{{"a.cpp:1", "101 columns"}, {"a.cpp:6", "101 columns"}};
  BOOST_TEST(check_columns(planted, 100) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_long_file_is_found_unless_there_is_a_reason) {
  const std::vector planted{source_of("a.cpp", repeated("x", 451))};
  const exception known[] = {{"a.cpp", "it is so"}};
  BOOST_TEST(check_file_lengths(planted, 450, {}).size() == 1u);
  BOOST_TEST(check_file_lengths(planted, 450, known).empty());
}

BOOST_AUTO_TEST_CASE(a_long_function_is_found_free_or_a_member_and_also_with_a_long_head) {
  const auto body = repeated("    x();", 79);
  const std::vector planted{
      source_of("a.cpp", "void short_one() {\n}\n\nvoid long_one() {\n" + body + "}\n"),
      source_of("b.hpp", "struct b {\n  int member(int x,\n             int y) const {\n" + body +
                             "  }\n};\n"),
      source_of("c.cpp", "namespace c {\n" + repeated("int x;", 90) + "}\n")};
  const std::vector<finding> expected{{"a.cpp:4", "long_one has 81 lines"},
                                      {"b.hpp:2", "member has 82 lines"}};
  BOOST_TEST(check_function_lengths(planted, 80, {}) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_exception_of_nothing_or_for_no_reason_is_found) {
  const std::vector planted{source_of("a.cpp", repeated("x", 9)),
                            source_of("b.cpp", repeated("x", 9)), source_of("c.cpp", "x\n")};
  const exception known[] = {
      {"a.cpp", ""}, {"b.cpp", "it is so"}, {"c.cpp", "it was so"}, {"d.cpp", "it was there"}};
  const std::vector<finding> expected{{"a.cpp", "is excepted without a reason"},
                                      {"c.cpp", "is excepted for nothing"},
                                      {"d.cpp", "is excepted for nothing"}};
  BOOST_TEST(
      check_exceptions(known, [&](exceptions x) { return check_file_lengths(planted, 5, x); }) ==
          expected,
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(another_layout_is_found) {
  const auto said = format_of(LITHAIR_SOURCE_DIR "/test/tidy/planted/layout.txt");
  BOOST_TEST(said.find("clang-format-violations") != std::string::npos, said);
}

BOOST_AUTO_TEST_SUITE_END()
