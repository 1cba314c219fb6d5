#include "actors/node/exposure.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "models/declaration/model_file.hpp"
#include "models/declaration/model_text.hpp"
#include "models/schema/projection.hpp"

namespace exposure_test {

using namespace lithair;
using actors::exposure;

namespace {

models::schema with(const std::string& secret, const std::string& more = {}) {
  return *models::parse_model_text(R"(
[models.users.fields]
id = { type = "string", primary_key = true, replicate = true }
code = { type = "string", optional = true, replicate = true)" +
                                       secret + " }\n" + more,
                                   "test");
}

const std::string hidden = ", expose = false";

bool shows(const models::schema& models) { return models.find("users")->find("code")->exposed; }

// What a node of these models tells the others.
std::string told_by(const exposure& of, const models::schema& declared) {
  return of.told(of.served(declared));
}

void hears(exposure& of, std::uint64_t node, const exposure& from, const models::schema& declared) {
  const auto text = told_by(from, declared);
  of.heard(node, *models::parse_model_text(text, "test"), text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exposures)

BOOST_AUTO_TEST_CASE(a_field_that_the_directory_hid_stays_hidden_at_first) {
  const exposure of{with(""), with(hidden), false};
  BOOST_TEST((of.withheld() == std::set<std::string>{"users.code"}));
  BOOST_TEST(!shows(of.served(with(""))));
  // To the others it is as it was, but for a remark.
  BOOST_TEST(told_by(of, with("")) ==
             models::to_model_text(with(hidden)) + "# shown once all agree: users.code\n");
  BOOST_TEST(of.served(with("")).fingerprint() == with(hidden).fingerprint());
}

BOOST_AUTO_TEST_CASE(nothing_is_withheld_where_nothing_is_gained) {
  BOOST_TEST(exposure(with(""), with(""), false).withheld().empty());
  BOOST_TEST(exposure(with(hidden), with(""), false).withheld().empty());
  BOOST_TEST(exposure(with(hidden), with(hidden), false).withheld().empty());
  BOOST_TEST(exposure(with(""), std::nullopt, false).withheld().empty());
  // A node alone decides by itself.
  BOOST_TEST(exposure(with(""), with(hidden), true).withheld().empty());
  const exposure of{with(""), with(""), false};
  BOOST_TEST(told_by(of, with("")) == models::to_model_text(with("")));
}

BOOST_AUTO_TEST_CASE(it_is_shown_once_every_member_was_heard_and_would_show_it) {
  const auto now = with("");
  const auto old = with(hidden);
  exposure first{now, old, false};
  const exposure another{now, old, false};
  const exposure unchanged{old, old, false};
  BOOST_TEST(!first.newly_agreed());  // The members are not known yet.
  first.members({2, 3});
  BOOST_TEST(!first.newly_agreed());
  hears(first, 2, another, now);
  BOOST_TEST(!first.newly_agreed());
  hears(first, 3, unchanged, old);
  BOOST_TEST(!first.newly_agreed());
  hears(first, 3, another, now);
  BOOST_TEST(first.newly_agreed());
  BOOST_TEST(!first.newly_agreed());  // It is news once.
  // Another start of a node whose directory has agreed.
  const exposure agreed{now, now, false};
  exposure last{now, old, false};
  last.members({2});
  hears(last, 2, agreed, now);
  BOOST_TEST(last.newly_agreed());
}

BOOST_AUTO_TEST_CASE(a_projection_that_tells_of_it_is_withheld_too) {
  const std::string both = R"(
[projections.by_code]
from = "users"
group_by = "code"
measures = { all = "count" }
[projections.all]
from = "users"
measures = { all = "count" }
)";
  const auto now = with("", both);
  const exposure of{now, with(hidden), false};
  const auto served = of.served(now);
  BOOST_TEST(served.find_projection("by_code") == nullptr);
  BOOST_TEST(served.find_projection("all") != nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace exposure_test
