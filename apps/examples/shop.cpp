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

int main(int argc, char** argv) {
  return lithair::run<product>(argc, argv);
}
