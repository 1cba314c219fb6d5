#include "apps/lithair/node_certifier.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/tls/sealing.hpp"

namespace node_certifier_test {

using namespace lithair;
using namespace lithair::actors;
using apps::node_certifier;
using apps::record_access;

namespace {

/// A record as a cluster keeps it, for several certifiers.
struct shared_record {
  record_access::record now;
  int writes = 0;
  std::vector<std::function<void()>> held;  ///< what is asked while `holds`
  bool holds = false;
  std::uint16_t fails_with = 0;    ///< of each write; 0: none
  bool is_written_anyway = false;  ///< although it fails

  record_access access() {
    return {[this](auto done) { perform([this, done] { done(now); }); },
            [this](std::string value, std::uint64_t version, auto done) {
              perform([this, value, version, done] { write(value, version, done); });
            }};
  }
  void release() {
    holds = false;
    while (!held.empty()) {
      const auto next = held.front();
      held.erase(held.begin());
      next();
    }
  }

 private:
  void perform(const std::function<void()>& what) {
    if (holds)
      held.push_back(what);
    else
      what();
  }
  void write(const std::string& value, std::uint64_t version,
             const std::function<void(models::result<std::uint64_t>)>& done) {
    const auto fail = [&done](std::uint16_t status) {
      done(tl::make_unexpected(models::problem{status, "x", "It failed.", {}}));
    };
    if (version != now.version) return fail(412);
    if (fails_with == 0 || is_written_anyway) {
      now = {value, now.version + 1};
      ++writes;
    }
    if (fails_with == 0) return done(now.version);
    fail(std::exchange(fails_with, std::uint16_t{0}));
  }
};

struct office {
  std::int64_t now = 1'800'000'000;
  cluster_authority by = cluster_authority::make(now);
  shared_record record;
  std::shared_ptr<node_certifier> certifier = make(3);
  key_and_request own = make_key("n");

