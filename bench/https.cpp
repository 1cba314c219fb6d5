// What HTTPS costs: the same load on one node by HTTP and by HTTPS, in turns, so that the machine's
// other work meets both. The client shares the machine and seals, too.

#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "actors/tls/tls_context.hpp"
#include "bench/systems.hpp"
#include "test/cluster/harness/certificates.hpp"

namespace lithair::bench {
namespace {

struct plan_of_run {
  std::size_t connections = 64;
  unsigned milliseconds = 2000;
  unsigned rounds = 3;
  std::size_t payload = 200;
  std::string directory = "/var/tmp";
};

/// A node's certificate in files, and a client that trusts it.
struct secrets {
  secrets() {
    const test::authority by{"bench"};
    const auto own = by.issue();
    std::ofstream(certificate()) << own.certificate;
    std::ofstream(key()) << own.key;
    ::chmod(key().c_str(), 0600);
    auto made =
        actors::tls_context::make({{}, {}, {{"ca", by.certificate()}}}, {actors::tls_role::client});
    if (!made) throw std::runtime_error(made.error().text);
    client = *made;
  }
  std::string certificate() const { return place.path() / "cert.pem"; }
  std::string key() const { return place.path() / "key.pem"; }

  test::temporary_directory place;
  std::shared_ptr<const actors::tls_context> client;
};

/// One node and what was measured of it, round by round.
struct side {
  std::unique_ptr<measured_system> system;
  std::shared_ptr<const actors::tls_context> secure;
  std::uint64_t next_number = measured_system::readable;
  std::vector<double> reads = {};
  std::vector<double> writes = {};
};

double rate_of(side& of, const plan_of_run& how, bool reads) {
  load_plan plan;
  plan.ports = of.system->ports();
  plan.connections = how.connections;
  plan.write = of.system->write_request(how.payload);
  // Of the node alone: what is measured is the way to the client.
  plan.read = with_header(of.system->read_request(), "X-Consistency: local");
  plan.read_percent = reads ? 100 : 0;
  plan.readable = measured_system::readable;
  plan.first_number = of.next_number;
  plan.warm_up = std::chrono::milliseconds{300};
  plan.measured = std::chrono::milliseconds{how.milliseconds};
  plan.secure = of.secure;
  const auto made = run_load(plan);
  of.next_number += made.writes;
  if (made.failed > 0) throw std::runtime_error("requests failed");
  return made.rate();
}

double middle(std::vector<double> of) {
  std::ranges::sort(of);
  return of[of.size() / 2];
}

void print(const char* what, const std::vector<double>& plain, const std::vector<double>& secure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < plain.size(); ++i) ratios.push_back(secure[i] / plain[i]);
  std::printf("%-7s %10.0f %10.0f %9.0f %%\n", what, middle(plain), middle(secure),
              100 * middle(ratios));
}

int run(int argc, char** argv) {
  plan_of_run how;
  CLI::App app{"The same load on one node by HTTP and by HTTPS."};
  app.add_option("--connections", how.connections, "client connections (64)");
  app.add_option("--milliseconds", how.milliseconds, "of each measurement (2000)");
  app.add_option("--rounds", how.rounds, "of which the middle one counts (3)")
      ->check(CLI::Range(1, 99));
  app.add_option("--payload", how.payload, "bytes of a value (200)");
  app.add_option("--dir", how.directory, "where data goes: a real disk (/var/tmp)");
  CLI11_PARSE(app, argc, argv);
  setenv("TMPDIR", how.directory.c_str(), 1);
  const secrets own;
  side plain{start_lithair(1, how.payload), nullptr};
  side secure{start_lithair(1, how.payload, {},
                            {"--tls-cert", own.certificate(), "--tls-key", own.key()}, own.client),
              own.client};
  for (unsigned i = 0; i < how.rounds; ++i) {
    for (auto* each : {&plain, &secure}) each->reads.push_back(rate_of(*each, how, true));
    for (auto* each : {&plain, &secure}) each->writes.push_back(rate_of(*each, how, false));
  }
  std::printf("%zu connections, %zu-byte values, %u rounds of %u ms\n\n", how.connections,
              how.payload, how.rounds, how.milliseconds);
  std::printf("per s         HTTP      HTTPS      ratio\n");
  print("reads", plain.reads, secure.reads);
  print("writes", plain.writes, secure.writes);
  return 0;
}

}  // namespace
}  // namespace lithair::bench

int main(int argc, char** argv) {
  try {
    return lithair::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
