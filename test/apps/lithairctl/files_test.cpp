#include <boost/test/unit_test.hpp>

#include <boost/json/parse.hpp>

#include <sstream>

#include "apps/lithairctl/csv.hpp"
#include "apps/lithairctl/failure.hpp"
#include "apps/lithairctl/import_body.hpp"
#include "apps/lithairctl/page_text.hpp"
#include "apps/lithairctl/record_source.hpp"

namespace ctl_files_test {

using namespace lithair::ctl;
namespace json = boost::json;

namespace {

std::string cells_of(std::string_view record) {
  std::string wrong;
  std::string made;
  for (const auto& x : read_csv(record, wrong))
    made += '<' + x.text + (x.is_absent() ? "-" : "") + '>';
  return wrong.empty() ? made : "wrong: " + wrong;
}

std::vector<std::string> records_of(const std::string& text, file_format format,
                                    std::size_t most = 2) {
  std::istringstream in(text);
  record_source source(in, format, {}, most);
  std::vector<std::string> made;
  for (file_batch batch; source.next(batch);)
    for (const auto& x : batch.records)
      made.push_back(std::to_string(batch.number) + '/' + std::to_string(x.line) + ' ' +
                     std::string(batch.text_of(x)));
  return made;
}

item_model model() {
  return {json::parse(R"({"components":{"schemas":{
            "c":{"properties":{"id":{"type":"string"},"n":{"type":"integer"},"x":{"type":"number"},
                 "b":{"type":"boolean"},"l":{"type":"array"},"j":{}}},
            "c.create":{"required":["n"]}}}})")
              .as_object(),
          "c"};
}

