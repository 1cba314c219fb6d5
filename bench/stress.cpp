// The heaviest requests that a cluster takes or refuses, all at once and again and again: whether
// its loops keep turning, and its leader leading. Ends with 1 when the leader changed.

#include <time.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/event_source.hpp"
#include "test/cluster/harness/http_client.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{120};

// Bulks make and remove `bulky` and, with fields of each node's own, `mixed`; `large` holds items
// as large as may be, `listed` many small ones, `changing` one with a long history.
constexpr auto models = R"([models.bulky.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
[models.large.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
data = { type = "json", replicate = true, optional = true }
[models.mixed.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
note = { type = "string", default = "here" }
[models.listed.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true }
[models.changing.fields]
id   = { type = "integer", primary_key = true, replicate = true }
text = { type = "string", replicate = true, track_history = true }
)";

constexpr int items_of_bulk = 10'000;
constexpr int large_items = 16;
constexpr std::size_t large_bytes = 1'000'000;
constexpr int listed_items = 50'000;

struct wishes {
  unsigned seconds = 600;
  unsigned report = 30;
  std::vector<std::string> only;
  std::string program;
  bool keep = false;
};

/// The same short work again and again, beside everything else. Where a hypervisor takes a
/// processor away it takes longer, too: what the loops' longest turns are to be seen by.
class yardstick {
 public:
  yardstick() : thread_([this] { run(); }) {}
  ~yardstick() {
    over_ = true;
    thread_.join();
  }
  yardstick(const yardstick&) = delete;
  yardstick& operator=(const yardstick&) = delete;

  void print() const {
    std::printf(
        "  beside it, work of %.1f ms took %.1f ms at the longest, %.1f ms of CPU; of %llu times "
        "%llu "
        "took thrice as much CPU\n",
        1e-3 * static_cast<double>(usual_us_), 1e-3 * static_cast<double>(longest_us_),
        1e-3 * static_cast<double>(longest_cpu_us_), static_cast<unsigned long long>(times_),
        static_cast<unsigned long long>(slow_));
  }

 private:
  static std::uint64_t cpu_us() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(used.tv_nsec) / 1000;
  }
  // Arithmetic alone: no memory, no system calls.
  void work() {
    for (int i = 0; i < 400'000; ++i) state_ = state_ * 6364136223846793005u + 1442695040888963407u;
  }
  void run() {
    std::vector<std::uint64_t> first;
    for (; !over_; std::this_thread::sleep_for(std::chrono::milliseconds{4})) {
      const auto began = clock::now();
      const auto before = cpu_us();
      work();
      const auto cpu = cpu_us() - before;
      const std::chrono::duration<double, std::micro> took = clock::now() - began;
      if (first.size() < 51) {
        first.push_back(cpu);
        std::nth_element(first.begin(), first.begin() + first.size() / 2, first.end());
        usual_us_ = first[first.size() / 2];
        continue;
      }
      ++times_;
      if (cpu > 3 * usual_us_) ++slow_;
      longest_us_ = std::max<std::uint64_t>(longest_us_, static_cast<std::uint64_t>(took.count()));
      longest_cpu_us_ = std::max<std::uint64_t>(longest_cpu_us_, cpu);
    }
  }

  std::atomic<std::uint64_t> usual_us_{0}, longest_us_{0}, longest_cpu_us_{0}, times_{0}, slow_{0};
  volatile std::uint64_t state_ = 1;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

/// How often what was answered, by kind of request and status.
class answers {
 public:
  void count(const std::string& kind, const test::answer& said, double ms) {
    const std::lock_guard guard{mutex_};
    auto& all = kinds_[kind];
    ++all.by_status[said.status];
    all.longest_ms = std::max(all.longest_ms, ms);
  }
  void print() const {
    const std::lock_guard guard{mutex_};
    for (const auto& [kind, all] : kinds_) {
      std::printf("  %-12s", kind.c_str());
      for (const auto& [status, times] : all.by_status)
        std::printf(" %d: %llu,", status, static_cast<unsigned long long>(times));
      std::printf(" the longest %.0f ms\n", all.longest_ms);
    }
  }

 private:
  struct of_kind {
    std::map<int, std::uint64_t> by_status;
    double longest_ms = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, of_kind> kinds_;
};

std::string bulk_of(std::int64_t first, int count, std::size_t payload) {
  std::string body = "[";
  for (int i = 0; i < count; ++i) {
    body += (i == 0 ? "" : ",") + ("{\"id\":" + std::to_string(first + i) + ",\"text\":\"");
    body += std::string(payload, 'x') + "\"}";
  }
  return body + "]";
}

std::string removal_of(const std::string& from, std::int64_t first, int count) {
  std::string body = R"({"operations":[)";
  for (int i = 0; i < count; ++i)
    body += (i == 0 ? "" : ",") + (R"({"op":"delete","collection":")" + from + R"(","id":)" +
                                   std::to_string(first + i) + "}");
  return body + "]}";
}

/// One kind of load: threads that each ask one node, in turn.
class load {
 public:
  load(test::cluster& nodes, answers& told) : nodes_(nodes), told_(told) {}
  ~load() { finish(); }
  load(const load&) = delete;
  load& operator=(const load&) = delete;

  template <class Step>
  void add(const std::string& kind, Step step) {
    threads_.emplace_back([this, kind, step]() mutable {
      std::vector<test::http_client> clients;
      for (std::size_t i = 0; i < nodes_.size(); ++i)
        clients.emplace_back(nodes_.port(i), patience);
      for (std::uint64_t round = 0; !over_; ++round) {
        auto& client = clients[round % clients.size()];
        step(round,
             [&](std::string_view method, const std::string& target, const std::string& body = {}) {
               const auto began = clock::now();
               const auto said = client.send(method, target, body);
               const std::chrono::duration<double, std::milli> took = clock::now() - began;
               told_.count(kind, said, took.count());
               return said;
             });
      }
    });
  }
  void follow(const std::string& target) {
    threads_.emplace_back([this, target] {
      for (std::size_t i = 0; !over_; ++i) {
        test::event_source stream{nodes_.port(i % nodes_.size()), target};
        while (!over_ && stream.next(std::chrono::milliseconds{500})) continue;
      }
    });
  }
  void finish() {
    over_ = true;
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }

 private:
  test::cluster& nodes_;
  answers& told_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

void store(test::cluster& nodes, std::size_t leader) {
  auto through = nodes.client(leader, patience);
  const auto made = [&](const test::answer& said) {
    if (said.status != 201) throw std::runtime_error("refused: " + said.body.substr(0, 300));
  };
  for (int i = 0; i < large_items; ++i)
    made(through.post("/api/large", "{\"id\":" + std::to_string(i) + ",\"text\":\"" +
                                        std::string(large_bytes, 'a') + "\"}"));
  for (int i = 0; i < listed_items; i += items_of_bulk)
    made(through.post("/api/listed/_bulk", bulk_of(i, items_of_bulk, 100)));
  made(through.post("/api/changing", R"({"id":1,"text":"0"})"));
}

void begin(load& all, const wishes& what) {
  const auto wanted = [&](const char* kind) {
    return what.only.empty() ||
           std::find(what.only.begin(), what.only.end(), kind) != what.only.end();
  };
  if (wanted("bulk")) {
    all.add("bulk", [](std::uint64_t round, auto ask) {
      const auto first = static_cast<std::int64_t>(round) * items_of_bulk;
      if (ask("POST", "/api/bulky/_bulk", bulk_of(first, items_of_bulk, 1400)).status == 201)
        ask("POST", "/api/_txn", removal_of("bulky", first, items_of_bulk));
    });
  }
  if (wanted("mixed")) {
    all.add("mixed", [](std::uint64_t round, auto ask) {
      const auto first = static_cast<std::int64_t>(round) * items_of_bulk;
      if (ask("POST", "/api/mixed/_bulk", bulk_of(first, items_of_bulk, 700)).status == 201)
        ask("POST", "/api/_txn", removal_of("mixed", first, items_of_bulk));
    });
  }
  if (wanted("refused")) {
    std::string zeros = "[0";
    while (zeros.size() < 16'000'000) zeros += ",0";
    all.add("refused", [zeros = zeros + "]"](std::uint64_t, auto ask) {
      ask("POST", "/api/bulky/_bulk", zeros);
    });
  }
  if (wanted("search")) {
    const std::string needle(255, 'a');
    all.add("search", [needle](std::uint64_t round, auto ask) {
      ask("GET", "/api/large?take=1&text=~" + needle + (round % 2 == 0 ? "b" : "") +
                     (round % 3 == 0 ? "&consistency=local" : ""));
    });
  }
  if (wanted("in")) {
    std::string values;
    for (int i = 0; i < 1000; ++i) values += (i == 0 ? "" : ",") + std::to_string(i) + "y";
    all.add("in", [values](std::uint64_t, auto ask) {
      ask("GET", "/api/listed?text=in(" + values + ")&take=1000");
    });
  }
  if (wanted("list")) {
    all.add("list", [](std::uint64_t round, auto ask) {
      ask("GET", "/api/listed?take=1000&sort=-text&skip=" + std::to_string(round % 40 * 1000));
    });
  }
  if (wanted("patch")) {
    all.add("patch", [](std::uint64_t round, auto ask) {
      std::string data = "{";
      for (int i = 0; i < 20'000; ++i)
        data += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(round);
      ask("PATCH", "/api/large/0", R"({"text":"a","data":)" + data + "}}");
    });
  }
  if (wanted("history")) {
    all.add("history", [](std::uint64_t round, auto ask) {
      ask("PATCH", "/api/changing/1", "{\"text\":\"" + std::to_string(round) + "\"}");
      if (round % 20 == 0) ask("GET", "/api/changing/1/history?verify=true");
      if (round % 10 == 0) ask("GET", "/api/changing/1?as_of=" + std::to_string(round + 50));
    });
  }
  if (wanted("stream")) {
    all.follow("/api/bulky/stream");
    all.follow("/api/bulky/stream?text=~" + std::string(250, 'x') + "y");
    all.follow("/api/large/stream");
  }
  if (wanted("small")) {
    all.add("small", [](std::uint64_t round, auto ask) {
      ask("POST", "/api/listed",
          "{\"id\":" + std::to_string(10'000'000 + round) + R"(,"text":"small"})");
    });
  }
}

/// The value of a metric on a node; 0: it has none.
double metric(test::cluster& nodes, std::size_t node, const std::string& name) {
  const auto page = "\n" + nodes.client(node, patience).get("/metrics").body;
  const auto at = page.find("\n" + name + " ");
  return at == std::string::npos ? 0 : std::strtod(page.c_str() + at + name.size() + 2, nullptr);
}

double highest_term(test::cluster& nodes) {
  double most = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    most = std::max(most, metric(nodes, i, "lithair_raft_term{group=\"1\"}"));
  return most;
}

void report(test::cluster& nodes, const answers& told, const yardstick& beside, double term,
            long second) {
  std::printf("after %ld s: term %.0f, was %.0f; the longest turns", second, highest_term(nodes),
              term);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::printf("%s %.0f ms (%.0f ms of CPU)", i == 0 ? "" : ",",
                1e3 * metric(nodes, i, "lithair_loop_turn_max_seconds{loop=\"0\"}"),
                1e3 * metric(nodes, i, "lithair_loop_turn_max_cpu_seconds{loop=\"0\"}"));
  }
  std::printf("\n");
  beside.print();
  told.print();
  std::fflush(stdout);
}

int run(const wishes& what) {
  test::temporary_directory directory;
  const auto file = directory.path() / "models.toml";
  std::ofstream(file) << models;
  test::cluster nodes({.models = file, .program = what.program});
  nodes.start_all();
  nodes.await_all_ready();
  store(nodes, nodes.await_leader());
  const auto term = highest_term(nodes);
  answers told;
  {
    const yardstick beside;
    load all{nodes, told};
    begin(all, what);
    const auto began = clock::now();
    for (unsigned second = 0; second < what.seconds;) {
      second = std::min(second + what.report, what.seconds);
      std::this_thread::sleep_until(began + std::chrono::seconds{second});
      report(nodes, told, beside, term, second);
    }
  }
  const bool kept = highest_term(nodes) == term;
  std::printf("%s\n", kept ? "the leader led all the time" : "THE LEADER CHANGED");
  if (!kept || what.keep) std::printf("%s\n", nodes.logs().c_str());
  return kept ? 0 : 1;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  lithair::bench::wishes what;
  CLI::App app("The heaviest requests at once, and whether three nodes keep their leader.");
  app.add_option("--seconds", what.seconds, "of load")->capture_default_str();
  app.add_option("--report", what.report, "seconds between reports")->capture_default_str();
  app.add_option(
      "--only", what.only,
      "kinds: bulk mixed refused search in list patch history stream small; all by default");
  app.add_option("--program", what.program, "the node's, if it is another one");
  app.add_flag("--logs", what.keep, "print what the nodes wrote, also if all went well");
  CLI11_PARSE(app, argc, argv);
  return lithair::bench::run(what);
}
