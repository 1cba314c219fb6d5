#include "actors/tls/cluster_authority.hpp"

#include <boost/test/unit_test.hpp>

#include <ctime>
#include <string>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/sealing.hpp"
#include "test/actors/tls/ends.hpp"

namespace authority_test {

using namespace lithair::actors;
using namespace lithair::test;

namespace {

const std::int64_t now = ::time(nullptr);

certified_names node(std::uint64_t id,
                     std::vector<std::string> hosts = {"127.0.0.1", "n.example"}) {
  return {"node " + std::to_string(id), node_uri(id), std::move(hosts)};
}

identity certified(const cluster_authority& by, std::uint64_t id) {
  const auto own = make_key("n");
  const auto made = by.certify(own.request, node(id), now);
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error()));
  return {*made, own.key};
}

std::shared_ptr<const tls_context> end_of_link(tls_role role, const identity& own,
                                               const cluster_authority& by) {
  auto how = link_usage();
  how.role = role;
  return context_of(material_of(own, by.certificate()), how);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_authorities)

BOOST_AUTO_TEST_CASE(two_that_it_certifies_speak_with_each_other) {
  const auto by = cluster_authority::make(now);
  tls_end one{end_of_link(tls_role::server, certified(by, 1), by), any_node()};
  tls_end two{end_of_link(tls_role::client, certified(by, 2), by), exactly(1)};
  talk(two, one);
  BOOST_REQUIRE(one.session.is_open());
  BOOST_TEST(*node_of(*one.session.peer()) == 2u);
  BOOST_TEST(one.session.peer()->subject == "CN=node 2");
  BOOST_TEST(one.session.peer()->dns_names == std::vector<std::string>{"n.example"});
  const auto days = (one.session.peer()->not_after - now + 1) / 86'400;
  BOOST_TEST(days == cluster_authority::node_days);
  const auto other = cluster_authority::make(now);
  tls_end stranger{end_of_link(tls_role::client, certified(other, 2), other), exactly(1)};
  tls_end again{end_of_link(tls_role::server, certified(by, 1), by), any_node()};
  talk(stranger, again);
  BOOST_TEST(!again.session.is_open());
}

BOOST_AUTO_TEST_CASE(clients_know_it_by_its_hosts) {
  const auto by = cluster_authority::make(now);
  tls_usage how;
  how.role = tls_role::client;
  const auto client = context_of({{}, {}, {{"ca.pem", by.certificate()}}}, how);
  for (const std::string host : {"127.0.0.1", "n.example"}) {
    tls_end server{context_of(material_of(certified(by, 1)))};
    tls_end reader{client, {host}};
    talk(reader, server);
    BOOST_TEST(reader.session.is_open(), host);
  }
}

BOOST_AUTO_TEST_CASE(it_is_kept_as_text) {
  const auto made = cluster_authority::make(now);
  const auto read = cluster_authority::read(made.certificate(), made.key());
  BOOST_REQUIRE(read);
  BOOST_TEST(read->why_not(made.make_token(7, now + 60), now) == "");
  const auto other = cluster_authority::make(now);
  BOOST_TEST(cluster_authority::read(made.certificate(), other.key()).error() ==
             "its key is not that of its certificate");
  BOOST_TEST(cluster_authority::read("x", made.key()).error() == "its certificate is damaged");
  BOOST_TEST(cluster_authority::read(made.certificate(), "").error() == "its key is damaged");
}

BOOST_AUTO_TEST_CASE(what_is_no_request_or_names_no_host_is_refused) {
  const auto by = cluster_authority::make(now);
  const auto own = make_key("n");
  const auto refusal = [&](const std::string& request, std::vector<std::string> hosts = {}) {
    const auto made = by.certify(request, node(1, std::move(hosts)), now);
    return made ? std::string{} : made.error();
  };
  const auto none = "that is no request for a certificate, signed with its key of P-256";
  BOOST_TEST(refusal(own.request) == "");
  BOOST_TEST(refusal("") == none);
  BOOST_TEST(refusal(by.certificate()) == none);
  BOOST_TEST(refusal(own.request + std::string(cluster_authority::longest_request, ' ')) == none);
  auto changed = own.request;
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  BOOST_TEST(refusal(changed) == none);
  for (const std::string host : {"", "a b", "x,URI:lithair://node/1", "n\n", "*.example"})
    BOOST_TEST(refusal(own.request, {host}) == "a host is no name and no address");
  BOOST_TEST(refusal(own.request, std::vector<std::string>(17, "a")) ==
             "a certificate is for 16 hosts at most");
}

