#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "apps/lithair/asking.hpp"
#include "test/apps/own_directory.hpp"
#include "test/apps/small_server.hpp"
#include "test/cluster/harness/certificates.hpp"

namespace asking_tls_test {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::apps;
using namespace lithair::test;

namespace {

/// By whom certificates are made, and files of them.
struct kept_files {
  own_directory in;
  authority good{"good"};
  authority bad{"bad"};

  std::string put(const std::string& name, const std::string& text) const {
    const auto path = in.path() / name;
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  }
};

const kept_files& kept() {
  static const kept_files made;
  return made;
}

std::shared_ptr<const actors::tls_context> server_with(const identity& own, bool asks,
                                                       bool takes_1_2 = true) {
  actors::tls_material of{{"cert", own.certificate}, {"key", own.key}, {}};
  if (asks) of.authorities = {"ca", kept().good.certificate()};
  actors::tls_usage how;
  how.takes_1_2 = takes_1_2;
  auto made = actors::tls_context::make(of, how);
  if (!made) throw std::runtime_error(made.error().text);
  return *made;
}

/// Asks a server that shows `own`.
answer asked_of(const identity& own, const std::function<void(contact&)>& as, bool asks = false) {
  const small_server there{[](caller_line& line) {
                             line.request();
                             line.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                             line.end();
                             line.await_end();
                           },
                           server_with(own, asks)};
  contact whom{{"127.0.0.1", there.port()}, {}};
  as(whom);
  return ask(whom, "/", {}, nullptr);
}

actors::tls_files own_files(const std::string& name, const authority& by) {
  const auto made = by.issue({.name = name});
  return {kept().put(name + ".pem", made.certificate), kept().put(name + ".key", made.key), {}};
}

void trust(contact& whom, const authority& by) {
  static const auto own = own_files("client", kept().good);
  whom.tls = own;
  whom.authorities = kept().put("ca.pem", by.certificate());
}

struct meeting {
  const char* what;
  certificate_wish shown;
  std::function<void(contact&)> as;
  std::string why;  // empty: it is answered
};
std::ostream& operator<<(std::ostream& out, const meeting& x) { return out << x.what; }

const certificate_wish usual;
const certificate_wish elsewhere{.names = {"DNS:another.example"}};
const std::string untrusted = "its certificate is not to be trusted: ";

const std::vector<meeting> meetings{
    {"an authority, by its address", usual, [](contact& x) { trust(x, kept().good); }, ""},
    {"by its name", usual,
     [](contact& x) {
       trust(x, kept().good);
       x.whom.host = "localhost";
     },
     ""},
    {"another authority", usual, [](contact& x) { trust(x, kept().bad); },
     untrusted + "unable to get local issuer certificate"},
    {"another address", elsewhere, [](contact& x) { trust(x, kept().good); },
     untrusted + "IP address mismatch"},
    {"another name", elsewhere,
     [](contact& x) {
       trust(x, kept().good);
       x.whom.host = "localhost";
     },
     untrusted + "hostname mismatch"},
    {"any name of the authority", elsewhere,
     [](contact& x) {
       trust(x, kept().good);
       x.any_host = true;
     },
     ""},
    {"any name, of another authority", elsewhere,
     [](contact& x) {
       trust(x, kept().bad);
       x.any_host = true;
     },
     untrusted + "unable to get local issuer certificate"},
    {"a certificate that has ended",
     {.begins_in_s = -7200, .ends_in_s = -3600},
     [](contact& x) { trust(x, kept().good); },
     untrusted + "certificate has expired"},
    {"a certificate for clients",
     {.usage = "clientAuth"},
     [](contact& x) { trust(x, kept().good); },
     untrusted + "unsuitable certificate purpose"},
    {"pinned, whatever name", elsewhere, [](contact& x) { x.pinned = kept().good.certificate(); },
     ""},
    {"another one pinned", usual, [](contact& x) { x.pinned = kept().bad.certificate(); },
     untrusted + "unable to get local issuer certificate"},
    {"pinned, though the files say more", usual,
     [](contact& x) {
       trust(x, kept().good);
       x.pinned = kept().bad.certificate();
     },
     untrusted + "unable to get local issuer certificate"},
    {"whoever it is", elsewhere, [](contact& x) { x.unverified = true; }, ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(asking_by_tls)

BOOST_DATA_TEST_CASE(whom_one_trusts_is_answered_by_and_nobody_else, data::make(meetings)) {
  const auto got = asked_of(kept().good.issue(sample.shown), sample.as);
  BOOST_TEST(got.status == (sample.why.empty() ? 200 : 0));
  BOOST_TEST(got.body == (sample.why.empty() ? "hi" : sample.why));
}

BOOST_AUTO_TEST_CASE(without_authorities_those_of_the_system_count) {
  // Where OpenSSL looks for them.
  const auto file = kept().put("system.pem", kept().good.certificate());
  const auto as_usual = [](contact& x) {
    trust(x, kept().good);
    x.authorities.clear();
  };
  BOOST_TEST(asked_of(kept().good.issue(), as_usual).body ==
             untrusted + "unable to get local issuer certificate");
  setenv("SSL_CERT_FILE", file.c_str(), 1);
  BOOST_TEST(asked_of(kept().good.issue(), as_usual).status == 200);
  // And not beside authorities that were named.
  BOOST_TEST(asked_of(kept().good.issue(), [](contact& x) { trust(x, kept().bad); }).status == 0);
  unsetenv("SSL_CERT_FILE");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_shown_to_who_asks_for_it) {
  const auto own = kept().good.issue();
  BOOST_TEST(asked_of(
                 own, [](contact& x) { trust(x, kept().good); }, true)
                 .status == 200);
  const auto none = asked_of(
      own, [](contact& x) { x.unverified = true; }, true);
  BOOST_TEST(none.status == 0);
  const auto stranger = asked_of(
      own,
      [](contact& x) {
        trust(x, kept().good);
        x.tls = own_files("stranger", kept().bad);
      },
      true);
  BOOST_TEST(stranger.status == 0);
  BOOST_TEST(stranger.body.starts_with("it refuses to go on: "), stranger.body);
}

BOOST_AUTO_TEST_CASE(files_that_cant_be_used_are_named) {
  const auto refused = [](const std::function<void(contact&)>& as) {
    // Nobody is spoken with: the handshake does not begin.
    return asked_of(kept().good.issue(), as).body;
  };
  const auto text = kept().put("text", "nothing of PEM");
  BOOST_TEST(refused([&](contact& x) {
               trust(x, kept().good);
               x.authorities = text;
             }).starts_with(text + " can't be used: "));
  BOOST_TEST(refused([&](contact& x) {
               trust(x, kept().good);
               x.authorities = "/nowhere";
             }).starts_with("/nowhere can't be used: "));
  BOOST_TEST(refused([&](contact& x) {
               trust(x, kept().good);
               x.tls->certificate = text;
             }).starts_with(text + " can't be used: "));
  BOOST_TEST(refused([&](contact& x) {
               trust(x, kept().good);
               x.tls->key = own_files("another", kept().good).key;
             }).find("another.key can't be used: ") != std::string::npos);
  BOOST_TEST(refused([](contact& x) {
               x.pinned = "no authority";
             }).starts_with("the authority to trust can't be read: "));
}

BOOST_AUTO_TEST_CASE(who_does_not_speak_tls_is_told_from_who_is_not_trusted) {
  const small_server there{[](caller_line& line) {
    line.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    line.await_end();
  }};
  contact whom{{"127.0.0.1", there.port()}, {}};
  whom.unverified = true;
  BOOST_TEST(ask(whom, "/", {}, nullptr).body ==
             "it can't be spoken with by TLS: wrong version number");
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_length_must_be_ended_by_who_gives_it) {
  for (const bool ended : {true, false}) {
    const small_server there{[&](caller_line& line) {
                               line.request();
                               line.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi");
                               if (ended) line.end();
                             },
                             server_with(kept().good.issue(), false, ended)};
    contact whom{{"127.0.0.1", there.port()}, {}};
    whom.unverified = true;
    const auto got = ask(whom, "/", {}, nullptr);
    BOOST_TEST(got.status == (ended ? 200 : 0));
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_never_ends_is_waited_for_so_long_and_no_longer) {
  const small_server there{[](caller_line& line) { line.await_end(); }};
  contact whom{{"127.0.0.1", there.port()}, {}};
  whom.unverified = true;
  BOOST_TEST(ask(whom, "/", {}, nullptr, milliseconds{200}).body == "it does not answer in time");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace asking_tls_test