/// All records of a text as one batch's body, and what was rejected.
std::string body(const std::string& text, file_format format, const item_writer& by,
                 std::vector<rejection>& rejected) {
  std::istringstream in(text);
  record_source source(in, format, {}, 100);
  file_batch batch;
  BOOST_REQUIRE(source.next(batch));
  std::vector<file_record> sent;
  return body_of(batch, batch.records, by, sent, rejected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_files)

BOOST_AUTO_TEST_CASE(csv_is_read_by_rfc_4180) {
  BOOST_TEST(cells_of("a,b,c") == "<a><b><c>");
  BOOST_TEST(cells_of("") == "<->");
  BOOST_TEST(cells_of("a,,\"\"") == "<a><-><>");
  BOOST_TEST(cells_of(R"("a,b","say ""hi""",x)") == R"(<a,b><say "hi"><x>)");
  BOOST_TEST(cells_of("\"two\nlines\",x") == "<two\nlines><x>");
  BOOST_TEST(cells_of("a,") == "<a><->");
}

BOOST_AUTO_TEST_CASE(what_is_no_csv_is_refused) {
  for (const auto* record : {R"(a"b)", R"("a"b)", R"("a)", R"(a,"b"c,d)"})
    BOOST_TEST(cells_of(record).starts_with("wrong: "), record);
}

BOOST_AUTO_TEST_CASE(what_is_written_as_csv_is_read_as_it_was) {
  const std::vector<std::string> texts{"",    "a",    "a,b",      "\"",  "say \"x\"",
                                       "l\n", "\r\n", " spaces ", "日本"};
  std::string record;
  for (std::size_t i = 0; i < texts.size(); ++i) add_csv(record, texts[i], i == 0);
  std::string wrong;
  const auto read = read_csv(record, wrong);
  BOOST_TEST(wrong == "");
  BOOST_REQUIRE(read.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    BOOST_TEST(read[i].text == texts[i]);
    BOOST_TEST(!read[i].is_absent());
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_cut_into_batches_with_line_numbers) {
  const std::vector<std::string> expected{"0/1 {a}", "0/3 {b}", "1/4 {c}"};
  BOOST_TEST(records_of("{a}\n\n{b}\r\n{c}", file_format::ndjson) == expected,
             boost::test_tools::per_element());
  BOOST_TEST(records_of("", file_format::ndjson).empty());
  BOOST_TEST(records_of("\n \n", file_format::ndjson).empty());
}

BOOST_AUTO_TEST_CASE(a_quoted_cell_of_a_csv_file_has_lines_of_its_own) {
  const std::vector<std::string> expected{"0/1 a,\"x\ny\"", "0/3 b,c"};
  BOOST_TEST(records_of("a,\"x\ny\"\r\nb,c\r\n", file_format::csv) == expected,
             boost::test_tools::per_element());
  BOOST_CHECK_THROW(records_of("a,\"x\ny", file_format::csv), failure);
}

BOOST_AUTO_TEST_CASE(a_file_is_cut_alike_from_where_a_batch_ended) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += std::string(static_cast<std::size_t>(i), 'x') + "y\n";
  std::istringstream all(text);
  record_source source(all, file_format::ndjson, {}, 7);
  file_batch batch;
  BOOST_REQUIRE(source.next(batch));
  BOOST_REQUIRE(source.next(batch));
  const auto place = source.at();
  BOOST_REQUIRE(source.next(batch));
  std::istringstream rest(text.substr(place.offset));
  record_source again(rest, file_format::ndjson, place, 7);
  file_batch same;
  BOOST_REQUIRE(again.next(same));
  BOOST_TEST(same.text == batch.text);
  BOOST_TEST(same.number == batch.number);
  BOOST_TEST(same.records.front().line == batch.records.front().line);
  BOOST_TEST(same.end_offset == batch.end_offset);
}

BOOST_AUTO_TEST_CASE(a_line_of_a_batch_is_a_line_of_the_body) {
  std::vector<rejection> rejected;
  const auto made = body("{\"a\":1}\n{\"a\":2}\n", file_format::ndjson, {}, rejected);
  BOOST_TEST(made == "[{\"a\":1},\n{\"a\":2}]");
  BOOST_TEST(rejected.empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_not_one_object_goes_no_further) {
  std::vector<rejection> rejected;
  const auto made = body("{\"a\":1}\n{\"a\":1},{\"a\":2}\n[1]\n{\"a\":\nx\n{\"a\":1} \n",
                         file_format::ndjson, {}, rejected);
  BOOST_TEST(made == "[{\"a\":1},\n{\"a\":1} ]");
  BOOST_REQUIRE(rejected.size() == 4u);
  BOOST_TEST(to_string(rejected[0]) == "Line 2: Behind the item is something else, at column 8.");
  BOOST_TEST(to_string(rejected[1]) == "Line 3: An item is a JSON object.");
  BOOST_TEST(to_string(rejected[2]).starts_with("Line 4: It is not JSON"));
}

BOOST_AUTO_TEST_CASE(cells_become_values_by_the_types_of_their_fields) {
  const item_writer by("id,n,x,b,l,j,other", model());
  std::vector<rejection> rejected;
  const auto made =
      body("7,7,7,true,\"[\"\"a\"\"]\",\"\"\"t\"\"\",7\na,,,,,,\n", file_format::csv, by, rejected);
  BOOST_TEST(rejected.empty());
  BOOST_TEST((json::parse(made) ==
              json::parse(R"([{"id":"7","n":7,"x":7.0,"b":true,"l":["a"],"j":"t","other":"7"},
                              {"id":"a"}])")));
}

BOOST_AUTO_TEST_CASE(a_cell_that_is_no_value_is_named_with_line_and_field) {
  const item_writer by("id,n,b", model());
  std::vector<rejection> rejected;
  (void)body("a,1,true\nb,x,true\nc,1,yes\nd,1\n", file_format::csv, by, rejected);
  BOOST_REQUIRE(rejected.size() == 3u);
  BOOST_TEST(to_string(rejected[0]) == "Line 2: n: \"x\" must be a whole number.");
  BOOST_TEST(to_string(rejected[1]) == "Line 3: b: \"yes\" must be true or false.");
  BOOST_TEST(to_string(rejected[2]) ==
             "Line 4: It is no record of the file: 2 cells, and 3 are named by the first line.");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_of_the_lines_it_is_about) {
  const std::vector<file_record> sent{{0, 1, 10}, {1, 1, 12}, {2, 1, 13}};
  const auto made = blamed_in(
      R"({"errors":[{"field":"[1].price","message":"Too low."},{"field":"[2]","message":"No."},
                    {"field":"[9].x","message":"Of nobody."}]})",
      sent);
  BOOST_REQUIRE(made.size() == 2u);
  BOOST_TEST(to_string(made[0]) == "Line 12: price: Too low.");
  BOOST_TEST(to_string(made[1]) == "Line 13: No.");
  const auto whole = blamed_in(
      R"({"detail":"The JSON is malformed at line 2, column 5: twice.","errors":[]})", sent);
  BOOST_REQUIRE(whole.size() == 1u);
  BOOST_TEST(whole[0].record.line == 12u);
  BOOST_TEST(blamed_in("not JSON", sent).empty());
}

BOOST_AUTO_TEST_CASE(a_page_is_taken_apart_as_it_stands) {
  const std::string page =
      R"({"data":[{"a":"]},\"next\":\"x\"","b":[{}]},{"c":1.50}],"skip":0,"next":"to-ken"})";
  const auto made = read_page(page);
  BOOST_REQUIRE(made.items.size() == 2u);
  BOOST_TEST(made.items[0] == R"({"a":"]},\"next\":\"x\"","b":[{}]})");
  BOOST_TEST(made.items[1] == R"({"c":1.50})");
  BOOST_TEST(made.next == "to-ken");
  BOOST_TEST(read_page(R"({"data":[],"next":null})").items.empty());
  BOOST_TEST(read_page(R"({"data":[],"next":null})").next == "");
  for (const auto* text : {"", "{}", R"({"data":[{"a":1)", R"({"data":[]})"})
    BOOST_CHECK_THROW((void)read_page(text), failure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_files_test
