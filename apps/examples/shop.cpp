// The shop of shop.toml as a C++ program of its own: `shop` serves it, with the flags of
// lithair_node.

#include "apps/lithair/run.hpp"

enum class product_state { draft, live };
BOOST_DESCRIBE_ENUM(product_state, draft, live)

struct product {
  lithair::uuid id;
  std::string name;
  lithair::money price;
  std::int64_t stock;
  product_state state;
  std::optional<std::string> secret;
};

template <>
struct lithair::model<product> {
  static constexpr auto declaration = declare(
      "products",
      field<&product::id>("id", db::primary_key, lifecycle::immutable, persistence::replicate),
      field<&product::name>("name", db::unique, persistence::replicate, validation::min_length(1),
                            validation::max_length(200)),
      field<&product::price>("price", persistence::replicate, validation::min("0.01")),
      field<&product::stock>("stock", persistence::replicate, lifecycle::default_value(0),
                             validation::min(0)),
      field<&product::state>("state", persistence::replicate, lifecycle::default_value("draft")),
      field<&product::secret>("secret", http::hidden, persistence::replicate));
};

enum class order_state { open, paid, cancelled };
BOOST_DESCRIBE_ENUM(order_state, open, paid, cancelled)

struct order {
  lithair::uuid id;
  lithair::uuid product;
  std::string customer;
  std::int64_t pieces;
  lithair::money amount;
  order_state state;
};

template <>
struct lithair::model<order> {
  static constexpr auto declaration = declare(
      "orders",
      field<&order::id>("id", db::primary_key, lifecycle::immutable, persistence::replicate),
      field<&order::product>("product", db::references("products"), db::indexed,
                             lifecycle::immutable, persistence::replicate),
      field<&order::customer>("customer", db::indexed, lifecycle::immutable, persistence::replicate,
                              validation::min_length(1), validation::max_length(200)),
      field<&order::pieces>("pieces", lifecycle::immutable, persistence::replicate,
                            validation::min(1)),
      field<&order::amount>("amount", lifecycle::immutable, persistence::replicate,
                            validation::min("0.01")),
      field<&order::state>("state", db::indexed, lifecycle::default_value("open"),
                           persistence::replicate, persistence::track_history));

  static constexpr auto projections = lithair::projections(project("sales")
                                                               .group_by("customer")
                                                               .where("state", "paid")
                                                               .count("orders")
                                                               .sum("pieces", "pieces")
                                                               .sum("revenue", "amount")
                                                               .max("largest", "amount"));
};

enum class payment_method { card, transfer, cash };
BOOST_DESCRIBE_ENUM(payment_method, card, transfer, cash)

struct payment {
  lithair::uuid id;
  lithair::uuid order;
  lithair::money amount;
  payment_method method;
};

template <>
struct lithair::model<payment> {
  static constexpr auto declaration = declare(
      "payments",
      field<&payment::id>("id", db::primary_key, lifecycle::immutable, persistence::replicate),
      field<&payment::order>("order", db::references("orders"), db::unique, lifecycle::immutable,
                             persistence::replicate),
      field<&payment::amount>("amount", lifecycle::immutable, persistence::replicate,
                              validation::min("0.01")),
      field<&payment::method>("method", lifecycle::immutable, persistence::replicate));
};

int main(int argc, char** argv) { return lithair::run<product, order, payment>(argc, argv); }
