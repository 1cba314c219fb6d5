#include "actors/tls/tls_context.hpp"

#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <ostream>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/tls_credentials.hpp"
#include "test/actors/tls/ends.hpp"
#include "test/actors/tls/raw_client.hpp"

namespace tls_context_test {

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;
using namespace lithair::actors;
using namespace lithair::test;

namespace {

using part = tls_problem::part;

struct refused_material {
  tls_material of;
  part blamed;
  std::string text;
  tls_role role = tls_role::server;
};
std::ostream& operator<<(std::ostream& out, const refused_material& x) { return out << x.text; }

constexpr auto locked_key =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBDr\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

std::vector<refused_material> refused_materials() {
  const authority by{"home"};
  const auto own = by.issue();
  const auto other = by.issue();
  const auto weak = by.issue({.rsa_bits = 1024});
  const auto half = own.certificate.substr(0, own.certificate.size() / 2);
  const auto with = [](const std::string& certificate, const std::string& key,
                       const std::string& authorities = {}) {
    return material_of({certificate, key}, authorities);
  };
  return {
      {with("", own.key), part::certificate, "cert.pem holds no certificate in PEM"},
      {with(own.key, own.key), part::certificate, "cert.pem holds no certificate in PEM"},
      {with(half, own.key), part::certificate, "cert.pem: certificate 1 in it is damaged"},
      {with(own.certificate + half, own.key), part::certificate,
       "cert.pem: certificate 2 in it is damaged"},
      {with(weak.certificate, weak.key), part::certificate,
       "cert.pem: the certificate can't be used (ee key too small)"},
      {with(own.certificate, ""), part::key, "key.pem holds no private key in PEM"},
      {with(own.certificate, own.certificate), part::key, "key.pem holds no private key in PEM"},
      {with(own.certificate, locked_key), part::key,
       "key.pem is encrypted with a passphrase, for which nobody can be asked"},
      {with(own.certificate, other.key), part::key, "key.pem is not the key of the certificate"},
      {with(own.certificate, own.key, "x"), part::authorities,
       "ca.pem holds no certificate in PEM"},
      {with(own.certificate, own.key), part::authorities, "a client must be told whom to trust",
       tls_role::client},
  };
}

std::string concern_of(const certificate_wish& wish, std::int64_t in_s) {
  const authority by{"home"};
  return context_of(material_of(by.issue(wish)))->concern(::time(nullptr) + in_s);
}

/// The files of a server, as its operator keeps them.
struct kept_files {
  kept_files()
      : directory(fs::temp_directory_path() / ("lithair-tls-" + std::to_string(getpid()))) {
    fs::create_directory(directory);
    put(by.issue());
  }
  ~kept_files() { fs::remove_all(directory); }

  void put(const identity& own) const {
    std::ofstream(directory / "cert.pem") << own.certificate;
    std::ofstream(directory / "key.pem") << own.key;
    fs::permissions(directory / "key.pem", fs::perms::owner_read | fs::perms::owner_write);
  }
  tls_files files() const { return {directory / "cert.pem", directory / "key.pem", {}}; }
  /// As a node does that dials others, too, and all are of `by`.
  auto load_among_equals(const std::string& authorities) const {
    std::ofstream(directory / "ca.pem") << authorities;
    auto all = files();
    all.authorities = directory / "ca.pem";
    return tls_credentials::load(
        all, link_usage(), [] { return ::time(nullptr); },
        {true, [](const certificate& own) { return why_not_own(1, own); }});
  }
  auto load(std::int64_t in_s = 0) const {
    return tls_credentials::load(files(), {}, [in_s] { return ::time(nullptr) + in_s; });
  }

  authority by{"home"};
  fs::path directory;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_context_suite)

BOOST_DATA_TEST_CASE(what_can_not_be_used_is_told_by_its_name, data::make(refused_materials()), x) {
  const auto made = tls_context::make(x.of, {x.role});
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().of == x.blamed));
  BOOST_TEST(made.error().text.starts_with(x.text), made.error().text);
}