  std::shared_ptr<node_certifier> make(std::uint64_t self) {
    auto made = std::make_shared<node_certifier>(
        *cluster_authority::read(by.certificate(), by.key()), self, [this] { return now; });
    made->use_book(record.access());
    return made;
  }
  node_certifier::outcome ask(const std::string& token, std::vector<std::string> hosts = {},
                              std::uint64_t node = 7) {
    node_certifier::outcome told;
    told.status = 0;
    certifier->certify({token, own.request, node, std::move(hosts)},
                       [&told](const node_certifier::outcome& said) { told = said; });
    return told;
  }
  node_certifier::tokens make_token(std::int64_t seconds = 60, std::uint64_t uses = 1) {
    node_certifier::tokens told;
    certifier->make_token({seconds, uses}, [&told](const auto& said) { told = said; });
    return told;
  }
  std::string token(std::int64_t seconds = 60, std::uint64_t uses = 1) {
    const auto made = make_token(seconds, uses);
    BOOST_REQUIRE(made.status == 200);
    return made.all.front().text;
  }
  node_certifier::tokens list() {
    node_certifier::tokens told;
    certifier->list_tokens([&told](const auto& said) { told = said; });
    return told;
  }
  node_certifier::tokens revoke(std::optional<std::uint64_t> number) {
    node_certifier::tokens told;
    certifier->revoke_tokens(number, [&told](const auto& said) { told = said; });
    return told;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(certifiers, office)

BOOST_AUTO_TEST_CASE(who_has_a_token_gets_a_certificate_and_the_authority) {
  const auto shown = token(60, 2);
  const auto made = ask(shown, {"10.0.0.7"});
  BOOST_TEST(made.status == 200);
  BOOST_TEST(facts_of(made.certificate).value().not_after ==
             now + cluster_authority::node_days * 86'400);
  BOOST_TEST(open_sealed(own.key, bytes_of_base64url(made.sealed_key).value()).value() == by.key());
  now += 60;
  const auto late = ask(shown);
  BOOST_TEST(late.status == 403);
  BOOST_TEST(late.detail.starts_with("the token has expired at "));
  BOOST_TEST(late.sealed_key == "");
}

BOOST_AUTO_TEST_CASE(who_proves_to_have_the_key_is_admitted_and_who_has_a_token_is_not) {
  BOOST_TEST(certifier->admits(certifier->proof()));
  BOOST_TEST(certifier->admits(by.make_proof(now)));
  BOOST_TEST(!certifier->admits(token()));
  BOOST_TEST(!certifier->admits(""));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_request_is_told_and_counts_as_no_use) {
  const auto shown = token();
  const auto written = record.writes;
  BOOST_TEST(ask(shown, {"a b"}).status == 422);
  const auto right = own;
  own.request = "x";
  BOOST_TEST(ask(shown).status == 422);
  BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(record.writes == written);
  own = right;
  BOOST_TEST(ask(shown).status == 200);
}

BOOST_AUTO_TEST_CASE(a_token_that_the_authority_signed_and_nobody_entered_does_not_count) {
  const auto refused = ask(by.make_token(1, now + 60));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.detail.starts_with("the token does not count"));
  BOOST_TEST(refused.certificate == "");
  BOOST_TEST(record.writes == 0);
}

BOOST_AUTO_TEST_CASE(of_two_who_show_a_token_for_one_at_once_one_gets_in) {
  const auto shown = token();
  const auto other = make(4);
  record.holds = true;
  std::vector<node_certifier::outcome> told;
  const auto keep = [&told](const node_certifier::outcome& said) { told.push_back(said); };
  certifier->certify({shown, make_key("a").request, 7, {}}, keep);
  other->certify({shown, make_key("b").request, 8, {}}, keep);
  BOOST_TEST(told.empty());
  record.release();
  BOOST_REQUIRE(told.size() == 2u);
  BOOST_TEST(told[0].status == 200);
  BOOST_TEST(told[1].status == 403);
  BOOST_TEST(told[1].detail.starts_with("the token is used up"));
  BOOST_TEST(told[1].certificate == "");
  BOOST_TEST(told[1].sealed_key == "");
}

BOOST_AUTO_TEST_CASE(who_did_not_hear_the_answer_asks_again_and_another_member_too) {
  const auto shown = token();
  BOOST_TEST(ask(shown).status == 200);
  const auto written = record.writes;
  BOOST_TEST(ask(shown).status == 200);
  certifier = make(4);
  BOOST_TEST(ask(shown).status == 200);
  BOOST_TEST(record.writes == written);
  BOOST_TEST(ask(shown, {}, 8).status == 403);
  own = make_key("n");
  BOOST_TEST(ask(shown).status == 403);
}

BOOST_AUTO_TEST_CASE(nothing_is_certified_before_it_is_committed) {
  const auto shown = token();
  record.fails_with = 503;
  const auto refused = ask(shown);
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.detail == "It failed");
  BOOST_TEST(refused.certificate == "");
  // Of unknown outcome: it is looked at again, and counted once.
  for (const bool written : {false, true}) {
    revoke(std::nullopt);
    const auto again = token();
    record.fails_with = 504;
    record.is_written_anyway = written;
    BOOST_TEST(ask(again).status == 200);
    BOOST_REQUIRE(list().all.size() == 1u);
    BOOST_TEST(list().all.front().nodes.size() == 1u);
  }
  certifier->use_book(std::nullopt);
  BOOST_TEST(ask(shown).status == 503);
}

BOOST_AUTO_TEST_CASE(tokens_are_told_without_themselves_and_count_until_they_are_revoked) {
  const auto one = token(60, 3);
  const auto two = token(120);
  BOOST_TEST(ask(one).status == 200);
  const auto told = list();
  BOOST_REQUIRE(told.all.size() == 2u);
  BOOST_TEST(told.all[0].number == 1u);
  BOOST_TEST(told.all[0].uses == 3u);
  BOOST_TEST(told.all[0].made_by == 3u);
  BOOST_TEST(told.all[0].expires == now + 60);
  BOOST_TEST((told.all[0].nodes == std::vector<std::uint64_t>{7}));
  BOOST_TEST(told.all[0].text == "");
  BOOST_TEST(record.now.value.find(one) == std::string::npos);
  BOOST_TEST(revoke(1).all.size() == 1u);
  BOOST_TEST(revoke(1).status == 404);
  BOOST_TEST(ask(one).status == 403);
  BOOST_TEST(ask(two).status == 200);
  BOOST_TEST(revoke(std::nullopt).all.size() == 1u);
  BOOST_TEST(ask(two).status == 403);
  BOOST_TEST(list().all.empty());
}

BOOST_AUTO_TEST_CASE(what_has_expired_is_told_no_more_and_goes_with_the_next_change) {
  token(60);
  now += 60;
  BOOST_TEST(list().all.empty());
  const auto before = record.now.value.size();
  token(60);
  BOOST_TEST(record.now.value.size() == before);
  BOOST_TEST(list().all.front().number == 2u);
}

BOOST_AUTO_TEST_CASE(a_founders_token_counts_before_it_could_be_entered) {
  const auto shown = certifier->make_first(now + 3600);
  BOOST_TEST(ask(shown).status == 200);
  BOOST_TEST(list().all.front().uses == node_certifier::founding_uses);
  int status = 0;
  certifier->enter_first([&status](const auto& said) { status = said.status; });
  BOOST_TEST(status == 200);
  BOOST_TEST(list().all.size() == 1u);
  // It is entered once.
  revoke(1);
  certifier->enter_first([](const auto&) {});
  BOOST_TEST(ask(shown).status == 403);
}

BOOST_AUTO_TEST_CASE(a_founders_token_that_was_entered_unheard_is_not_entered_again) {
  const auto shown = certifier->make_first(now + 3600);
  record.fails_with = 503;
  int status = 0;
  certifier->enter_first([&status](const auto& said) { status = said.status; });
  BOOST_TEST(status == 503);
  record.fails_with = 504;
  record.is_written_anyway = true;
  certifier->enter_first([&status](const auto& said) { status = said.status; });
  BOOST_TEST(status == 200);
  const auto other = make(4);
  other->revoke_tokens(1, [](const auto&) {});
  BOOST_TEST(ask(shown).status == 403);
  BOOST_TEST(list().all.empty());
}

BOOST_AUTO_TEST_CASE(a_cluster_founded_from_a_backup_begins_its_book_anew) {
  token();
  token();
  by = cluster_authority::make(now);
  certifier = make(3);
  const auto shown = certifier->make_first(now + 3600);
  BOOST_TEST(ask(shown).status == 200);
  BOOST_TEST(list().all.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_book_that_is_not_understood_is_left_alone) {
  record.now = {R"({"next":"later"})", 3};
  BOOST_TEST(make_token().status == 503);
  BOOST_TEST(ask(by.make_token(1, now + 60)).status == 503);
  BOOST_TEST(record.writes == 0);
}

BOOST_AUTO_TEST_CASE(more_than_there_is_time_for_are_put_off) {
  for (int i = 0; i < node_certifier::at_once; ++i) BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 429);
  now += 2;
  BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 403);
  BOOST_TEST(ask("x").status == 429);
  // A clock that was set back counts from there.
  now -= 1000;
  BOOST_TEST(ask("x").status == 429);
  now += 1;
  BOOST_TEST(ask("x").status == 403);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace node_certifier_test
