#include "apps/lithair/asking.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>
#include <ostream>
#include <utility>
#include <vector>

#include "test/apps/own_directory.hpp"
#include "test/apps/small_server.hpp"

namespace asking_test {

namespace data = boost::unit_test::data;
using namespace lithair::apps;
using namespace lithair::test;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

contact at(const small_server& there) { return {{"127.0.0.1", there.port()}, {}}; }

/// What is made of `said` when it arrives in pieces of so many bytes, and the connection ends then.
answer made_of(const std::string& said, std::size_t piece) {
  const small_server there{[&](caller_line& line) {
    line.request();
    for (std::size_t i = 0; i < said.size() && line.say(said.substr(i, piece)); i += piece) {
    }
    line.end();
    line.await_end();
  }};
  return ask(at(there), "/", {}, nullptr);
}

struct reply {
  const char* what;
  std::string said;
  answer made;
};
std::ostream& operator<<(std::ostream& out, const reply& x) { return out << x.what; }

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::vector<reply> replies{
    {"a length", "HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nhello", {403, "hello"}},
    {"bytes behind it", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello there", {200, "hello"}},
    {"no body", "HTTP/1.1 204 No Content\r\n\r\n", {204, ""}},
    {"chunks", chunked + "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n", {200, "hello"}},
    {"until the end", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", {200, "hello"}},
    {"early hints",
     "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
     {200, "hi"}},
    {"nothing", "", {0, "it closed the connection without an answer"}},
    {"half a head", "HTTP/1.1 200 OK\r\nContent-Le", {0, "it broke off its answer"}},
    {"half a body",
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
     {0, "it broke off its answer"}},
    {"half a chunk", chunked + "5\r\nhel", {0, "it broke off its answer"}},
    {"no last chunk", chunked + "3\r\nhel\r\n", {0, "it broke off its answer"}},
    {"hints only", "HTTP/1.1 103 Early\r\n\r\n", {0, "it broke off its answer"}},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", {0, "what it answers is no HTTP"}},
    {"two lengths",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
     {0, "what it answers is no HTTP"}},
    {"a chunk of no size", chunked + "x\r\n", {0, "what it answers is no HTTP"}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(asking_others)

BOOST_DATA_TEST_CASE(an_answer_is_read_however_it_is_cut, data::make(replies)) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, mebibyte}) {
    const auto got = made_of(sample.said, piece);
    BOOST_TEST(got.status == sample.made.status);
    BOOST_TEST(got.body == sample.made.body);
  }
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_not_kept) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string much(16 * mebibyte, 'x');
  const auto whole = made_of(head + "Content-Length: 16777216\r\n\r\n" + much, mebibyte);
  BOOST_TEST(whole.status == 200);
  BOOST_TEST(whole.body.size() == much.size());
  const auto length = made_of(head + "Content-Length: 16777217\r\n\r\n" + much + "x", mebibyte);
  BOOST_TEST(length.status == 0);
  BOOST_TEST(length.body == "its answer is too large");
  const auto chunks = made_of(chunked + "1000000\r\n" + much + "\r\n1\r\nx\r\n0\r\n\r\n", mebibyte);
  BOOST_TEST(chunks.body == "its answer is too large");
  const auto endless = made_of(head + "X: " + much, mebibyte);
  BOOST_TEST(endless.body == "its answer is too large");
  std::string hints;
  while (hints.size() < 2 * answer_reader::most_of_head) hints += "HTTP/1.1 103 Early\r\n\r\n";
  BOOST_TEST(made_of(hints + head + "\r\n", mebibyte).body == "its answer is too large");
}

BOOST_AUTO_TEST_CASE(a_request_says_what_is_asked_of_whom) {
  std::vector<std::string> requests;
  std::vector<std::string> hosts;
  for (const std::string body : {"", R"({"id":4})"}) {
    const small_server there{[&](caller_line& line) {
      requests.push_back(line.request());
      line.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }};
    auto whom = at(there);
    whom.whom.host = "localhost";
    if (!body.empty()) whom.bearer = [] { return "secret"; };
    hosts.push_back("\r\nHost: localhost:" + std::to_string(there.port()) + "\r\n");
    BOOST_TEST(ask(whom, "/cluster/members", body, nullptr).status == 200);
  }
  for (std::size_t i = 0; i < 2; ++i)
    BOOST_TEST(requests[i].find(hosts[i]) != std::string::npos, requests[i]);
  BOOST_TEST(requests[0].starts_with("GET /cluster/members HTTP/1.1\r\n"));
  BOOST_TEST(requests[0].ends_with("\r\n\r\n"));
  BOOST_TEST(requests[0].find("Authorization") == std::string::npos);
  BOOST_TEST(requests[1].starts_with("POST /cluster/members HTTP/1.1\r\n"));
  BOOST_TEST(requests[1].ends_with("\r\n\r\n{\"id\":4}"));
  for (const std::string line : {"Authorization: Bearer secret", "Content-Length: 8",
                                 "Content-Type: application/json", "Connection: close"})
    BOOST_TEST(requests[1].find("\r\n" + line + "\r\n") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(the_cluster_token_is_read_each_time_it_is_shown) {
  const own_directory kept;
  std::string request;
  const auto file = kept.path() / "token";
  std::ofstream(file) << "a-secret-of-this-test\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  {
    const small_server there{[&](caller_line& line) {
      request = line.request();
      line.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }};
    auto whom = at(there);
    whom.token_file = file;
    BOOST_TEST(ask(whom, "/", {}, nullptr).status == 200);
  }
  BOOST_TEST(request.find("\r\nAuthorization: Bearer a-secret-of-this-test\r\n") !=
             std::string::npos);
  contact gone{{"127.0.0.1", 1}, kept.path() / "none"};
  BOOST_CHECK_THROW(ask(gone, "/", {}, nullptr), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(who_is_silent_is_waited_for_so_long_and_no_longer) {
  for (const std::string early : {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"}) {
    const small_server there{[&](caller_line& line) {
      line.request();
      line.say(early);
      line.await_end();
    }};
    const auto got = ask(at(there), "/", {}, nullptr, milliseconds{200});
    BOOST_TEST(got.status == 0);
    BOOST_TEST(got.body == "it does not answer in time");
  }
}

BOOST_AUTO_TEST_CASE(a_drop_at_a_time_does_not_make_it_longer) {
  const small_server there{[&](caller_line& line) {
    line.request();
    line.say("HTTP/1.1 200 OK\r\n\r\n");
    while (line.say("x")) {
    }
  }};
  const auto got = ask(at(there), "/", {}, nullptr, milliseconds{200});
  BOOST_TEST(got.status == 0);
}

BOOST_AUTO_TEST_CASE(whoever_asks_may_be_told_to_stop) {
  std::atomic<bool> stop{false};
  const small_server there{[&](caller_line& line) {
    line.request();
    stop = true;
    line.await_end();
  }};
  const auto got = ask(at(there), "/", {}, &stop);
  BOOST_TEST(got.status == 0);
  BOOST_TEST(got.body == "it is to stop");
}

BOOST_AUTO_TEST_CASE(where_nobody_is_nobody_answers) {
  std::uint16_t left = 0;
  {
    const small_server there{[](caller_line& line) { line.end(); }};
    left = there.port();
    ask(at(there), "/", {}, nullptr);
  }
  BOOST_TEST(ask({{"127.0.0.1", left}, {}}, "/", {}, nullptr).body ==
             "it can't be reached: Connection refused");
  // No server of names is asked for what can't be one.
  const std::string no_name(300, 'x');
  const auto got = ask({{no_name, left}, {}}, "/", {}, nullptr);
  BOOST_TEST(got.status == 0);
  BOOST_TEST(got.body.starts_with("its name has no address: "), got.body);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace asking_test
