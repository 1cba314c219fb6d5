#include "http/certificate_office.hpp"
#include "http/exchange.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "models/declaration/model_file.hpp"

namespace certificates_test {

using namespace lithair::http;

namespace {

/// Certifies who says the right word, and keeps what it was asked.
struct open_office final : certificate_office {
  wish last;
  int asked = 0;
  token_wish last_token;
  std::optional<std::uint64_t> revoked;
  std::optional<authority_order> last_order;
  int status = 200;

  std::string authority() const override { return "the authority"; }
  void certify(wish of, std::function<void(outcome)> done) override {
    ++asked;
    last = of;
    if (of.token == "late") return done({{429, "ask again"}, {}, {}});
    if (of.token == "lost") return done({{503, "nobody leads"}, {}, {}});
    if (of.token != "right") return done({{403, "it is not of here"}, {}, {}});
    done({{}, "the certificate", "the key"});
  }
  bool admits(std::string_view proof) override { return proof == "proved"; }
  void make_token(token_wish of, std::function<void(tokens)> done) override {
    ++asked;
    last_token = of;
    done({{status, "there are too many"}, {{4, 1000, 900, 2, of.uses, {}, "the token"}}});
  }
  void list_tokens(std::function<void(tokens)> done) override {
    ++asked;
    done({{}, {{4, 1000, 900, 2, 3, {5, 6}, {}}}});
  }
  void revoke_tokens(std::optional<std::uint64_t> number,
                     std::function<void(tokens)> done) override {
    ++asked;
    revoked = number;
    done({{status, "there is none"}, {}});
  }
  void order(authority_order what, std::function<void(authorities)> done) override {
    ++asked;
    last_order = what;
    authorities said;
    said.status = status;
    said.detail = "it is being finished";
    said.stage = what == authority_order::look ? "settled" : "trusting";
    said.current = {"aa", 1000};
    if (what != authority_order::look) {
      said.next = {"bb", 2000};
      said.begun = 900;
      said.begun_by = 2;
      said.waits_for = {1, 3};
    }
    done(std::move(said));
  }
};

struct answered {
  int status = 0;  ///< 0: it was not refused, and something is asked of the node
  std::string body;
};

struct asked_office {
  const lithair::models::schema schema = *lithair::models::parse_model_text(
      "[models.ms.fields]\nid = { type = \"string\", primary_key = true, replicate = true }\n",
      "test");
  const router routes{schema};
  open_office office;
  site where{&schema, &routes, "{}"};

