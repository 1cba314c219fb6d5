// A program outside of the cluster: it keeps the stock of a shop whose nodes run elsewhere, started
// with --programs.
//
//     visitor 127.0.0.1:9080 127.0.0.1:9081 127.0.0.1:9082

#include <cstdio>
#include <exception>
#include <lithair/lithair.hpp>

struct product {
  lithair::uuid id;
  std::string name;
  lithair::money price;
  std::int64_t stock;
};

template <>
struct lithair::model<product> : lithair::attributes {
  static constexpr auto declaration = declare(
      "products", field<&product::id>("id", primary_key, immutable, replicate),
      field<&product::name>("name", unique, replicate), field<&product::price>("price", replicate),
      field<&product::stock>("stock", replicate, default_value(0)));
};

int main(int argc, char** argv) try {
  const lithair::remote_cluster shop{lithair::schema_of<product>(),
                                     {.nodes = {argv + 1, argv + argc}}};
  const lithair::collection<product> products{shop};

  const auto made = products.create({{}, "tea", *lithair::models::parse_money("3.50"), 12}).get();
  if (!made) return std::fprintf(stderr, "%s\n", made.error().detail.c_str()), 1;
  const auto sold = lithair::patch<product>().set<&product::stock>(11);
  const auto kept = products.update(made->item.id, sold, {made->version}).get();
  if (!kept) return std::fprintf(stderr, "%s\n", kept.error().detail.c_str()), 1;
  const auto all = products.list({{"sort", "name"}}).get();
  if (!all) return std::fprintf(stderr, "%s\n", all.error().detail.c_str()), 1;
  for (const auto& each : all->items)
    std::printf("%s: %lld left\n", each.name.c_str(), static_cast<long long>(each.stock));
} catch (const std::exception& wrong) {
  return std::fprintf(stderr, "visitor: %s\n", wrong.what()), 2;
}
