#include "http/certificate_office.hpp"
#include "http/exchange.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "models/declaration/model_file.hpp"

namespace certificates_test {

using namespace lithair::http;

namespace {

/// Certifies who says the right word, and keeps what it was asked.
struct open_office final : certificate_office {
  std::string own = "the authority";
  wish last;
  int asked = 0;

  const std::string& authority() const override { return own; }
  outcome certify(const wish& of) override {
    ++asked;
    last = of;
    if (of.token == "late") return {429, "ask again", {}, {}};
    if (of.token != "right") return {403, "it is not of here", {}, {}};
    return {200, {}, "the certificate", "the key"};
  }
  bool admits(std::string_view token) override { return token == "right"; }
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
    const auto* said = std::get_if<response>(&made.next);
    return said == nullptr ? answered{} : answered{said->status, std::string{said->body}};
  }
  answered post(std::string_view body) const {
    return ask(method::post, "/cluster/certificates", {{"Content-Type", "application/json"}}, body);
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
  BOOST_TEST(refused.body.find("it is not of here.") != std::string::npos);
  BOOST_TEST(post(of("late")).status == 429);
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

BOOST_AUTO_TEST_CASE(who_shows_a_token_may_be_taken_in_where_there_is_no_other_one) {
  const auto status = [this](const char* shown) {
    return ask(method::get, "/cluster", {{"Authorization", shown}}).status;
  };
  BOOST_TEST(status("Bearer right") == 0);
  BOOST_TEST(status("Bearer wrong") == 403);
  BOOST_TEST(ask(method::get, "/cluster").status == 403);
  const bearer_token other{"a-token-for-these-tests"};
  where.cluster_token = &other;
  BOOST_TEST(status("Bearer right") == 403);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace certificates_test
