// Large states: millions of records beside none, pages of lists under writes.

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/fill.hpp"
#include "bench/process_costs.hpp"
#include "bench/table/single_node.hpp"

namespace lithair::bench {
namespace {

using kind = target::kind;
using clock = std::chrono::steady_clock;

double ms_since(clock::time_point began) {
  return std::chrono::duration<double, std::milli>(clock::now() - began).count();
}

figures write_and_read(const settings& how, record_node& node) {
  return {{"post", node.post(how).rate()}, {"get", node.get(how).rate()}};
}

row make_records(const settings& how) {
  const auto empty = std::make_shared<record_node>(how);
  const auto full = std::make_shared<record_node>(how);
  empty->fill_to(1000, how.payload);
  full->fill_to(how.records, how.payload);
  const auto beside = std::to_string(how.records) + " records";
  return {{{"full",
            [=, &how] {
              auto made = write_and_read(how, *full);
              made["private"] = costs_of(full->process().pid()).private_mib;
              made["restart"] = full->restart();
              return made;
            }},
           {"empty", [=, &how] { return write_and_read(how, *empty); }}},
          {{"POST, 64, with " + beside + ", beside 1000",
            "/s",
            "full",
            "post",
            "empty",
            "post",
            {kind::ratio_at_least, 0.8}},
           {"GET, 64, the same", "/s", "full", "get", "empty", "get", {kind::ratio_at_least, 0.8}},
           {"  serves again after kill -9", "s", "full", "restart", "", "", {kind::at_most, 1}},
           {"  private memory after the load",
            "MiB",
            "full",
            "private",
            "",
            "",
            {kind::at_most, 95.4}}}};
}

constexpr auto listed_model = R"([models.records.fields]
id       = { type = "integer", primary_key = true, replicate = true }
thousand = { type = "integer", indexed = true, replicate = true }
text     = { type = "string", replicate = true }
)";

std::string listed_item(std::uint64_t id) {
  return "{\"id\":" + std::to_string(id) + ",\"thousand\":" + std::to_string(id % 1000) +
         ",\"text\":\"" + std::string(100, 't') + "\"}";
}

/// Asks for pages, each of another value of the index, until it is destroyed.
class page_reader {
 public:
  explicit page_reader(std::uint16_t port) : thread_([this, port] { run(port); }) {}
  ~page_reader() {
    if (thread_.joinable()) finish();
  }
  /// Ends it; how long each took, in ms, sorted.
  std::vector<double> finish() {
    over_ = true;
    thread_.join();
    std::ranges::sort(took_);
    return took_;
  }
  unsigned failed() const { return failed_; }

 private:
  void run(std::uint16_t port) {
    test::http_client client{port, std::chrono::seconds{60}};
    for (unsigned i = 0; !over_ || took_.empty(); ++i) {
      const auto began = clock::now();
      const auto said = client.get("/api/records?take=100&total=false&thousand=" +
                                   std::to_string(i * 7919u % 1000));
      took_.push_back(ms_since(began));
      if (said.status != 200 && failed_++ > 100) return;
    }
  }

  std::atomic<bool> over_{false};
  std::atomic<unsigned> failed_{0};
  std::vector<double> took_;
  std::thread thread_;
};

load_result write_listed(const settings& how, single_node& node) {
  auto plan = plan_for(how, {node.port()}, 64);
  plan.write =
      make_request("POST", "/api/records", R"({"id":9########,"thousand":5000,"text":"t"})", 201);
  return node.write(plan);
}

row make_list(const settings& how) {
  const auto node = std::make_shared<single_node>(listed_model, how);
  auto client = node->client();
  fill(client, "/api/records", 0, how.listed, 1000, listed_item);
  return {{{"with",
            [=, &how] {
              page_reader pages(node->port());
              const auto load = write_listed(how, *node);
              const auto took = pages.finish();
              if (pages.failed() > 0) throw std::runtime_error("pages were refused");
              return figures{{"write", load.percentile(0.99)},
                             {"page", took[took.size() * 99 / 100]},
                             {"pages", static_cast<double>(took.size())}};
            }},
           {"without",
            [=, &how] {
              return figures{{"write", write_listed(how, *node).percentile(0.99)}};
            }}},
          {{"page of 100 of " + std::to_string(how.listed) + " by index, p99 under 64 writers",
            "ms",
            "with",
            "page",
            "",
            "",
            {kind::at_most, 10}},
           {"  writes' p99 with one reader of pages, beside none",
            "ms",
            "with",
            "write",
            "without",
            "write",
            {kind::ratio_at_most, 2}}}};
}

}  // namespace

std::vector<row_kind> state_rows() {
  return {{"records", "POST, GET, restart and memory with millions of records", make_records},
          {"list", "pages of a list by index under 64 writers", make_list}};
}

}  // namespace lithair::bench
