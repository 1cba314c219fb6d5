#include "actors/links/tls_stream.hpp"

#include <rapidcheck.h>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "actors/links/node_certificate.hpp"
#include "test/actors/tls/ends.hpp"
#include "test/actors/tls/memory_stream.hpp"

namespace tls_stream_test {

namespace data = boost::unit_test::data;
using namespace lithair::actors;
using namespace lithair::test;

namespace {

const authority& home() {
  static const authority made{"home"};
  return made;
}

certificate_wish wish_of(std::uint64_t node) {
  return {.name = "node " + std::to_string(node), .names = {"URI:" + node_uri(node)}};
}

std::shared_ptr<const tls_context> context_for(tls_role role, const identity& own,
                                               const std::string& authorities) {
  auto how = link_usage();
  how.role = role;
  // Of those whose own certificate is not right, too, which nodes would not start with.
  how.among_equals = false;
  return context_of(material_of(own, authorities), how);
}
std::shared_ptr<const tls_context> node_context(tls_role role, const certificate_wish& wish) {
  return context_for(role, home().issue(wish), home().certificate());
}
std::shared_ptr<const tls_context> usual(tls_role role) {
  static const auto server = node_context(tls_role::server, wish_of(1));
  static const auto client = node_context(tls_role::client, wish_of(2));
  return role == tls_role::server ? server : client;
}

/// One end: what it heard, and what it has to say as far as that goes.
struct speaker {
  std::unique_ptr<byte_stream> stream;
  std::string heard;
  std::string unsaid;
  std::string why;  // it ended
  std::uint64_t node_at_first = 0;
  std::function<void()> on_came = [] {};
  std::function<void()> on_ended = [] {};
  std::function<void()> on_writable = [] {};

  void begin(std::unique_ptr<byte_stream> over) {
    stream = std::move(over);
    stream->tell({[this](std::string_view bytes) {
                    if (heard.empty()) node_at_first = stream->node();
                    heard += bytes;
                    on_came();
                  },
                  [this] {
                    push();
                    on_writable();
                  },
                  [this](const std::string& reason) {
                    why = reason;
                    on_ended();
                  }});
  }
  void say(std::string_view text) {
    unsaid += text;
    push();
  }
  void push() {
    while (stream && !unsaid.empty()) {
      // In parts, as frames are.
      const std::string_view all = unsaid;
      const std::vector<std::string_view> parts{all.substr(0, 16),
                                                all.substr(std::min<std::size_t>(all.size(), 16))};
      const auto n = stream->write(parts);
      unsaid.erase(0, n);
      if (!unsaid.empty()) return;
    }
  }
};

/// Node 2 dials node 1, unless it is told otherwise.
struct two_nodes {
  std::shared_ptr<memory_stream::way> there = std::make_shared<memory_stream::way>();
  std::shared_ptr<memory_stream::way> back = std::make_shared<memory_stream::way>();
  speaker dialling;
  speaker accepting;

  // What each end would begin with now.
  std::shared_ptr<const tls_context> client;
  std::shared_ptr<const tls_context> server;

