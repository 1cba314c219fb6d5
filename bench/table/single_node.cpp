#include "bench/table/single_node.hpp"

#include <chrono>

namespace lithair::bench {
namespace {

// The key first, as those who read streams want it.
constexpr auto record_model = R"([models.records.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
)";
constexpr auto records_route = "/api/records";
// Before the number of each record that is filled in, so that all are equally long.
constexpr std::uint64_t first_record = 1'000'000'000;

std::string record(const std::string& id, std::size_t payload) {
  return "{\"id\":" + id + ",\"text\":\"" + std::string(payload, 't') + "\"}";
}

}  // namespace

single_node::single_node(const char* models, const settings& how)
    : models_(models),
      node_({.nodes = 1,
             .models = models_.path(),
             .flags = {"--max-body", "33554432", "--log-level", "warn"},
             .program = how.program}) {
  node_.start(0);
  node_.await_ready(0);
}

load_result single_node::write(load_plan plan) {
  plan.first_number = next_number_;
  auto made = run_whole(plan);
  next_number_ += made.writes;
  return made;
}

double single_node::restart() {
  node_.kill(0);
  const auto began = std::chrono::steady_clock::now();
  node_.start(0);
  node_.await_ready(0);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

record_node::record_node(const settings& how) : single_node(record_model, how) {}

void record_node::fill_to(std::uint64_t records, std::size_t payload) {
  auto through = client();
  fill(through, records_route, first_record + records_, records - records_, 1000,
       [payload](std::uint64_t id) { return record(std::to_string(id), payload); });
  records_ = records;
}

load_result record_node::post(const settings& how) {
  auto plan = plan_for(how, {port()}, 64);
  plan.write = make_request("POST", records_route, record("2#########", how.payload), 201);
  return write(plan);
}

load_result record_node::get(const settings& how) {
  auto plan = plan_for(how, {port()}, 64);
  plan.read = make_request("GET", std::string(records_route) + "/1#########", "", 200);
  plan.read_percent = 100;
  plan.readable = records_;
  return run_whole(plan);
}

}  // namespace lithair::bench