BOOST_AUTO_TEST_CASE(a_token_counts_until_its_end_and_for_its_cluster) {
  const auto by = cluster_authority::make(now);
  const auto token = by.make_token(7, now + 60);
  BOOST_TEST(by.why_not(token, now) == "");
  BOOST_TEST(by.why_not(token, now + 59) == "");
  BOOST_TEST(by.why_not(token, now + 60).starts_with("the token has expired at "));
  BOOST_TEST(cluster_authority::make(now).why_not(token, now) ==
             "the token is not of this cluster");
  BOOST_TEST(token != by.make_token(8, now + 60));
  const auto facts = read_token(token);
  BOOST_REQUIRE(facts);
  BOOST_TEST(facts->authority == digest_of(by.certificate()));
  BOOST_TEST(facts->expires == now + 60);
  BOOST_TEST(facts->number == 7u);
}

BOOST_AUTO_TEST_CASE(who_has_the_key_proves_it_for_an_hour_and_nobody_else_does) {
  const auto by = cluster_authority::make(now);
  const auto proof = by.make_proof(now);
  for (const auto late : {-3600, 0, 3600}) BOOST_TEST(by.proves(proof, now + late), late);
  for (const auto late : {-3601, 3601}) BOOST_TEST(!by.proves(proof, now + late), late);
  BOOST_TEST(!cluster_authority::make(now).proves(proof, now));
  BOOST_TEST(!by.proves(by.make_token(1, now + 60), now));
  BOOST_TEST(by.why_not(proof, now) == "that is no join token");
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto changed = proof;
    changed[i] = changed[i] == 'Q' ? 'g' : 'Q';
    BOOST_TEST(!by.proves(changed, now), i);
  }
  for (const std::string& text : {std::string{}, proof.substr(0, proof.size() - 1), proof + "A",
                                  std::string{"lithair-proof."}})
    BOOST_TEST(!by.proves(text, now));
}

BOOST_AUTO_TEST_CASE(requests_for_one_key_are_known_by_its_digest) {
  const auto own = make_key("n");
  BOOST_TEST(key_digest_of(own.request).size() == 32u);
  BOOST_TEST(key_digest_of(own.request) == key_digest_of(request_for(own.key)));
  BOOST_TEST(key_digest_of(own.request) != key_digest_of(make_key("n").request));
  BOOST_TEST(key_digest_of("x") == "");
}

BOOST_AUTO_TEST_CASE(a_token_of_which_anything_was_changed_is_none) {
  const auto by = cluster_authority::make(now);
  const auto token = by.make_token(7, now + 60);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'Q' ? 'g' : 'Q';
    BOOST_TEST(by.why_not(changed, now) != "", i);
  }
  for (const std::string& text :
       {std::string{}, token.substr(0, token.size() - 1), token + "A", std::string{"lithair1."},
        token.substr(9), std::string{"lithair1."} + std::string(10'000, 'A')})
    BOOST_TEST(by.why_not(text, now) == "that is no join token");
}

BOOST_AUTO_TEST_CASE(what_is_sealed_only_the_holder_of_the_key_opens_and_as_it_was) {
  const auto by = cluster_authority::make(now);
  const auto own = make_key("n");
  const auto sealed = by.sealed_key_for(own.request);
  BOOST_TEST(sealed.find("PRIVATE") == std::string::npos);
  BOOST_TEST(open_sealed(own.key, sealed).value() == by.key());
  BOOST_TEST(!open_sealed(make_key("n").key, sealed));
  BOOST_TEST(!open_sealed("", sealed));
  for (std::size_t i = 0; i < sealed.size(); i += 5) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    BOOST_TEST(!open_sealed(own.key, changed), i);
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{64}, std::size_t{80}, sealed.size() - 1})
    BOOST_TEST(!open_sealed(own.key, std::string_view{sealed}.substr(0, size)), size);
}

BOOST_AUTO_TEST_CASE(a_renewed_certificate_is_of_the_same_key) {
  const auto by = cluster_authority::make(now);
  const auto own = make_key("n");
  const auto again = by.certify(request_for(own.key), node(1), now);
  BOOST_REQUIRE(again);
  BOOST_TEST(facts_of(*again)->not_after - now == cluster_authority::node_days * 86'400);
  // That it is the key's the context checks.
  end_of_link(tls_role::server, {*again, own.key}, by);
}

BOOST_AUTO_TEST_CASE(bytes_are_text_and_back) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + size * 11);
    BOOST_TEST(bytes_of_base64url(base64url(bytes)).value() == bytes);
  }
  for (const auto* text : {"A", "AB=", "A+", "A B", "AAAAA", "AB", "AAB"})
    BOOST_TEST(!bytes_of_base64url(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace authority_test
