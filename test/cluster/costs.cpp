// What a request costs three nodes, in what does not depend on the machine: calls into the kernel,
// waits, allocations, bytes. A change that makes all requests dearer shows here before any
// measurement of time would.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "test/cluster/cost_counter/cost_counter.hpp"
#include "test/cluster/fixture.hpp"

namespace costs_test {

using namespace lithair::test;

namespace {

constexpr std::size_t many_clients = 64;

/// What all nodes together used, or used a request.
struct costs {
  double calls = 0;            ///< of read and write and their kin
  double socket_calls = 0;     ///< of send, recv, ioctl and their kin
  double polls = 0;            ///< epoll
  double waits = 0;            ///< voluntary context switches of all threads
  double allocations = 0;      ///< of memory
  double allocated = 0;        ///< its bytes
  double written = 0;          ///< bytes handed to write and its kin, sockets too
  double written_to_disk = 0;  ///< bytes
  double batches = 0;          ///< of log entries, that the leader appended
  double syncs = 0;            ///< of logs
};

constexpr struct {
  const char* name;
  double costs::*value;
} names[] = {{"read and write calls", &costs::calls},
             {"socket calls", &costs::socket_calls},
             {"epoll calls", &costs::polls},
             {"voluntary switches", &costs::waits},
             {"allocations", &costs::allocations},
             {"bytes allocated", &costs::allocated},
             {"bytes written", &costs::written},
             {"bytes written to disk", &costs::written_to_disk},
             {"batches", &costs::batches},
             {"log syncs", &costs::syncs}};

/// The counters of a node: a file that it maps, too.
class counters {
 public:
  explicit counters(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    BOOST_REQUIRE(::ftruncate(file, sizeof(counted_costs)) == 0);
    auto* const at =
        ::mmap(nullptr, sizeof(counted_costs), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    BOOST_REQUIRE(at != MAP_FAILED);
    at_ = static_cast<counted_costs*>(at);
  }
  ~counters() { ::munmap(at_, sizeof(counted_costs)); }
  counters(const counters&) = delete;
  counters& operator=(const counters&) = delete;
  const counted_costs* operator->() const { return at_; }

 private:
  counted_costs* at_ = nullptr;
};

/// The number behind `name` in lines of "name number" or "name: number".
double number_behind(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return std::stod(line.substr(line.find_last_of(" \t") + 1));
  BOOST_FAIL("nothing says " << name);
  return 0;
}

double voluntary_switches(const std::filesystem::path& process) {
  double sum = 0;
  for (const auto& thread : std::filesystem::directory_iterator(process / "task")) {
    // A thread that has just ended has no file any more.
    const auto status = read_file(thread.path() / "status");
    if (!status.empty()) sum += number_behind(status, "voluntary_ctxt_switches:");
  }
  return sum;
}

/// Three nodes that serve small items, each with its counters.
class counted_cluster : public shop_cluster {
 public:
  counted_cluster()
      : shop_cluster({.flags = {"--heartbeat", "500ms", "--election-timeout", "2s-3s",
                                "--checkpoint-interval", "1h", "--log-level", "warn"},
                      .variables = [](const cluster& nodes, std::size_t i) {
                        return std::vector<std::string>{"LD_PRELOAD=" LITHAIR_COST_COUNTER_LIBRARY,
                                                        "COSTS_FILE=" + counters_of(nodes, i)};
                      }}) {
    for (std::size_t i = 0; i < size(); ++i)
      counters_.push_back(std::make_unique<counters>(counters_of(*this, i)));
    leader_ = start_and_await();
  }
  std::size_t leader() const { return leader_; }
  std::size_t follower() const { return (leader_ + 1) % size(); }

  costs used() {
    costs made;
    for (std::size_t i = 0; i < size(); ++i) {
      const auto process = std::filesystem::path("/proc") / std::to_string(at(i).pid());
      const auto io = read_file(process / "io");
      made.calls += number_behind(io, "syscr:") + number_behind(io, "syscw:");
      made.written += number_behind(io, "wchar:");
      made.written_to_disk += number_behind(io, "write_bytes:");
      made.waits += voluntary_switches(process);
      made.socket_calls += static_cast<double>((*counters_[i])->socket_calls);
      made.polls += static_cast<double>((*counters_[i])->polls);
      made.allocations += static_cast<double>((*counters_[i])->allocations);
      made.allocated += static_cast<double>((*counters_[i])->allocated_bytes);
      const auto metrics = client(i).get("/metrics").body;
      made.syncs += number_behind(metrics, "lithair_log_sync_seconds_count");
      if (i == leader_) made.batches = number_behind(metrics, "lithair_raft_batch_entries_count");
    }
    return made;
  }

 private:
  static std::string counters_of(const cluster& nodes, std::size_t i) {
    return nodes.directory() / (std::to_string(i + 1) + ".costs");
  }

