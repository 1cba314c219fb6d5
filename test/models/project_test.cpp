#include <boost/test/unit_test.hpp>

#include "models/declaration/model_text.hpp"
#include "models/model.hpp"
#include "test/models/service_fixture.hpp"

namespace {

struct sale {
  std::int64_t id;
  std::string customer;
  lithair::money amount;
  bool paid;
};

struct hasty {
  std::int64_t id;
};

constexpr std::string_view sales_toml = R"toml(
[models.sales.fields]
id = { type = "integer", primary_key = true, replicate = true }
customer = { type = "string", replicate = true }
amount = { type = "money", replicate = true }
paid = { type = "bool", replicate = true }
[projections.totals]
from = "sales"
group_by = "customer"
where = { paid = "true" }
measures = { sales = "count", revenue = "sum(amount)", usual = "avg(amount)", least = "min(amount)", most = "max(amount)" }
[projections.all]
from = "sales"
measures = { sales = "count" }
)toml";

}  // namespace

template <>
struct lithair::model<sale> : lithair::attributes {
  static constexpr auto declaration =
      declare("sales", field<&sale::id>("id", primary_key, replicate),
              field<&sale::customer>("customer", replicate),
              field<&sale::amount>("amount", replicate), field<&sale::paid>("paid", replicate));
  static constexpr auto projections = lithair::projections(project("totals")
                                                               .group_by("customer")
                                                               .where("paid", "true")
                                                               .count("sales")
                                                               .sum("revenue", "amount")
                                                               .avg("usual", "amount")
                                                               .min("least", "amount")
                                                               .max("most", "amount"),
                                                           project("all").count("sales"));
};

template <>
struct lithair::model<hasty> : lithair::attributes {
  static constexpr auto declaration =
      declare("hasty", field<&hasty::id>("id", primary_key, replicate));
  static constexpr auto projections = lithair::projections(project("wrong").sum("total", "amount"));
};

BOOST_AUTO_TEST_SUITE(declared_projections)

BOOST_AUTO_TEST_CASE(both_faces_declare_the_same_projections) {
  const auto from_code = lithair::schema_of<sale>();
  BOOST_REQUIRE(from_code.has_value());
  const auto from_file = lithair::models::schema_from(sales_toml);
  BOOST_TEST(from_code->fingerprint() == from_file.fingerprint());
  BOOST_TEST(to_model_text(*from_code) == to_model_text(from_file));
  BOOST_TEST(from_code->projections().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_wrong_projection_of_a_struct_is_told_at_start) {
  const auto made = lithair::schema_of<hasty>();
  BOOST_REQUIRE(!made.has_value());
  BOOST_TEST(to_string(made.error().front()) ==
             "projections.wrong: The model \"hasty\" shows no field \"amount\".");
}

BOOST_AUTO_TEST_CASE(the_path_of_the_projections_is_not_for_models) {
  for (const std::string path : {"/api/projections", "/api/projections/x"}) {
    const auto made = lithair::models::parse_model_text(
        "[models.m]\npath = \"" + path +
            "\"\n[models.m.fields]\nid = { type = \"uuid\", primary_key = true, replicate = true }",
        "t.toml");
    BOOST_REQUIRE(!made.has_value());
    BOOST_TEST(to_string(made.error().front()) ==
               "t.toml:1:9: m: The path /api/projections belongs to the projections.");
  }
}

BOOST_AUTO_TEST_SUITE_END()
