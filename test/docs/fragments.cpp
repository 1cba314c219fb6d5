#include <lithair/lithair.hpp>

// The parts of programs that the documentation shows, in programs that compile. Nothing runs them:
// whole programs, and the tests of the embedded and the remote, do the same.

namespace lithair::docs {

struct note {
  lithair::uuid id;
  std::string text;
};

struct product {
  lithair::uuid id;
  std::string name;
  lithair::money price;
  std::int64_t stock;
};

struct order {
  lithair::uuid id;
  lithair::uuid product;
};

}  // namespace lithair::docs

template <>
struct lithair::model<lithair::docs::note> : lithair::attributes {
  static constexpr auto declaration =
      declare("notes", field<&docs::note::id>("id", primary_key, immutable, replicate),
              field<&docs::note::text>("text", replicate, max_length(1000)));
};

template <>
struct lithair::model<lithair::docs::product> : lithair::attributes {
  static constexpr auto declaration =
      declare("products", field<&docs::product::id>("id", primary_key, replicate),
              field<&docs::product::name>("name", replicate),
              field<&docs::product::price>("price", replicate),
              field<&docs::product::stock>("stock", replicate));
};

template <>
struct lithair::model<lithair::docs::order> : lithair::attributes {
  static constexpr auto declaration =
      declare("orders", field<&docs::order::id>("id", primary_key, replicate),
              field<&docs::order::product>("product", replicate));
};

namespace lithair::docs {

void a_node_inside(const lithair::node_config& config);
void from_outside(const lithair::money& price, const order& bought);

void a_node_inside(const lithair::node_config& config) {
  lithair::node node{config, *lithair::schema_of<note>()};
  const lithair::collection<note> notes{node};

  auto made = notes.create({{}, "hello"}).get();  // an item and its version, or why not
  notes.update(made->item.id, lithair::patch<note>().set<&note::text>("bye"), {made->version})
      .then([](auto) { /* on a loop of the node: must not wait */ });

  lithair::subscriber<note> follower;
  follower.changed = [](const lithair::event<note>&) { /* its index, time, before and after */ };
  const auto subscription = lithair::subscribe(notes, follower);
}

void from_outside(const lithair::money& price, const order& bought) {
  lithair::remote_cluster shop{lithair::schema_of<product, order>(),
                               {.nodes = {"127.0.0.1:9081", "127.0.0.1:9082", "127.0.0.1:9083"}}};
  const lithair::collection<product> products{shop};
  const lithair::collection<order> orders{shop};

  auto made = products.create({{}, "tea", price, 3}, {.idempotency_key = "tea 1"}).get();
  auto done =
      lithair::transaction(shop)
          .update(products, made->item.id, lithair::patch<product>().set<&product::stock>(2))
          .create(orders, bought)
          .commit("order 4711")
          .get();
}

}  // namespace lithair::docs
