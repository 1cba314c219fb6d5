#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

#include "test/http/parsed.hpp"

namespace parser_test {

namespace bdata = boost::unit_test::data;
using lithair::http::parser;
using lithair::http::parser_limits;
using lithair::http::test::parsed;

namespace {

constexpr parser_limits limits{
    .max_target = 64, .max_header_bytes = 256, .max_headers = 8, .max_body = 32};

struct sample {
  std::string name;
  std::string bytes;
  std::string expected;
};

std::ostream& operator<<(std::ostream& out, const sample& x) { return out << x.name; }

const std::string host = "Host: a\r\n";
const std::string next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

std::string get(const std::string& headers) { return "GET /x HTTP/1.1\r\n" + headers + "\r\n"; }
std::string post(const std::string& headers, const std::string& body) {
  return "POST /x HTTP/1.1\r\n" + host + headers + "\r\n" + body;
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

void check(const sample& x) {
  for (const std::size_t piece : {x.bytes.size(), std::size_t{1}, std::size_t{7}})
    BOOST_TEST(parsed(x.bytes, piece, limits) == x.expected, "in pieces of " << piece);
}

const std::vector<sample> well_formed{
    {"a plain request", get(host), "GET /x\n"},
    {"requests behind each other", get(host) + next + next, "GET /x\nGET /next\nGET /next\n"},
    {"an empty line before a request", "\r\n" + get(host), "GET /x\n"},
    {"an empty line between requests", post("Content-Length: 2\r\n", "ab") + "\r\n" + next,
     "POST /x ab\nGET /next\n"},
    {"a body with its length", post("Content-Length: 5\r\n", "hello") + next,
     "POST /x hello\nGET /next\n"},
    {"a body of no bytes", post("Content-Length: 0\r\n", "") + next, "POST /x\nGET /next\n"},
    {"a chunked body", chunked("3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n") + next,
     "POST /x abc0123456789\nGET /next\n"},
    {"chunk extensions", chunked("3;a=\"b\"\r\nabc\r\n0;last\r\n\r\n") + next,
     "POST /x abc\nGET /next\n"},
    {"a quoted extension", chunked("3;a=\"; \\\" \\\\ \xc3\xa9\t\"\r\nabc\r\n0\r\n\r\n") + next,
     "POST /x abc\nGET /next\n"},
    {"extensions with blanks where the grammar has them",
     chunked("3 \t; a\t= \"\" ;b ; c\r\nabc\r\n0 ;d\r\n\r\n") + next, "POST /x abc\nGET /next\n"},
    {"trailers", chunked("1\r\na\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\n") + next,
     "POST /x a\nGET /next\n"},
    {"coding in capitals", post("transfer-encoding: Chunked\r\n", "0\r\n\r\n"), "POST /x\n"},
    {"GET with a body", "GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" + next,
     "GET /x ab\nGET /next\n"},
    {"HEAD with a body", "HEAD /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" + next,
     "HEAD /x ab\nGET /next\n"},
    {"connection close", get(host + "Connection: Close\r\n"), "GET /x close\n"},
    {"close among other options", get(host + "Connection: upgrade, close\r\n"), "GET /x close\n"},
    {"HTTP/1.0 closes", "GET /x HTTP/1.0\r\n\r\n", "GET /x close\n"},
    {"HTTP/1.0 keeps alive when asked", "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "GET /x\n"},
    {"Upgrade is ignored", get(host + "Upgrade: websocket\r\nConnection: upgrade\r\n") + next,
     "GET /x\nGET /next\n"},
    {"an unknown method keeps the framing",
     "BREW /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nz" + next, "BREW /x z\nGET /next\n"},
    {"absolute form", "GET http://a/x?y HTTP/1.1\r\nHost: A\r\n\r\n", "GET /x?y\n"},
    {"absolute form without a path",
     "POST http://a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nz", "POST / z\n"},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS *\n"},
    {"an empty header", get(host + "X:\r\n"), "GET /x\n"},
    {"spaces around a value", "POST /x HTTP/1.1\r\nHost: \t a \t\r\nContent-Length:  2  \r\n\r\nab",
     "POST /x ab\n"},
    {"high bytes in a value", get(host + "X: \xc3\xa9\r\n"), "GET /x\n"},
    {"a head that never ends", "GET /x HTTP/1.1\r\nHo", "unfinished\n"},
    {"a body that never ends", post("Content-Length: 5\r\n", "ab"), "unfinished\n"},
};

// Each is followed by a request that must not be taken any more.
const std::vector<sample> ambiguous_lengths{
    {"length and coding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "400\n"},
    {"coding and length", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "400\n"},
    {"two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n", "400\n"},
    {"the same length twice", "Content-Length: 3\r\nContent-Length: 3\r\n", "400\n"},
    {"a list of lengths", "Content-Length: 3, 3\r\n", "400\n"},
    {"chunked twice", "Transfer-Encoding: chunked, chunked\r\n", "400\n"},
    {"chunked in two headers", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
     "400\n"},
    {"an empty element first", "Transfer-Encoding: ,chunked\r\n", "400\n"},
    {"an empty element last", "Transfer-Encoding: chunked,\r\n", "400\n"},
    {"identity", "Transfer-Encoding: identity\r\n", "400\n"},
    {"no coding", "Transfer-Encoding:\r\n", "400\n"},
    {"an unknown coding", "Transfer-Encoding: gzip, chunked\r\n", "501\n"},
    {"an unknown coding alone", "Transfer-Encoding: xchunked\r\n", "501\n"},
    {"a coding with a vertical tab", "Transfer-Encoding: \vchunked\r\n", "400\n"},
    {"length with a plus", "Content-Length: +5\r\n", "400\n"},
    {"negative length", "Content-Length: -1\r\n", "400\n"},
    {"hexadecimal length", "Content-Length: 0x5\r\n", "400\n"},
    {"length with an underscore", "Content-Length: 5_0\r\n", "400\n"},
    {"length with a space inside", "Content-Length: 5 0\r\n", "400\n"},
    {"empty length", "Content-Length:\r\n", "400\n"},
    {"length of 2^64", "Content-Length: 18446744073709551616\r\n", "400\n"},
    {"length of 2^64 + 5", "Content-Length: 18446744073709551621\r\n", "400\n"},
    {"length of 400 digits is a long header", "Content-Length: " + std::string(400, '9') + "\r\n",
     "431\n"},
};

const std::vector<sample> bad_chunks{
    {"0x size", "0x1\r\na\r\n0\r\n\r\n", "400\n"},
    {"underscore in size", "1_0\r\na\r\n0\r\n\r\n", "400\n"},
    {"plus in size", "+1\r\na\r\n0\r\n\r\n", "400\n"},
    {"minus in size", "-1\r\na\r\n0\r\n\r\n", "400\n"},
    {"empty size", "\r\na\r\n0\r\n\r\n", "400\n"},
    {"empty size with extension", ";x\r\na\r\n0\r\n\r\n", "400\n"},
    {"space before size", " 1\r\na\r\n0\r\n\r\n", "400\n"},
    {"space after size", "1 \r\na\r\n0\r\n\r\n", "400\n"},
    {"17 digits", "00000000000000001\r\na\r\n0\r\n\r\n", "400\n"},
    {"the largest size", "ffffffffffffffff\r\na\r\n0\r\n\r\n", "413\n"},
    {"bad terminator", "1\r\naXX0\r\n\r\n", "400\n"},
    {"missing terminator", "1\r\na0\r\n\r\n", "400\n"},
    {"bare LF after size", "1\na\r\n0\r\n\r\n", "400\n"},
    {"bare LF after data", "1\r\na\n0\r\n\r\n", "400\n"},
    {"bare CR after size", "1\ra\r\n0\r\n\r\n", "400\n"},
    {"bare CR after data", "1\r\na\r0\r\n\r\n", "400\n"},
    {"bare LF at the end", "1\r\na\r\n0\r\n\n", "400\n"},
    {"bare LF in an extension", "1;x\na\r\n0\r\n\r\n", "400\n"},
    {"bare CR in an extension", "1;x\ry\r\na\r\n0\r\n\r\n", "400\n"},
    {"NUL in an extension", std::string{"1;x\0\r\na\r\n0\r\n\r\n", 15}, "400\n"},
    {"a semicolon without a name", "1;\r\na\r\n0\r\n\r\n", "400\n"},
    {"a semicolon and a blank without a name", "1; \r\na\r\n0\r\n\r\n", "400\n"},
    {"a semicolon at the last chunk", "1\r\na\r\n0;\r\n\r\n", "400\n"},
    {"two semicolons", "1;;x\r\na\r\n0\r\n\r\n", "400\n"},
    {"a semicolon behind an extension", "1;x;\r\na\r\n0\r\n\r\n", "400\n"},
    {"an extension that is no token", "1;x@\r\na\r\n0\r\n\r\n", "400\n"},
    {"an extension beyond ASCII", "1;\xc3\xa9\r\na\r\n0\r\n\r\n", "400\n"},
    {"an extension of two words", "1;x y\r\na\r\n0\r\n\r\n", "400\n"},
    {"a blank behind an extension", "1;x \r\na\r\n0\r\n\r\n", "400\n"},
    {"an extension with no value", "1;x=\r\na\r\n0\r\n\r\n", "400\n"},
    {"an extension with two values", "1;x=y=z\r\na\r\n0\r\n\r\n", "400\n"},
    {"a quote within a value", "1;x=y\"z\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"a quoted name", "1;\"x\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"text behind a quoted value", "1;x=\"y\"z\r\na\r\n0\r\n\r\n", "400\n"},
    {"a blank behind a quoted value", "1;x=\"y\" \r\na\r\n0\r\n\r\n", "400\n"},
    {"a quoted value without an end", "1;x=\"y\r\na\r\n0\r\n\r\n", "400\n"},
    {"a quote that is escaped at the end", "1;x=\"y\\\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"a line that ends in a quoted value", "1;x=\"\r\n\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"an escaped control character", "1;x=\"\\\x01\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"bare CR in a quoted value", "1;x=\"\r\"\r\na\r\n0\r\n\r\n", "400\n"},
    {"bare CR in a trailer", "0\r\nX: 1\r2\r\n\r\n", "400\n"},
    {"bare CR before a trailer", "0\r\n\rX: 1\r\n\r\n", "400\n"},
    {"a blank before a trailer's colon", "0\r\nX : 1\r\n\r\n", "400\n"},
    {"a trailer without a name", "0\r\n: 1\r\n\r\n", "400\n"},
    {"NUL in a trailer", std::string{"0\r\nX: \0\r\n\r\n", 11}, "400\n"},
    {"an endless extension", "1;" + std::string(5000, 'x') + "\r\na\r\n0\r\n\r\n", "400\n"},
    {"huge trailers", "0\r\nX: " + std::string(300, 'x') + "\r\n\r\n", "400\n"},
    {"many trailers",
     "0\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\nX: 1\r\n\r\n", "400\n"},
    {"a trailer without a colon", "0\r\nX\r\n\r\n", "400\n"},
    {"a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", "400\n"},
    {"a trailer with a bare LF", "0\r\nX: 1\n\r\n", "400\n"},
    {"data over the limit", "21\r\n" + std::string(33, 'x') + "\r\n0\r\n\r\n", "413\n"},
    {"data over the limit in small chunks",
     "10\r\n" + std::string(16, 'x') + "\r\n10\r\n" + std::string(16, 'x') +
         "\r\n1\r\nx\r\n0\r\n\r\n",
     "413\n"},
};

const std::vector<sample> bad_heads{
    {"space before the colon", get(host + "X : 1\r\n"), "400\n"},
    {"tab before the colon", get(host + "X\t: 1\r\n"), "400\n"},
    {"no colon", get(host + "X\r\n"), "400\n"},
    {"empty name", get(host + ": 1\r\n"), "400\n"},
    {"control character in a name", get(host + "X\x01Y: 1\r\n"), "400\n"},
    {"high byte in a name", get(host + "X\xe9: 1\r\n"), "400\n"},
    {"folded line", get(host + "X: 1\r\n 2\r\n"), "400\n"},
    {"line folded with a tab", get(host + "X: 1\r\n\t2\r\n"), "400\n"},
    {"space before the first header", "GET /x HTTP/1.1\r\n Host: a\r\n\r\n", "400\n"},
    {"NUL in a value", get(host + std::string{"X: 1\0002\r\n", 8}), "400\n"},
    {"control character in a value", get(host + "X: 1\x02\r\n"), "400\n"},
    {"DEL in a value", get(host + "X: 1\x7f\r\n"), "400\n"},
    {"no Host", get(""), "400\n"},
    {"two Hosts", get(host + "host: a\r\n"), "400\n"},
    {"a Host with a path", get("Host: a/b\r\n"), "400\n"},
    {"a Host with a space", get("Host: a b\r\n"), "400\n"},
    {"a Host with user information", get("Host: u@a\r\n"), "400\n"},
    {"two Hosts in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400\n"},
    {"absolute form with another Host", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", "400\n"},
    {"absolute form with user information", "GET http://u@a/x HTTP/1.1\r\nHost: a\r\n\r\n",
     "400\n"},
    {"absolute form without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "400\n"},
    {"absolute form of another scheme", "GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", "400\n"},
    {"bare LF lines", "GET /x HTTP/1.1\nHost: a\n\n", "400\n"},
    {"bare LF after a header", "GET /x HTTP/1.1\r\nHost: a\n\r\n", "400\n"},
    {"bare LF at the end", "GET /x HTTP/1.1\r\nHost: a\r\n\n", "400\n"},
    {"bare CR between headers", "GET /x HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n", "400\n"},
    {"bare CR in a value", get(host + "X: 1\r2\r\n"), "400\n"},
    {"bare CR before a header", "GET /x HTTP/1.1\r\n\rHost: a\r\n\r\n", "400\n"},
    {"bare CR at the end of a head", "GET /x HTTP/1.1\r\nHost: a\r\n\r\r\n", "400\n"},
    {"two CR at a header's end", "GET /x HTTP/1.1\r\nHost: a\r\r\n\r\n", "400\n"},
    {"bare CR before the request line", "\rGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "400\n"},
    {"bare CR in the request line", "GET /x\r HTTP/1.1\r\nHost: a\r\n\r\n", "400\n"},
    {"two CR at a line's end", "GET /x HTTP/1.1\r\r\nHost: a\r\n\r\n", "400\n"},
    {"chunked in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400\n"},
    {"an unknown expectation", get(host + "Expect: tea\r\n"), "417\n"},
};

const std::vector<sample> bad_request_lines{
    {"HTTP/0.9", "GET /\r\n", "400\n"},
    {"HTTP/2.0 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505\n"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n", "505\n"},
    {"HTTP/3.0", "GET / HTTP/3.0\r\n", "505\n"},
    {"lower-case protocol", "GET / http/1.1\r\n", "400\n"},
    {"another protocol", "GET / ICE/1.0\r\n", "400\n"},
    {"two spaces before the target", "GET  / HTTP/1.1\r\n", "400\n"},
    {"two spaces after the target", "GET /  HTTP/1.1\r\n", "400\n"},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\n", "400\n"},
    {"space at the end", "GET / HTTP/1.1 \r\n", "400\n"},
    {"space at the start", " GET / HTTP/1.1\r\n", "400\n"},
    {"an empty target", "GET  HTTP/1.1\r\n", "400\n"},
    {"a target with a space", "GET /a b HTTP/1.1\r\n", "400\n"},
    {"a target with a fragment", "GET /a#b HTTP/1.1\r\n", "400\n"},
    {"a target with a high byte", "GET /\xc3\xa9 HTTP/1.1\r\n", "400\n"},
    {"a target with NUL", std::string{"GET /\0 HTTP/1.1\r\n", 17}, "400\n"},
    {"a relative target", "GET a HTTP/1.1\r\n", "400\n"},
    {"asterisk for GET", "GET * HTTP/1.1\r\n", "400\n"},
    {"CONNECT", "CONNECT a:443 HTTP/1.1\r\n", "400\n"},
    {"a method with a colon", "GE:T / HTTP/1.1\r\n", "400\n"},
    {"a method of 33 letters", std::string(33, 'A') + " / HTTP/1.1\r\n", "400\n"},
    {"the hello of TLS", "\x16\x03\x01\x02", "400\n"},
    {"two empty lines", "\r\n\r\n", "400\n"},
};

// Nobody needs to wait for the rest of such a line, or of the head.
const std::vector<sample> broken_early{
    {"CR and a letter", "GET /x HTTP/1.1\r\nHost: a\rX", "400\n"},
    {"two CR", "GET /x HTTP/1.1\r\nHost: a\r\r", "400\n"},
    {"LF", "GET /x HTTP/1.1\r\nHost: a\n", "400\n"},
    {"CR and a letter in the request line", "GET /x HTTP/1.1\rX", "400\n"},
    {"a chunk's semicolon", chunked("2;\r"), "400\n"},
    {"a line that is too long before its CR is bad",
     "GET /x HTTP/1.1\r\nHost: " + std::string(300, 'a') + "\rX", "431\n"},
};

const std::vector<sample> too_large{
    {"a target over the limit", "GET /" + std::string(64, 'x') + " HTTP/1.1\r\n", "414\n"},
    {"a target whose end never comes", "GET /" + std::string(500, 'x'), "414\n"},
    {"nine headers", get(host + "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"),
     "431\n"},
    {"a header block over the limit", get(host + "A: " + std::string(300, 'x') + "\r\n"), "431\n"},
    {"a header whose end never comes", "GET / HTTP/1.1\r\nA: " + std::string(500, 'x'), "431\n"},
    {"a body announced over the limit", post("Content-Length: 33\r\n", ""), "413\n"},
    {"a body announced far over the limit", post("Content-Length: 999999999999999999\r\n", ""),
     "413\n"},
};

const std::vector<sample> at_the_limits{
    {"the longest target", "GET /" + std::string(63, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n",
     "GET /" + std::string(63, 'x') + "\n"},
    {"eight headers", get(host + "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"),
     "GET /x\n"},
    {"the largest body", post("Content-Length: 32\r\n", std::string(32, 'b')),
     "POST /x " + std::string(32, 'b') + "\n"},
    {"the largest chunk", chunked("20\r\n" + std::string(32, 'b') + "\r\n0\r\n\r\n"),
     "POST /x " + std::string(32, 'b') + "\n"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(parser_suite)

BOOST_DATA_TEST_CASE(well_formed_requests_are_taken_in_order, bdata::make(well_formed)) {
  check(sample);
}

BOOST_DATA_TEST_CASE(a_length_that_two_readers_could_read_differently_ends_the_connection,
                     bdata::make(ambiguous_lengths)) {
  check({sample.name, post(sample.bytes, "3\r\nabc\r\n0\r\n\r\n") + next, sample.expected});
}

BOOST_DATA_TEST_CASE(a_malformed_chunk_ends_the_connection, bdata::make(bad_chunks)) {
  check({sample.name, chunked(sample.bytes) + next, sample.expected});
}

BOOST_DATA_TEST_CASE(a_malformed_head_ends_the_connection, bdata::make(bad_heads)) {
  check({sample.name, sample.bytes + next, sample.expected});
}

BOOST_DATA_TEST_CASE(a_malformed_request_line_is_answered_without_waiting_for_more,
                     bdata::make(bad_request_lines)) {
  check(sample);
}

BOOST_DATA_TEST_CASE(what_breaks_a_line_is_answered_without_waiting_for_more,
                     bdata::make(broken_early)) {
  check(sample);
}

BOOST_DATA_TEST_CASE(what_is_too_large_is_refused_early, bdata::make(too_large)) { check(sample); }

BOOST_DATA_TEST_CASE(what_fits_exactly_is_taken, bdata::make(at_the_limits)) { check(sample); }

BOOST_AUTO_TEST_CASE(requests_before_a_malformed_one_are_kept_and_none_after_it) {
  check({"", get(host) + "BAD\r\n" + next, "GET /x\n400\n"});
}

BOOST_AUTO_TEST_CASE(ten_thousand_headers_are_refused_after_the_first_few) {
  std::string bytes = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 10'000; ++i) bytes += "A: 1\r\n";
  check({"", bytes, "431\n"});
}

BOOST_AUTO_TEST_CASE(the_head_is_told_before_its_body_and_the_limit_can_be_raised) {
  parser p{limits};
  const auto bytes = post("Content-Length: 40\r\nExpect: 100-continue\r\n", std::string(40, 'b'));
  std::string_view input = bytes;
  BOOST_TEST((p.next(input) == parser::event::head));
  BOOST_TEST(p.current().expects_continue);
  p.limit_body(40);
  BOOST_TEST((p.next(input) == parser::event::request));
  BOOST_TEST(p.current().body.size() == 40u);
  BOOST_TEST(p.between_requests());
}

BOOST_AUTO_TEST_CASE(a_body_needs_its_room_from_its_announcement_until_it_is_released) {
  parser p{limits};
  const auto bytes = post("Content-Length: 30\r\n", std::string(30, 'b'));
  std::string_view input = std::string_view(bytes).substr(0, bytes.size() - 10);
  BOOST_TEST((p.next(input) == parser::event::head));
  BOOST_TEST(p.announced().value() == 30u);
  BOOST_TEST(p.needs(input.size()) >= 30u);
  BOOST_TEST((p.next(input) == parser::event::more));
  BOOST_TEST(p.received() == 20u);
  BOOST_TEST(p.needs(0) >= 30u);
  input = std::string_view(bytes).substr(bytes.size() - 10);
  BOOST_TEST((p.next(input) == parser::event::request));
  BOOST_TEST(p.needs(0) >= 30u);
  p.release();
  BOOST_TEST(p.needs(0) == 0u);
  BOOST_TEST(p.between_requests());
  // In one piece it lies in the caller's buffer.
  input = bytes;
  BOOST_TEST((p.next(input) == parser::event::head));
  BOOST_TEST(p.needs(input.size()) == 0u);
  BOOST_TEST((p.next(input) == parser::event::request));
  BOOST_TEST(p.current().body.size() == 30u);
}

BOOST_AUTO_TEST_CASE(headers_are_found_ignoring_case_and_without_white_space) {
  parser p{limits};
  const auto bytes = get(host + "X-Consistency:  local \r\n");
  std::string_view input = bytes;
  BOOST_REQUIRE((p.next(input) == parser::event::request));
  BOOST_REQUIRE(p.current().find("x-consistency") != nullptr);
  BOOST_TEST(*p.current().find("x-consistency") == "local");
  BOOST_TEST((p.current().find("If-Match") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parser_test
