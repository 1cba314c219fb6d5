// The shop of shop.toml as a program of its own, with the flags of lithair_node. README.md tells
// how its models work together.

#include <lithair/lithair.hpp>

struct customer {
  std::string id;  // as the token has it
  std::string name;
  std::string email;
  std::optional<std::string> address;
  lithair::timestamp since;
};

template <>
struct lithair::model<customer> : lithair::attributes {
  static constexpr auto declaration =
      declare("customers",
              field<&customer::id>("id", primary_key, replicate, min_length(1), max_length(100)),
              field<&customer::name>("name", replicate, min_length(1), max_length(200)),
              field<&customer::email>("email", unique, replicate, format("email")),
              field<&customer::address>("address", replicate, max_length(1000)),
              field<&customer::since>("since", replicate, set("@now")));

  static constexpr access_declaration access{.read = "role(staff) or id = @user.id",
                                             .create = "role(customer) and id = @user.id",
                                             .update = "role(customer) and id = @user.id",
                                             .remove = "role(staff)"};
};

enum class product_state { draft, live, gone };
BOOST_DESCRIBE_ENUM(product_state, draft, live, gone)

struct product {
  lithair::uuid id;
  std::string name;
  lithair::money price;
  std::optional<lithair::money> cost;
  std::int64_t stock;
  product_state state;
};

template <>
struct lithair::model<product> : lithair::attributes {
  static constexpr auto declaration =
      declare("products", field<&product::id>("id", primary_key, replicate),
              field<&product::name>("name", unique, replicate, min_length(1), max_length(200)),
              field<&product::price>("price", replicate, track_history, min("0.01")),
              field<&product::cost>("cost", replicate, readable_by("role(staff)"),
                                    changeable_by("role(staff)")),
              field<&product::stock>("stock", default_value(0), merge("add"), replicate, min(0)),
              field<&product::state>("state", default_value("draft"), indexed, replicate));

  static constexpr access_declaration access{.read = "state = 'live' or role(staff)",
                                             .create = "role(staff)",
                                             .update = "role(staff)",
                                             .remove = "role(staff)"};
};

struct cart_line {
  lithair::uuid id;
  std::string customer;
  lithair::uuid product;
  std::int64_t pieces;
};

template <>
struct lithair::model<cart_line> : lithair::attributes {
  static constexpr auto declaration =
      declare("carts", field<&cart_line::id>("id", primary_key, replicate),
              field<&cart_line::customer>("customer", indexed, immutable, replicate),
              field<&cart_line::product>("product", references("products"), on_delete("cascade"),
                                         immutable, replicate),
              field<&cart_line::pieces>("pieces", default_value(1), merge("add"), replicate, min(1),
                                        max(100)));

  static constexpr access_declaration access{.read = "customer = @user.id",
                                             .create = "role(customer) and customer = @user.id",
                                             .update = "customer = @user.id",
                                             .remove = "customer = @user.id",
                                             .items_per = 50,
                                             .per = "customer"};
};

enum class order_state { placed, paid, sent, cancelled };
BOOST_DESCRIBE_ENUM(order_state, placed, paid, sent, cancelled)

struct order {
  lithair::uuid id;
  std::string customer;
  order_state state;
  lithair::timestamp placed;
};

template <>
struct lithair::model<order> : lithair::attributes {
  static constexpr auto declaration = declare(
      "orders", field<&order::id>("id", primary_key, replicate),
      field<&order::customer>("customer", references("customers"), immutable, replicate,
                              track_history),
      field<&order::state>("state", default_value("placed"), indexed, replicate, track_history),
      field<&order::placed>("placed", replicate, set("@now")));

  static constexpr access_declaration access{
      .read = "role(staff) or customer = @user.id",
      .create = "role(customer) and customer = @user.id and state = 'placed'",
      .update =
          "role(staff) or (customer = @user.id and state = 'placed' and "
          "@new.state = 'cancelled')",
      .remove = "role(staff)",
      .items_per = 1000,
      .per = "customer"};
};

struct order_line {
  lithair::uuid id;
  lithair::uuid order;
  std::string customer;
  lithair::uuid product;
  std::int64_t pieces;
  lithair::money price;
  std::optional<lithair::money> amount;  // once it is paid
};

template <>
struct lithair::model<order_line> : lithair::attributes {
  static constexpr auto declaration = declare(
      "lines", field<&order_line::id>("id", primary_key, replicate),
      field<&order_line::order>("order", references("orders"), on_delete("cascade"), immutable,
                                replicate),
      field<&order_line::customer>("customer", indexed, immutable, replicate),
      field<&order_line::product>("product", references("products"), immutable, replicate),
      field<&order_line::pieces>("pieces", immutable, replicate, min(1), max(100)),
      field<&order_line::price>("price", immutable, replicate, min("0.01")),
      field<&order_line::amount>("amount", replicate, changeable_by("role(staff)"), min("0.01")));

  // At the price that the product has at that moment, whatever a page says.
  static constexpr access_declaration access{
      .read = "role(staff) or customer = @user.id",
      .create =
          "customer = @user.id and order.customer = @user.id and order.state = 'placed' and "
          "exists(products where id = product and price = price and state = 'live')",
      .update = "role(staff)",
      .remove = "role(staff)",
      .items_per = 10000,
      .per = "customer"};

  static constexpr auto projections = lithair::projections(project("best_sellers")
                                                               .group_by("product")
                                                               .where("amount", "!null")
                                                               .sum("pieces", "pieces")
                                                               .sum("revenue", "amount"));
};

enum class payment_method { card, transfer, cash };
BOOST_DESCRIBE_ENUM(payment_method, card, transfer, cash)

struct payment {
  lithair::uuid id;
  lithair::uuid order;
  std::string customer;
  lithair::money amount;
  payment_method method;
  std::string day;
  std::string taken_by;
  lithair::timestamp taken_at;
};

template <>
struct lithair::model<payment> : lithair::attributes {
  static constexpr auto declaration =
      declare("payments", field<&payment::id>("id", primary_key, replicate),
              field<&payment::order>("order", references("orders"), unique, immutable, replicate),
              field<&payment::customer>("customer", indexed, immutable, replicate),
              field<&payment::amount>("amount", immutable, replicate, min("0.01")),
              field<&payment::method>("method", immutable, replicate),
              field<&payment::day>("day", immutable, replicate, pattern("^\\d{4}-\\d{2}-\\d{2}$")),
              field<&payment::taken_by>("taken_by", replicate, set("@user.id")),
              field<&payment::taken_at>("taken_at", replicate, set("@now")));

  static constexpr access_declaration access{.read = "role(staff) or customer = @user.id",
                                             .create = "role(staff)"};

  static constexpr auto projections = lithair::projections(
      project("revenue")
          .group_by("day")
          .count("payments")
          .sum("revenue", "amount")
          .max("largest", "amount"),
      project("best_customers").group_by("customer").count("payments").sum("revenue", "amount"));
};

int main(int argc, char** argv) {
  return lithair::run<customer, product, cart_line, order, order_line, payment>(argc, argv);
}
