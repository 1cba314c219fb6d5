// Writes: against etcd by its two faces, over one connection and many; in bulks; by five nodes.

#include "bench/grpc_load.hpp"
#include "bench/table/posts.hpp"

namespace lithair::bench {
namespace {

using kind = target::kind;

constexpr double key_bytes = 16;

figures post(const settings& how, measured_system& system, std::size_t connections,
             std::uint64_t& next_number) {
  const auto made = measure_posts(how, system, connections, next_number);
  const auto nodes = static_cast<double>(system.processes().size());
  const auto entries =
      static_cast<double>(made.load.answered) * (static_cast<double>(how.payload) + key_bytes);
  return {{"rate", made.load.rate()},
          {"p50", made.load.percentile(0.5)},
          {"p99", made.load.percentile(0.99)},
          {"cpu", made.cpu_us()},
          {"disk", made.costs.disk_bytes / nodes / entries}};
}

/// The same message again and again by gRPC, to the leader.
figures post_grpc(const settings& how, measured_system& etcd, std::size_t connections) {
  const auto load = run_grpc_puts({.port = etcd.ports()[etcd.leader()],
                                   .connections = connections,
                                   .payload = how.payload,
                                   .warm_up = how.warm_up(),
                                   .measured = how.measured()});
  return {{"rate", load}};
}

row make_posts(const settings& how, std::size_t connections, std::vector<line> lines,
               bool by_grpc) {
  const auto nodes = how.three();
  row made;
  made.lines = std::move(lines);
  made.sides.push_back({"lithair", [=, &how] {
                          return post(how, *nodes->lithair, connections, nodes->next_number);
                        }});
  if (!nodes->etcd) return made;
  made.sides.push_back(
      {"etcd", [=, &how] { return post(how, *nodes->etcd, connections, nodes->next_number); }});
  if (by_grpc && can_load_grpc())
    made.sides.push_back(
        {"etcd gRPC", [=, &how] { return post_grpc(how, *nodes->etcd, connections); }});
  return made;
}

row make_post_1(const settings& how) {
  return make_posts(
      how, 1,
      {{"POST, 1 connection", "/s", "lithair", "rate", "etcd", "rate"},
       {"  its p50", "ms", "lithair", "p50", "etcd", "p50", {kind::ratio_at_most, 0.4}}},
      false);
}

row make_post_64(const settings& how) {
  return make_posts(
      how, 64,
      {{"POST, 64 connections", "/s", "lithair", "rate", "etcd", "rate", {kind::ratio_at_least, 5}},
       {"  beside gRPC, one message",
        "/s",
        "lithair",
        "rate",
        "etcd gRPC",
        "rate",
        {kind::ratio_at_least, 3}},
       {"  its p99", "ms", "lithair", "p99", "etcd", "p99"},
       {"  CPU of three nodes a POST", "µs", "lithair", "cpu", "etcd", "cpu", {kind::at_most, 45}},
       {"  bytes to a disk per byte of entries",
        "",
        "lithair",
        "disk",
        "etcd",
        "disk",
        {kind::at_most, 4}}},
      true);
}

row make_post_256(const settings& how) {
  return make_posts(how, 256,
                    {{"POST, 256 connections",
                      "/s",
                      "lithair",
                      "rate",
                      "etcd",
                      "rate",
                      {kind::ratio_at_least, 6}},
                     {"  its p99", "ms", "lithair", "p99", "etcd", "p99"}},
                    false);
}

constexpr std::size_t bulk_items = 100;

row make_bulk(const settings& how) {
  const auto nodes = how.three();
  std::string items = "[";
  for (std::size_t i = 0; i < bulk_items; ++i)
    items += R"({"value":")" + std::string(how.payload, 'x') + "\"},";
  items.back() = ']';
  const auto request = make_request("POST", "/api/items/_bulk", items, 201);
  return {{{"lithair",
            [=, &how] {
              auto plan = plan_for(how, nodes->lithair->ports(), 16);
              plan.write = request;
              const auto load = run_whole(plan);
              return figures{{"items", load.rate() * bulk_items}, {"p99", load.percentile(0.99)}};
            }}},
          {{"_bulk of 100, 16 connections",
            "items/s",
            "lithair",
            "items",
            "",
            "",
            {kind::at_least, 150'000}},
           {"  p99 of a bulk", "ms", "lithair", "p99", "", ""}}};
}

row make_five(const settings& how) {
  const auto three = how.three();
  const std::shared_ptr<measured_system> five = how.nodes(5);
  const auto next_number = std::make_shared<std::uint64_t>(measured_system::readable);
  return {{{"five", [=, &how] { return post(how, *five, 64, *next_number); }},
           {"three", [=, &how] { return post(how, *three->lithair, 64, three->next_number); }}},
          {{"five nodes beside three, 64 connections",
            "/s",
            "five",
            "rate",
            "three",
            "rate",
            {kind::ratio_at_least, 0.6}}}};
}

}  // namespace

std::vector<row_kind> write_rows() {
  return {{"post_1", "POST over 1 connection, beside etcd", make_post_1},
          {"post_64", "POST over 64, beside etcd's JSON and gRPC; CPU and disk", make_post_64},
          {"post_256", "POST over 256, beside etcd", make_post_256},
          {"bulk", "_bulk of 100 items on three nodes", make_bulk},
          {"five", "POST by five nodes beside three", make_five}};
}

}  // namespace lithair::bench
