// The shop of shop.toml as a C++ program of its own: `shop` serves it, with the flags of
// lithair_node.

#include <lithair/lithair.hpp>

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
struct lithair::model<product> : lithair::attributes {
  static constexpr auto declaration =
      declare("products", field<&product::id>("id", primary_key, immutable, replicate),
              field<&product::name>("name", unique, replicate, min_length(1), max_length(200)),
              field<&product::price>("price", replicate, min("0.01")),
              field<&product::stock>("stock", replicate, default_value(0), min(0)),
              field<&product::state>("state", replicate, default_value("draft")),
              field<&product::secret>("secret", hidden, replicate));
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
struct lithair::model<order> : lithair::attributes {
  static constexpr auto declaration = declare(
      "orders", field<&order::id>("id", primary_key, immutable, replicate),
      field<&order::product>("product", references("products"), indexed, immutable, replicate),
      field<&order::customer>("customer", indexed, immutable, replicate, min_length(1),
                              max_length(200)),
      field<&order::pieces>("pieces", immutable, replicate, min(1)),
      field<&order::amount>("amount", immutable, replicate, min("0.01")),
      field<&order::state>("state", indexed, default_value("open"), replicate, track_history));

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
struct lithair::model<payment> : lithair::attributes {
  static constexpr auto declaration =
      declare("payments", field<&payment::id>("id", primary_key, immutable, replicate),
              field<&payment::order>("order", references("orders"), unique, immutable, replicate),
              field<&payment::amount>("amount", immutable, replicate, min("0.01")),
              field<&payment::method>("method", immutable, replicate));
};

int main(int argc, char** argv) { return lithair::run<product, order, payment>(argc, argv); }