  explicit two_nodes(std::shared_ptr<const tls_context> dials = usual(tls_role::client),
                     std::shared_ptr<const tls_context> accepts = usual(tls_role::server))
      : client(std::move(dials)), server(std::move(accepts)) {
    accepting.begin(std::make_unique<tls_stream>(
        std::make_unique<memory_stream>(back, there), [this] { return server; }, 0, nullptr));
    dialling.begin(std::make_unique<tls_stream>(
        std::make_unique<memory_stream>(there, back), [this] { return client; }, 1, nullptr));
  }
  /// Until nothing more happens.
  void talk(std::size_t piece = 65'536) const {
    for (bool more = true; more;) {
      more = memory_stream::carry(*there, piece);
      more = memory_stream::carry(*back, piece) || more;
    }
  }
};

std::string text_of(std::size_t size) {
  std::string made;
  while (made.size() < size) made += std::to_string(made.size()) + ' ';
  made.resize(size);
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream_suite)

BOOST_DATA_TEST_CASE(both_ends_hear_each_other_however_the_bytes_are_cut,
                     data::make({1, 2, 5, 6, 23, 100, 1000, 65'536}), piece) {
  two_nodes two;
  two.dialling.say("hello");
  two.talk(static_cast<std::size_t>(piece));
  two.accepting.say("welcome");
  two.talk(static_cast<std::size_t>(piece));
  BOOST_TEST(two.accepting.heard == "hello");
  BOOST_TEST(two.dialling.heard == "welcome");
  BOOST_TEST(two.accepting.node_at_first == 2u);
  BOOST_TEST(two.dialling.node_at_first == 1u);
  BOOST_TEST(two.dialling.why == "");
}

BOOST_AUTO_TEST_CASE(before_the_other_end_is_known_it_takes_few_words_and_the_rest_later) {
  two_nodes two;
  const auto text = text_of(10'000);
  two.dialling.say(text);
  BOOST_TEST(two.dialling.unsaid.size() == text.size() - tls_stream::most_early);
  BOOST_TEST(two.dialling.stream->node() == 0u);
  two.talk();
  BOOST_TEST(two.accepting.heard == text);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_stays_with_the_writer_and_goes_when_there_is_room) {
  two_nodes two;
  two.talk();
  two.there->room = 1000;
  const auto text = text_of(1'000'000);
  two.dialling.say(text);
  const auto taken = text.size() - two.dialling.unsaid.size();
  BOOST_TEST(taken >= tls_stream::sealed_ahead);
  BOOST_TEST(taken <= tls_stream::sealed_ahead + 16 * 1024);
  two.talk(300);
  BOOST_TEST(two.accepting.heard == text);
  BOOST_TEST(two.there->largest <= 2000u);
}

BOOST_AUTO_TEST_CASE(whatever_is_said_is_heard_in_its_order_with_whatever_room) {
  rc::check("both ends at once", [] {
    two_nodes two;
    std::string asked;
    std::string answered;
    const auto steps = *rc::gen::inRange(1, 10);
    for (int i = 0; i < steps; ++i) {
      const std::string text(*rc::gen::inRange<std::size_t>(0, 60'000), static_cast<char>('a' + i));
      const bool by_dialling = *rc::gen::arbitrary<bool>();
      (by_dialling ? asked : answered) += text;
      (by_dialling ? two.dialling : two.accepting).say(text);
      two.there->room = *rc::gen::inRange<std::size_t>(1, 50'000);
      two.back->room = *rc::gen::inRange<std::size_t>(1, 50'000);
      if (*rc::gen::arbitrary<bool>()) two.talk(*rc::gen::inRange<std::size_t>(1000, 65'536));
    }
    two.talk(*rc::gen::inRange<std::size_t>(1000, 65'536));
    RC_ASSERT(two.accepting.heard == asked);
    RC_ASSERT(two.dialling.heard == answered);
  });
}

BOOST_AUTO_TEST_CASE(who_does_not_listen_is_told_nothing_until_it_does) {
  two_nodes two;
  two.talk();
  two.accepting.stream->listen(false);
  two.dialling.say("more");
  two.talk();
  BOOST_TEST(two.accepting.heard == "");
  two.accepting.stream->listen(true);
  two.talk();
  BOOST_TEST(two.accepting.heard == "more");
}

BOOST_AUTO_TEST_CASE(who_goes_is_missed_behind_its_last_words) {
  two_nodes two;
  two.talk();
  two.dialling.say("last words");
  two.dialling.stream.reset();
  two.talk();
  BOOST_TEST(two.accepting.heard == "last words");
  BOOST_TEST(two.accepting.why == "it closed the connection");
}

BOOST_AUTO_TEST_CASE(whoever_is_told_may_destroy_it) {
  for (const auto which : {&speaker::on_came, &speaker::on_ended, &speaker::on_writable}) {
    two_nodes two;
    two.talk();
    bool told = false;
    two.dialling.*which = [&] {
      told = true;
      two.dialling.stream.reset();
    };
    two.there->room = 10;
    two.dialling.say(text_of(100'000));
    two.accepting.say("to be heard");
    two.accepting.say(text_of(100'000));
    two.talk(40'000);
    two.accepting.stream.reset();
    two.talk(40'000);
    BOOST_TEST(told);
    BOOST_TEST(!two.dialling.stream);
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_was_changed_ends_it_and_what_came_before_counts) {
  two_nodes two;
  two.talk();
  two.dialling.say("before");
  const auto whole = two.there->bytes.size();
  two.dialling.say("changed");
  two.there->bytes[whole + 8] = static_cast<char>(two.there->bytes[whole + 8] ^ 1);
  two.dialling.say("after");
  two.talk();
  BOOST_TEST(two.accepting.heard == "before");
  BOOST_TEST(two.accepting.why == "TLS failed: decryption failed or bad record mac");
  BOOST_TEST(two.dialling.why.starts_with("it refuses what this node shows under TLS"));
}

BOOST_AUTO_TEST_CASE(bytes_of_the_handshake_that_were_changed_open_nothing) {
  std::size_t opened = 0;
  for (std::size_t at = 0; at < 400; at += 7) {
    two_nodes two;
    two.dialling.say("hello");
    if (at < two.there->bytes.size())
      two.there->bytes[at] = static_cast<char>(two.there->bytes[at] ^ 0x55);
    else
      break;
    two.talk();
    // The version of the first record means nothing.
    opened += two.accepting.heard.empty() ? 0 : 1;
    BOOST_TEST((two.accepting.heard.empty() || at < 3));
  }
  BOOST_TEST(opened <= 1u);
}

struct refused_end {
  const char* name;
  std::shared_ptr<const tls_context> client;
  std::shared_ptr<const tls_context> server;
  bool by_server;
  std::string said;
};
std::ostream& operator<<(std::ostream& out, const refused_end& x) { return out << x.name; }

std::vector<refused_end> refused_ends() {
  const authority elsewhere{"elsewhere"};
  const auto client = [](const certificate_wish& x) { return node_context(tls_role::client, x); };
  const auto server = [](const certificate_wish& x) { return node_context(tls_role::server, x); };
  const auto of = [](certificate_wish x, std::vector<std::string> names) {
    x.names = std::move(names);
    return x;
  };
  auto old = wish_of(2);
  old.begins_in_s = -7200;
  old.ends_in_s = -3600;
  auto young = wish_of(2);
  young.begins_in_s = 3600;
  const auto foreign = elsewhere.issue(wish_of(2));
  auto how = link_usage();
  how.role = tls_role::client;
  how.among_equals = false;
  const auto nobody = context_of({{}, {}, {{"ca.pem", home().certificate()}}}, how);
  how.protocol = "http/1.1";
  const auto browser = context_of(material_of(home().issue(wish_of(2)), home().certificate()), how);
  const auto good = [](tls_role role) { return usual(role); };
  const auto fine = good(tls_role::server);
  const auto dials = good(tls_role::client);
  const std::string names_none =
      "its certificate (CN=node 2) is not taken: it names no node: among its subject alternative "
      "names is no URI lithair://node/ID";
  return {
      {"a caller of another authority",
       context_for(tls_role::client, foreign, home().certificate()), fine, true,
       "its certificate (CN=node 2) is not taken: it is of no authority that this node trusts "
       "(--peer-tls-ca)"},
      {"a caller whose certificate has ended", client(old), fine, true,
       "its certificate (CN=node 2) is not taken: certificate has expired"},
      {"a caller whose certificate does not count yet", client(young), fine, true,
       "its certificate (CN=node 2) is not taken: certificate is not yet valid"},
      {"a caller without a certificate", nobody, fine, true, "it shows no certificate"},
      {"a caller whose certificate names no node", client(of(wish_of(2), {"DNS:node-2"})), fine,
       true, names_none},
      {"a caller whose certificate names two nodes",
       client(of(wish_of(2), {"URI:lithair://node/2", "URI:lithair://node/3"})), fine, true,
       "its certificate (CN=node 2) is not taken: it names two nodes, as lithair://node/2 and as "
       "lithair://node/3"},
      {"a caller whose certificate names no node that there can be",
       client(of(wish_of(2), {"URI:lithair://node/02"})), fine, true,
       "its certificate (CN=node 2) is not taken: lithair://node/02 in it is no node that clusters "
       "use"},
      {"one who is another node", dials, server(wish_of(3)), false,
       "its certificate (CN=node 3) is not taken: it is that of node 3, and not of node 1"},
      {"one who is of another authority", dials,
       context_for(tls_role::server, foreign, home().certificate()), false,
       "its certificate (CN=node 2) is not taken: it is of no authority that this node trusts "
       "(--peer-tls-ca)"},
      {"one whose certificate has ended", dials, server(old), false,
       "its certificate (CN=node 2) is not taken: certificate has expired"},
      {"one who speaks something else inside", browser, fine, true,
       "it speaks TLS, but not as a node (ALPN lithair-peer)"},
  };
}

BOOST_DATA_TEST_CASE(whoever_is_not_right_is_refused_before_anything_is_told,
                     data::make(refused_ends()), x) {
  two_nodes two{x.client, x.server};
  two.dialling.say("hello");
  two.accepting.say("welcome");
  two.talk();
  BOOST_TEST(two.accepting.heard == "");
  BOOST_TEST(two.dialling.heard == "");
  BOOST_TEST((x.by_server ? two.accepting : two.dialling).why == x.said);
  BOOST_TEST((x.by_server ? two.dialling : two.accepting)
                 .why.starts_with("it refuses what this node shows under TLS ("));
}

BOOST_AUTO_TEST_CASE(who_speaks_without_tls_is_refused_at_the_first_byte_and_gets_an_alert) {
  const std::pair<std::string, std::string> cases[] = {
      {"lithair\x01",
       "it speaks as a node without TLS, and links of this node are under TLS; start "
       "it with --peer-tls-cert, --peer-tls-key and --peer-tls-ca"},
      {"l",
       "it speaks as a node without TLS, and links of this node are under TLS; start it with "
       "--peer-tls-cert, --peer-tls-key and --peer-tls-ca"},
      {"GET / HTTP/1.1\r\n\r\n", "it does not speak TLS"},
      {std::string(100, '\0'), "it does not speak TLS"},
  };
  for (const auto& [bytes, said] : cases) {
    two_nodes two;
    two.there->bytes = bytes;
    two.talk();
    BOOST_TEST(two.accepting.why == said);
    // What went to who dialled is an alert.
    BOOST_TEST(two.dialling.why.starts_with("it refuses what this node shows under TLS ("));
    BOOST_TEST(two.accepting.heard == "");
  }
}

BOOST_AUTO_TEST_CASE(who_answers_without_tls_is_refused) {
  for (const std::string& bytes :
       {std::string{"lithair\x01"}, std::string(3, '\0'), text_of(9999)}) {
    two_nodes two;
    two.dialling.say("hello");
    two.there->bytes.clear();
    two.back->bytes = bytes;
    two.talk();
    BOOST_TEST(two.dialling.heard == "");
    // Three bytes are no record yet.
    BOOST_TEST((two.dialling.why.starts_with("TLS failed: ") || bytes.size() == 3));
  }
}

BOOST_AUTO_TEST_CASE(who_closes_within_the_handshake_is_told_with_what_that_may_mean) {
  two_nodes two;
  two.accepting.stream.reset();
  two.talk();
  BOOST_TEST(two.dialling.why ==
             "it closed the connection in the middle of TLS; its links may be without, or its log "
             "says more");
}

BOOST_AUTO_TEST_CASE(who_would_not_be_let_in_any_more_is_told_from_others) {
  const authority next{"next"};
  const auto both = home().certificate() + next.certificate();
  two_nodes two;
  BOOST_TEST(two.accepting.stream->why_not_any_more() == "");
  two.dialling.say("hello");
  two.talk();
  BOOST_TEST(two.accepting.stream->why_not_any_more() == "");
  // Another certificate of this end, and one authority more: the other end counts as before.
  two.server = context_for(tls_role::server, next.issue(wish_of(1)), both);
  two.client = node_context(tls_role::client, wish_of(2));
  BOOST_TEST(two.accepting.stream->why_not_any_more() == "");
  BOOST_TEST(two.dialling.stream->why_not_any_more() == "");
  two.server = context_for(tls_role::server, next.issue(wish_of(1)), next.certificate());
  two.client = context_for(tls_role::client, next.issue(wish_of(2)), next.certificate());
  BOOST_TEST(two.accepting.stream->why_not_any_more() ==
             "the certificate that it showed (CN=node 2) is not taken any more: it is of no "
             "authority that this node trusts (--peer-tls-ca)");
  BOOST_TEST(two.dialling.stream->why_not_any_more() != "");
}

BOOST_AUTO_TEST_CASE(keys_are_renewed_on_the_way) {
  auto how = link_usage();
  how.records_of_a_key = 3;
  const auto server = context_of(material_of(home().issue(wish_of(1)), home().certificate()), how);
  how.role = tls_role::client;
  const auto client = context_of(material_of(home().issue(wish_of(2)), home().certificate()), how);
  two_nodes two{client, server};
  two.talk();
  std::string all;
  std::size_t renewals = 0;
  for (int i = 0; i < 30; ++i) {
    const auto text = text_of(20);
    all += text;
    two.dialling.say(text);
    two.accepting.say(text);
    // One more record goes before.
    renewals += two.there->bytes.size() > 50 ? 1 : 0;
    two.talk();
  }
  BOOST_TEST(two.accepting.heard == all);
  BOOST_TEST(two.dialling.heard == all);
  BOOST_TEST(renewals >= 9u);
  BOOST_TEST(renewals <= 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tls_stream_test