  std::vector<std::unique_ptr<counters>> counters_;
  std::size_t leader_ = 0;
};

/// Sends `requests` over so many connections, each waiting for its answers; what they cost each.
costs of_each(counted_cluster& nodes, std::size_t requests, std::size_t connections,
              const std::function<bool(http_client&, std::size_t)>& send, std::size_t to) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> failed{0};
  const auto before = nodes.used();
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < connections; ++i)
    clients.emplace_back([&] {
      auto client = nodes.client(to);
      for (auto number = next++; number < requests; number = next++)
        if (!send(client, number)) ++failed;
    });
  for (auto& each : clients) each.join();
  auto made = nodes.used();
  BOOST_REQUIRE_EQUAL(failed, 0u);
  for (const auto& [name, value] : names)
    made.*value = (made.*value - before.*value) / static_cast<double>(requests);
  return made;
}

void check(const std::string& what, const costs& counted, const costs& most) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << what << ", each, all three nodes together:";
  for (const auto& [name, value] : names)
    text << "\n  " << std::setw(22) << std::left << name << std::right << std::setw(10)
         << counted.*value << "  at most " << std::setw(8) << most.*value;
  BOOST_TEST_MESSAGE(text.str());
  // The counter is there.
  BOOST_TEST(counted.allocations > 1);
  BOOST_TEST(counted.polls > 0);
  for (const auto& [name, value] : names)
    BOOST_TEST((counted.*value <= most.*value),
               what << ": " << name << ": " << counted.*value << " each, at most " << most.*value);
}

/// Creates products under names of their own.
class posting {
 public:
  explicit posting(std::string prefix) : prefix_(std::move(prefix)) {}
  bool operator()(http_client& client, std::size_t number) const {
    return client.post(products, product(prefix_ + std::to_string(number))).status == 201;
  }

 private:
  std::string prefix_;
};

// Half as much again, or twice as much, as was counted on a machine that did nothing else, on one
// whose processors were all taken, and with data in memory. Over many connections it is chance how
// much is done for several requests at once, and the faster disk and processors are the less it is:
// what is shared so has several times as much room, up to what one request alone may cost.
constexpr costs post_over_one{.calls = 16,
                              .socket_calls = 16,
                              .polls = 24,
                              .waits = 28,
                              .allocations = 370,
                              .allocated = 125'000,
                              .written = 22'000,
                              .written_to_disk = 21'000,
                              .batches = 1.2,
                              .syncs = 3.3};
constexpr costs post_over_many{.calls = 5,
                               .socket_calls = 4,
                               .polls = 5,
                               .waits = 6,
                               .allocations = 200,
                               .allocated = 65'000,
                               .written = 8000,
                               .written_to_disk = 8000,
                               .batches = 0.6,
                               .syncs = 1.5};
constexpr costs get_over_one{.calls = 2.6,
                             .socket_calls = 12,
                             .polls = 12,
                             .waits = 6.5,
                             .allocations = 130,
                             .allocated = 64'000,
                             .written = 580,
                             .written_to_disk = 100,
                             .batches = 0.1,
                             .syncs = 0.1};
constexpr costs get_from_follower{.calls = 2.6,
                                  .socket_calls = 18,
                                  .polls = 19,
                                  .waits = 9.5,
                                  .allocations = 185,
                                  .allocated = 95'000,
                                  .written = 580,
                                  .written_to_disk = 100,
                                  .batches = 0.1,
                                  .syncs = 0.1};
constexpr costs get_over_many{.calls = 2.6,
                              .socket_calls = 3,
                              .polls = 3,
                              .waits = 2,
                              .allocations = 40,
                              .allocated = 15'000,
                              .written = 500,
                              .written_to_disk = 100,
                              .batches = 0.1,
                              .syncs = 0.1};
constexpr std::size_t few = 1000;
constexpr std::size_t many = 12'800;

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_costs)

BOOST_AUTO_TEST_CASE(a_request_costs_no_more_than_it_did) {
  counted_cluster nodes;
  const auto leader = nodes.leader();
  // What is made once is made before.
  of_each(nodes, 20 * many_clients, many_clients, posting("warm "), leader);
  const auto path = item_path([&] {
    auto client = nodes.client(leader);
    return create(client, "read");
  }());
  const auto read = [&path](http_client& client, std::size_t) {
    return client.get(path).status == 200;
  };
  of_each(nodes, few, 1, read, nodes.follower());

  check("POST over one connection", of_each(nodes, few, 1, posting("one "), leader), post_over_one);
  check("POST over 64", of_each(nodes, many, many_clients, posting("many "), leader),
        post_over_many);
  check("GET over one", of_each(nodes, few, 1, read, leader), get_over_one);
  check("GET over one from a follower", of_each(nodes, few, 1, read, nodes.follower()),
        get_from_follower);
  check("GET over 64", of_each(nodes, many, many_clients, read, leader), get_over_many);
  BOOST_TEST(nodes.await_leader() == leader);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace costs_test