  asked_office() { where.certificates = &office; }
  answered ask(method verb, const char* path, std::vector<header> headers = {},
               std::string_view body = {}) const {
    request r;
    r.verb = verb;
    r.path = r.target = path;
    r.headers = headers;
    r.body = body;
    const auto made = begin(r, where, {0, [] { return std::string(16, '\0'); }});
    if (const auto* office_has = std::get_if<office_step>(&made.next)) {
      answered told;
      office_has->begin([&told](response said) { told = {said.status, std::string{said.body}}; });
      return told;
    }
    const auto* said = std::get_if<response>(&made.next);
    return said == nullptr ? answered{} : answered{said->status, std::string{said->body}};
  }
  answered post(std::string_view body) const {
    return ask(method::post, "/cluster/certificates", {{"Content-Type", "application/json"}}, body);
  }
  /// As who holds the authority's key.
  answered prove(const char* path, std::string_view body) const {
    return ask(method::post, path,
               {{"Content-Type", "application/json"}, {"Authorization", "Bearer proved"}}, body);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(certificates, asked_office)

BOOST_AUTO_TEST_CASE(anybody_is_told_who_certifies_and_whoever_shows_a_token_is_certified) {
  BOOST_TEST(ask(method::get, "/cluster/certificates").body == R"({"authority":"the authority"})");
  const auto made =
      post(R"({"token":"right","request":"r","id":3,"hosts":["a.example","10.0.0.1"]})");
  BOOST_TEST(made.status == 200);
  BOOST_TEST(made.body == R"({"certificate":"the certificate","authority":"the authority",)"
                          R"("authority_key":"the key"})");
  BOOST_TEST(office.last.node == 3u);
  BOOST_TEST(office.last.request == "r");
  BOOST_TEST((office.last.hosts == std::vector<std::string>{"a.example", "10.0.0.1"}));
}

BOOST_AUTO_TEST_CASE(who_is_not_certified_is_told_why) {
  const auto of = [](std::string_view token) {
    return R"({"token":")" + std::string{token} + R"(","request":"r","id":3,"hosts":[]})";
  };
  const auto refused = post(of("wrong"));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.body.find("It is not of here.") != std::string::npos);
  BOOST_TEST(post(of("late")).status == 429);
  BOOST_TEST(post(of("lost")).status == 503);
  where.certificates = nullptr;
  BOOST_TEST(post(of("right")).status == 404);
  BOOST_TEST(ask(method::get, "/cluster/certificates").status == 404);
}

BOOST_AUTO_TEST_CASE(what_is_no_wish_is_refused_and_nobody_is_asked) {
  for (const std::string_view body :
       {"[]", "{}", R"({"id":0})", R"({"id":65536})", R"({"id":-1})", R"({"id":"3"})",
        R"({"id":3,"token":1})", R"({"id":3,"hosts":"a"})", R"({"id":3,"hosts":[1]})",
        R"({"id":3,"more":1})",
        R"({"id":3,"hosts":["","","","","","","","","","","","","","","","",""]})"})
    BOOST_TEST(post(body).status == 422, body);
  BOOST_TEST(post("{").status == 400);
  BOOST_TEST(ask(method::post, "/cluster/certificates", {}, "{}").status == 415);
  BOOST_TEST(ask(method::put, "/cluster/certificates").status == 405);
  BOOST_TEST(office.asked == 0);
}

BOOST_AUTO_TEST_CASE(who_proves_to_have_the_authoritys_key_may_do_what_operators_may) {
  const auto status = [this](const char* shown) {
    return ask(method::get, "/cluster", {{"Authorization", shown}}).status;
  };
  BOOST_TEST(status("Bearer proved") == 0);
  BOOST_TEST(status("Bearer right") == 403);
  BOOST_TEST(ask(method::get, "/cluster").status == 403);
  const bearer_token other{"a-token-for-these-tests"};
  where.cluster_token = &other;
  BOOST_TEST(status("Bearer proved") == 0);
  BOOST_TEST(status("Bearer wrong") == 403);
}

BOOST_AUTO_TEST_CASE(tokens_are_for_who_has_the_authoritys_key_alone) {
  const bearer_token other{"a-token-for-these-tests"};
  where.cluster_token = &other;
  for (const auto* path : {"/cluster/tokens", "/cluster/tokens/revoke"})
    for (const auto* shown : {"Bearer right", "Bearer a-token-for-these-tests", "x"})
      BOOST_TEST(
          ask(method::post, path, {{"Content-Type", "application/json"}, {"Authorization", shown}},
              R"({"all":true})")
                  .status == 403,
          shown);
  BOOST_TEST(ask(method::get, "/cluster/tokens").status == 403);
  BOOST_TEST(office.asked == 0);
  where.certificates = nullptr;
  BOOST_TEST(ask(method::get, "/cluster/tokens").status == 404);
}

BOOST_AUTO_TEST_CASE(tokens_are_made_told_and_revoked) {
  BOOST_TEST(prove("/cluster/tokens", R"({"expires_in":60,"uses":2})").body ==
             R"({"number":4,"expires":1000,"made":900,"made_by":2,"uses":2,"nodes":[],)"
             R"("token":"the token"})");
  BOOST_TEST(office.last_token.seconds == 60);
  prove("/cluster/tokens", R"({"expires_in":60})");
  BOOST_TEST(office.last_token.uses == 1u);
  BOOST_TEST(ask(method::get, "/cluster/tokens", {{"Authorization", "Bearer proved"}}).body ==
             R"({"tokens":[{"number":4,"expires":1000,"made":900,"made_by":2,"uses":3,)"
             R"("nodes":[5,6]}]})");
  BOOST_TEST(prove("/cluster/tokens/revoke", R"({"number":4})").status == 200);
  BOOST_TEST(office.revoked.value() == 4u);
  BOOST_TEST(prove("/cluster/tokens/revoke", R"({"all":true})").status == 200);
  BOOST_TEST(!office.revoked);
  for (const int status : {404, 409, 503}) {
    office.status = status;
    BOOST_TEST(prove("/cluster/tokens", R"({"expires_in":60})").status == status);
    BOOST_TEST(prove("/cluster/tokens/revoke", R"({"number":9})").status == status);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_wish_for_a_token_is_refused_and_nobody_is_asked) {
  for (const std::string_view body :
       {"[]", "{}", R"({"expires_in":0})", R"({"expires_in":86401})", R"({"expires_in":"1h"})",
        R"({"expires_in":60,"uses":0})", R"({"expires_in":60,"uses":101})",
        R"({"expires_in":60,"more":1})"})
    BOOST_TEST(prove("/cluster/tokens", body).status == 422, body);
  for (const std::string_view body : {"[]", "{}", R"({"number":0})", R"({"number":1,"all":true})",
                                      R"({"all":false})", R"({"number":-1})", R"({"one":1})"})
    BOOST_TEST(prove("/cluster/tokens/revoke", body).status == 422, body);
  BOOST_TEST(prove("/cluster/tokens", "{").status == 400);
  BOOST_TEST(office.asked == 0);
}

BOOST_AUTO_TEST_CASE(the_authority_is_looked_at_and_ordered_by_who_has_its_key) {
  using order = certificate_office::authority_order;
  BOOST_TEST(ask(method::get, "/cluster/authority").status == 403);
  BOOST_TEST(ask(method::post, "/cluster/authority", {}, R"({"action":"rotate"})").status == 403);
  BOOST_TEST(office.asked == 0);
  BOOST_TEST(ask(method::get, "/cluster/authority", {{"Authorization", "Bearer proved"}}).body ==
             R"({"stage":"settled","current":{"fingerprint":"aa","expires":1000},"waits_for":[]})");
  BOOST_TEST((office.last_order == order::look));
  const std::pair<std::string_view, order> orders[] = {
      {"rotate", order::rotate}, {"finish", order::finish}, {"cancel", order::cancel}};
  for (const auto& [word, meant] : orders) {
    const auto body = R"({"action":")" + std::string{word} + R"("})";
    BOOST_TEST(prove("/cluster/authority", body).body ==
               R"({"stage":"trusting","current":{"fingerprint":"aa","expires":1000},)"
               R"("next":{"fingerprint":"bb","expires":2000},"begun":900,"begun_by":2,)"
               R"("waits_for":[1,3]})");
    BOOST_TEST((office.last_order == meant), word);
  }
  for (const int status : {409, 503}) {
    office.status = status;
    BOOST_TEST(prove("/cluster/authority", R"({"action":"finish"})").status == status);
  }
  office.asked = 0;
  for (const std::string_view body :
       {"[]", "{}", R"({"action":"burn"})", R"({"action":1})", R"({"action":"rotate","now":true})"})
    BOOST_TEST(prove("/cluster/authority", body).status == 422, body);
  BOOST_TEST(office.asked == 0);
  where.certificates = nullptr;
  BOOST_TEST(ask(method::get, "/cluster/authority").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace certificates_test