BOOST_AUTO_TEST_CASE(an_end_that_is_near_is_told_two_weeks_before) {
  constexpr std::int64_t day = 86'400;
  const certificate_wish month{.ends_in_s = 30 * day};
  BOOST_TEST(concern_of(month, 0) == "");
  BOOST_TEST(concern_of(month, 15 * day) == "");
  BOOST_TEST(concern_of(month, 16 * day + 60).ends_with(", in 13 days"));
  BOOST_TEST(concern_of(month, 28 * day + 60).ends_with(", in a day"));
  BOOST_TEST(concern_of(month, 29 * day + 60).ends_with(", in less than a day"));
  BOOST_TEST(concern_of(month, 31 * day).find("ended on") != std::string::npos);
  BOOST_TEST(concern_of({.begins_in_s = day}, 0).find("does not count before") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_chain_out_of_order_is_told) {
  const authority by{"home"};
  const auto below = by.below("below");
  const auto own = below.issue();
  const auto chained = [&own](const std::string& more) {
    return context_of(material_of({own.certificate + more, own.key}))->concern(::time(nullptr));
  };
  BOOST_TEST(chained(below.certificate()) == "");
  BOOST_TEST(chained(below.certificate() + by.certificate()) == "");
  BOOST_TEST(
      chained(by.certificate() + below.certificate()).starts_with("cert.pem: certificate 2"));
}

BOOST_AUTO_TEST_CASE(text_of_a_certificate_is_fit_for_a_log) {
  const authority by{"home"};
  const auto own = context_of(material_of(by.issue({.name = "a\nb\x1b[31m\xc3\xa9"})))->own();
  for (const auto* each : {&own->subject, &own->common_name})
    BOOST_TEST(std::ranges::all_of(*each, [](char c) { return c >= ' ' && c < 0x7f; }));
  BOOST_TEST(utc_text(own->not_after).size() == 20u);
  BOOST_TEST(utc_text(0) == "1970-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_refused) {
  const kept_files kept;
  BOOST_TEST(kept.load().has_value());
  const auto key = kept.directory / "key.pem";
  fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
  BOOST_TEST(kept.load().has_value());
  fs::permissions(key, fs::perms::others_read, fs::perm_options::add);
  const auto made = kept.load();
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().of == part::key));
  BOOST_TEST(made.error().text ==
             key.string() + " is open to other users; say chmod 600 " + key.string());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
  const kept_files kept;
  const auto certificate = kept.directory / "cert.pem";
  fs::remove(certificate);
  BOOST_TEST(kept.load().error().text ==
             certificate.string() + " can't be read: No such file or directory");
  fs::create_directory(certificate);
  BOOST_TEST(kept.load().error().text == certificate.string() + " is not a file");
}

BOOST_AUTO_TEST_CASE(files_that_were_replaced_are_used_from_then_on) {
  const kept_files kept;
  const auto own = *kept.load();
  const auto first = own->current();
  BOOST_TEST(own->reload() == "");
  kept.put(kept.by.issue({.name = "second"}));
  BOOST_TEST(own->current()->own()->common_name == "node");
  BOOST_TEST(own->reload() == "");
  BOOST_TEST(own->current()->own()->common_name == "second");
  BOOST_TEST(own->now().trouble == "");
  // Who has the former one keeps it.
  BOOST_TEST(first->own()->common_name == "node");
}

BOOST_AUTO_TEST_CASE(files_that_can_not_be_used_change_nothing_and_are_told_until_they_can) {
  const kept_files kept;
  const auto own = *kept.load();
  auto wrong = kept.by.issue({.name = "second"});
  wrong.key = kept.by.issue().key;
  kept.put(wrong);
  const auto said = own->reload();
  BOOST_TEST(said == (kept.directory / "key.pem").string() +
                         " is not the key of the certificate; the certificate of before stays in "
                         "use");
  BOOST_TEST(own->now().trouble == said);
  BOOST_TEST(own->current()->own()->common_name == "node");
  kept.put(kept.by.issue({.name = "third"}));
  BOOST_TEST(own->reload() == "");
  BOOST_TEST(own->now().trouble == "");
  BOOST_TEST(own->current()->own()->common_name == "third");
}

