#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_text.hpp"
#include "models/declaration/rule_text.hpp"
#include "models/model.hpp"
#include "models/query/unserved_rules.hpp"
#include "test/models/service_fixture.hpp"

namespace {

struct parcel {
  std::int64_t id = 0;
  std::string customer;
  std::string made_by;
};

}  // namespace

template <>
struct lithair::model<parcel> : lithair::attributes {
  static constexpr auto declaration =
      declare("parcels", field<&parcel::id>("id", primary_key, replicate),
              field<&parcel::customer>("customer", replicate, indexed, readable_by("role(staff)"),
                                       changeable_by("@user.plan = 'pro'")),
              field<&parcel::made_by>("made_by", replicate, set("@user.id")));
  static constexpr lithair::access_declaration access{.read = "made_by = @user.id",
                                                      .remove = "role(staff)",
                                                      .items = 90,
                                                      .items_per = 9,
                                                      .per = "customer",
                                                      .item_bytes = 4000};
};

namespace lithair::models {
namespace access_rules_test {

namespace {

constexpr std::string_view fields = R"(
[models.m.fields]
id    = { type = "integer", primary_key = true, replicate = true }
owner = { type = "string", replicate = true, optional = true }
state = { type = "enum", values = ["draft", "sent"], replicate = true }
n     = { type = "integer", replicate = true, optional = true }
more  = { type = "integer", replicate = true, optional = true }
tags  = { type = "list<string>", replicate = true, optional = true }
extra = { type = "json", replicate = true, optional = true }
here  = { type = "string", optional = true }
)";

struct wrong_rule {
  access_kind what = access_kind::read;
  std::string text;
  std::size_t at = 0;
  std::string said;
};
std::ostream& operator<<(std::ostream& out, const wrong_rule& x) { return out << x.text; }

std::string nested(int depth) {
  std::string made;
  for (int i = 0; i < depth; ++i) made += "(";
  return made + "true" + std::string(static_cast<std::size_t>(depth), ')');
}

std::string many_terms() {
  std::string made = "true";
  for (int i = 0; i < 100; ++i) made += " or true";
  return made;
}

using enum access_kind;
const std::vector<wrong_rule> wrong_rules{
    {read, "", 0, "Here comes a field"},
    {read, "custmer = @user.id", 0, "There is no field \"custmer\""},
    {read, "owner = bob", 8, "There is no field \"bob\"; texts are in quotes."},
    {read, "owner = 'bob", 8, "A text ends with a quote"},
    {read, "owner == 'bob'", 7, "Here comes a field"},
    {read, "owner = \"bob\"", 8, "texts are in single quotes"},
    {read, "owner", 5, "Behind it comes =, !="},
    {read, "owner not 'x'", 6, "Behind \"not\" comes a term, or \"in\"."},
    {read, "owner = 'x' owner = 'y'", 12, "Behind a term come"},
    {read, "(owner = 'x'", 12, "A parenthesis is not closed."},
    {read, "role(staff", 10, "A role is asked for so"},
    {read, "role staff", 5, "A role is asked for so"},
    {read, "role()", 5, "A role is asked for so"},
    {read, "n = 'x'", 4, "The field \"n\" is "},
    {read, "n = 1.5", 4, "The field \"n\" is "},
    {read, "state = 'lost'", 8, "The field \"state\" is "},
    {read, "state in ('draft', 'lost')", 19, "The field \"state\" is "},
    {read, "state in (draft)", 10, "There is no field \"draft\""},
    {read, "state in ('draft'", 17, "The list of values is not closed."},
    {read, "owner in n", 9, "Only a list field has something in it."},
    {read, "owner in 'x'", 9, "Behind \"in\" comes a list"},
    {read, "n < null", 4, "A field is = null or != null."},
    {read, "tags < 'x'", 0, "has no order"},
    {read, "extra = 'x'", 0, "A field of json is = null"},
    {read, "owner = n", 8, "of the same type"},
    {read, "tags = tags", 7, "of the same type, and no lists"},
    {read, "here = 'x'", 0, "A rule asks for fields with replicate = true"},
    {read, "'x' = 'y'", 0, "One of the two is a field or @user.NAME."},
    {read, "@user.id < 'y'", 0, "is equal to a text or not"},
    {read, "@user.id = @user.name", 11, "is compared with a text"},
    {read, "@user. = 'x'", 0, "What is known of who asks is"},
    {read, "@user.a.b = 'x'", 0, "What is known of who asks is"},
    {read, "@me = 'x'", 0, "There are @user, @user.NAME"},
    {read, "@old.owner = 'x'", 0, "A rule for read knows no @old."},
    {read, "@new.owner = 'x'", 0, "A rule for read knows no @new."},
    {create, "@old.owner = 'x'", 0, "A rule for create knows no @old."},
    {remove, "@new.owner = 'x'", 0, "A rule for delete knows no @new."},
    {read, "owner.x = 'y'", 0, "The field \"owner\" refers to no item."},
    {read, "exists(q where n = 1)", 7, "There is no model \"q\"."},
    {read, "exists(m id = 1)", 9, "It is written so"},
    {read, "exists(m where n = 1)", 0, "is a key, unique or indexed"},
    {read, "exists(m where id > 1)", 0, "is a key, unique or indexed"},
    {read, "exists(m where id = 1 or owner = owner)", 25, "Fields are tied where all has to hold"},
    {read, "exists(m where id < id)", 15, "is tied so: team = team"},
    {read, "exists(m where id = owner)", 20, "of the same type"},
    {read, "exists(m where id = id and exists(m where id = 1))", 34, "there is no other one"},
    {update, "exists(m where @new.id = 1)", 15, "a field is that of the other item"},
    {read, nested(40), 32, "more than 32 terms within each other"},
    {read, many_terms(), 800, "more than 100 terms"},
    {read, std::string(4097, ' '), 0, "at most 4096 bytes"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(access_rules)

BOOST_DATA_TEST_CASE(what_is_no_rule_is_told_with_its_place, wrong_rules, x) {
  const auto s = schema_from(fields);
  const auto made = read_rule(s.collections(), *s.find("m"), x.what, x.text);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().at == x.at);
  BOOST_TEST(made.error().message.find(x.said) != std::string::npos, made.error().message);
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_file_line_and_column) {
  const auto told = [](const std::string& access, const std::string& field) {
    const auto made = parse_model_text("[models.m]\n" + access +
                                           "\n[models.m.fields]\nid = { type = \"integer\", "
                                           "primary_key = true, replicate = true }\n" +
                                           field,
                                       "shop.toml");
    return made ? std::string() : to_string(made.error().front());
  };
  BOOST_TEST(
      told("access = { read = \"true and nowner = 'x'\" }", "")
          .starts_with("shop.toml:2:29: m: The rule for read: There is no field \"nowner\""));
  BOOST_TEST(
      told("access = { raed = \"true\" }", "").starts_with("shop.toml:2:12: m: Unknown rule"));
  BOOST_TEST(told("access = {}", "").starts_with("shop.toml:2:1: m: Access rules are"));
  for (const auto* wrong : {"items = 0", "items = \"1\"", "items_per = 20000, per = \"id\"",
                            "items_per = 5", "item_bytes = 63", "item_bytes = \"100\"",
                            "per = \"id\"", "items_per = 5, per = \"other\""})
    BOOST_TEST(!told("access = { " + std::string(wrong) + " }", "").empty(), wrong);
  BOOST_TEST(told("access = { items = 5, items_per = 2, per = \"f\" }",
                  "f = { type = \"string\", indexed = true, replicate = true }") == "");
  BOOST_TEST(told("access = { read = true }", "").find("A rule is text") != std::string::npos);
  const std::string some = "access = { read = \"true\" }";
  const auto field = [&](const std::string& words) {
    return told(some, "f = { type = \"string\", replicate = true, " + words + " }");
  };
  BOOST_TEST(field("access = { read = \"role(staff)\" }") == "");
  BOOST_TEST(field("access = { read = \"f = 'x'\" }").find("asks about the caller alone") !=
             std::string::npos);
  BOOST_TEST(field("access = { raed = \"true\" }").find("Unknown attribute \"access.raed\"") !=
             std::string::npos);
  BOOST_TEST(told("", "f = { type = \"string\", replicate = true, access = { read = \"@user\" } }")
                 .find("only where its model has") != std::string::npos);
  BOOST_TEST(field("set = \"@now\"").find("@now is for timestamp fields") != std::string::npos);
  BOOST_TEST(field("set = \"me\"").find("set is \"@now\"") != std::string::npos);
  BOOST_TEST(field("set = \"@user.id\", default = \"x\"").find("no default") != std::string::npos);
  BOOST_TEST(
      field("set = \"@user.id\", set_on_update = \"@user.id\"").find("set or set_on_update") !=
      std::string::npos);
  BOOST_TEST(field("set_on_update = \"@user.id\", immutable = true").find("not set again") !=
             std::string::npos);
  BOOST_TEST(field("set_on_update = \"@user.id\", access = { update = \"@user\" }")
                 .find("no rule for update") != std::string::npos);
  BOOST_TEST(
      told(some, "f = { type = \"string\", optional = true, access = { update = \"@user\" } }")
          .find("has no rule for update") != std::string::npos);
  BOOST_TEST(field("set_on_update = \"@user.id\"") == "");
}

BOOST_AUTO_TEST_CASE(both_faces_declare_the_same_and_its_text_gives_it_back) {
  const auto typed = schema_of<parcel>();
  BOOST_REQUIRE(typed);
  const auto text = schema_from(R"toml(
[models.parcels.access]
read   = "made_by = @user.id"
delete = "role(staff)"
items = 90
items_per = 9
per = "customer"
item_bytes = 4000
[models.parcels.fields]
id       = { type = "integer", primary_key = true, replicate = true }
customer = { type = "string", replicate = true, indexed = true, access = { read = "role(staff)", update = "@user.plan = 'pro'" } }
made_by  = { type = "string", replicate = true, set = "@user.id" }
)toml");
  BOOST_TEST(typed->fingerprint() == text.fingerprint());
  BOOST_TEST(text.find("parcels")->find("made_by")->immutable);
  BOOST_TEST(schema_from(to_model_text(text)).fingerprint() == text.fingerprint());
}

BOOST_AUTO_TEST_CASE(rules_for_reading_that_no_index_serves_are_known) {
  const auto is_served = [](const std::string& rule, const std::string& words) {
    return rules_without_index(schema_from("[models.m]\naccess = { read = \"" + rule +
                                           "\" }\n[models.m.fields]\nid = { type = \"integer\", "
                                           "primary_key = true, replicate = true }\no = { type = "
                                           "\"string\", replicate = true" +
                                           words + " }\n"))
        .empty();
  };
  BOOST_TEST(is_served("role(a) or o = @user.id", ", indexed = true"));
  BOOST_TEST(!is_served("role(a) or o = @user.id", ""));
  BOOST_TEST(!is_served("o = @user.id or o != 'x'", ", indexed = true"));
  BOOST_TEST(is_served("o = @user.id and o != 'x'", ", indexed = true"));
  BOOST_TEST(is_served("true", ""));
  BOOST_TEST(is_served("role(a)", ""));
}

BOOST_AUTO_TEST_CASE(rules_are_part_of_what_nodes_agree_on_and_may_change) {
  const auto with = [](const std::string& access) {
    return schema_from("[models.m]\n" + access + std::string(fields));
  };
  const auto before = with("access = { read = \"role(a)\" }");
  const auto now = with("access = { read = \"role(b)\" }");
  BOOST_TEST(before.fingerprint() != now.fingerprint());
  BOOST_TEST(before.fingerprint() != with("").fingerprint());
  BOOST_TEST(before.fingerprint() !=
             with("access = { read = \"role(a)\", items = 5 }").fingerprint());
  BOOST_TEST(incompatibilities(before, now).empty());
  BOOST_TEST(why_not_join(before, now).find("has other access rules") != std::string::npos);
  BOOST_TEST(why_not_join(before, before) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_rules_test
}  // namespace lithair::models