BOOST_AUTO_TEST_CASE(a_certificate_that_has_ended_takes_the_place_of_none_that_counts) {
  const kept_files kept;
  const auto own = *kept.load();
  kept.put(kept.by.issue({.name = "old", .begins_in_s = -7200, .ends_in_s = -3600}));
  BOOST_TEST(own->reload().find("ended on") != std::string::npos);
  BOOST_TEST(own->current()->own()->common_name == "node");
  // At the start it is all there is.
  const auto late = *kept.load();
  BOOST_TEST(late->now().left_s < 0);
  BOOST_TEST(late->now().trouble.find("ended on") != std::string::npos);
}

certificate_wish node_wish(std::uint64_t node, std::string usage = "serverAuth,clientAuth") {
  return {.name = "n", .names = {"URI:" + node_uri(node)}, .usage = std::move(usage)};
}

BOOST_AUTO_TEST_CASE(a_certificate_among_equals_is_for_both_ends_and_this_node) {
  const kept_files kept;
  const auto file = (kept.directory / "cert.pem").string();
  const auto with = [&kept](const identity& own) {
    kept.put(own);
    const auto made = kept.load_among_equals(kept.by.certificate());
    return made ? std::string{} : made.error().text;
  };
  BOOST_TEST(with(kept.by.issue(node_wish(1))) == "");
  BOOST_TEST(with(kept.by.issue(node_wish(1, "serverAuth"))) ==
             file +
                 ": the certificate is not for both ends of a connection (extended key usage "
                 "serverAuth and clientAuth), so other nodes would refuse it");
  BOOST_TEST(with(kept.by.issue(node_wish(2))) ==
             file +
                 ": the certificate is that of node 2, and this is node 1; this node needs one "
                 "with the URI lithair://node/1 among its subject alternative names");
  BOOST_TEST(with(kept.by.issue()) ==
             file +
                 ": the certificate can't be this node's: it names no node: among its subject "
                 "alternative names is no URI lithair://node/ID; this node needs one with the "
                 "URI lithair://node/1 among its subject alternative names");
  BOOST_TEST(with(authority{"elsewhere"}.issue(node_wish(1)))
                 .starts_with(file + ": the certificate is not of the authorities that are trusted "
                                     "here ("));
  // That it has ended is another matter, and told as such.
  auto old = node_wish(1);
  old.begins_in_s = -7200;
  old.ends_in_s = -3600;
  BOOST_TEST(with(kept.by.issue(old)) == "");
}

BOOST_AUTO_TEST_CASE(among_equals_both_contexts_are_replaced_or_neither) {
  const kept_files kept;
  kept.put(kept.by.issue(node_wish(1)));
  const auto own = *kept.load_among_equals(kept.by.certificate());
  BOOST_TEST((own->current()->role() == tls_role::server));
  BOOST_TEST((own->dialling()->role() == tls_role::client));
  BOOST_TEST(own->now().asks_certificate);
  const auto before = own->dialling();
  kept.put(kept.by.issue(node_wish(2)));
  BOOST_TEST(own->reload().ends_with("; the certificate of before stays in use"));
  BOOST_TEST(own->dialling() == before);
  auto next = node_wish(1);
  next.name = "next";
  kept.put(kept.by.issue(next));
  BOOST_TEST(own->reload() == "");
  BOOST_TEST(own->current()->own()->common_name == "next");
  BOOST_TEST(own->dialling()->own()->common_name == "next");
  // Of clients' certificates nobody dials.
  BOOST_TEST(!(*kept.load())->dialling());
}

BOOST_AUTO_TEST_CASE(links_speak_tls_1_3_only) {
  const authority by{"home"};
  auto how = link_usage();
  how.protocol = "";
  tls_end server{context_of(material_of(by.issue(node_wish(1)), by.certificate()), how)};
  raw_client client{[](SSL_CTX* x) { SSL_CTX_set_max_proto_version(x, TLS1_2_VERSION); }};
  BOOST_TEST(!client.talk_to(server));
  BOOST_TEST(server.session.failure() == tls_failure::version);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tls_context_test
