#include "test/simulation/settings.hpp"

namespace lithair::simulation {

namespace {

protocol::options draw_options(random_source& random) {
  protocol::options x;
  x.heartbeat_ticks = static_cast<std::uint32_t>(random.between(1, 5));
  // Now and then much too close to the heartbeat: many elections.
  std::uint64_t least = x.heartbeat_ticks + (random.percent(20) ? 1 : 8);
  x.election_min_ticks = static_cast<std::uint32_t>(random.between(least, least + 10));
  x.election_max_ticks = x.election_min_ticks * 2;
  x.max_append_bytes = random.percent(50) ? random.between(60, 600) : 64 * 1024;
  x.max_inflight_bytes = x.max_append_bytes * random.between(1, 5);
  x.max_cached_bytes = random.percent(50) ? 0 : random.between(100, 4000);
  x.max_uncommitted_bytes = random.percent(30) ? random.between(500, 5000) : 1024 * 1024;
  x.max_promotion_lag = random.percent(30) ? UINT64_MAX : random.between(1, 50);
  x.lease_reads = random.percent(25);
  return x;
}

}  // namespace

settings settings::draw(random_source& random) {
  settings x;
  x.nodes = random.between(3, 6);
  x.founders = random.percent(70) ? random.between(3, 5) : random.between(1, 3);
  if (x.founders > x.nodes) x.founders = x.nodes;
  x.loss_percent = random.percent(40) ? 0 : random.between(0, 30);
  x.duplicate_percent = random.percent(40) ? 0 : random.between(0, 50);
  x.delay_ms = random.between(1, 20);
  x.spike_percent = random.percent(50) ? 0 : random.between(1, 20);
  x.spike_ms = random.between(20, 600);
  x.disk_ms = random.between(0, 20);
  x.slow_disk_ms = random.percent(70) ? 0 : random.between(50, random.percent(70) ? 500 : 2500);
  x.fault_every_ms = random.between(60, 500);
  x.client_every_ms = random.between(3, 30);
  x.operator_every_ms = random.between(60, 400);
  x.checkpoint_every_ms = random.between(80, 800);
  x.settle_late_percent = random.percent(50) ? 0 : random.between(1, 60);
  x.crashes = random.percent(70);
  x.partitions = random.percent(60);
  x.pauses = random.percent(30);
  x.wipes = random.percent(25);
  x.membership = random.percent(60);
  x.transfers = random.percent(40);
  x.strangers = random.percent(20);
  x.state_losses = random.percent(25);
  x.retries = random.percent(50);
  x.options = draw_options(random);
  x.naps = random.percent(40);
  x.hunt = random.percent(15);
  if (x.hunt) {
    x.nodes = x.founders = 5;
    x.membership = x.wipes = false;
    x.options.max_append_bytes = x.options.max_inflight_bytes = 60;
  }
  // A lease is only as good as the clocks: they stay within what the options promise.
  if (x.options.lease_reads) {
    x.client_every_ms = random.between(3, 8);
    x.partitions = x.transfers = x.transfers || random.percent(50);
  }
  x.clock_spread_percent = x.options.lease_reads ? 4 : random.between(0, 40);
  x.gone_percent = random.percent(40) ? 0 : random.between(30, 100);
  return x;
}

std::string to_string(const settings& x) {
  auto number = [](const char* name, std::uint64_t value) {
    return std::string{" "} + name + "=" + std::to_string(value);
  };
  auto word = [](const char* name, bool set) {
    return set ? std::string{" "} + name : std::string{};
  };
  return "nodes=" + std::to_string(x.nodes) + number("founders", x.founders) +
         number("loss", x.loss_percent) + number("duplicate", x.duplicate_percent) +
         number("delay", x.delay_ms) + number("spike", x.spike_percent ? x.spike_ms : 0) +
         number("disk", x.disk_ms) + number("slow-disk", x.slow_disk_ms) +
         number("clocks", x.clock_spread_percent) +
         number("election", x.options.election_min_ticks) +
         number("heartbeat", x.options.heartbeat_ticks) +
         number("append-bytes", x.options.max_append_bytes) + number("gone", x.gone_percent) +
         word("crashes", x.crashes) + word("partitions", x.partitions) + word("pauses", x.pauses) +
         word("wipes", x.wipes) + word("membership", x.membership) +
         word("transfers", x.transfers) + word("strangers", x.strangers) +
         word("state-losses", x.state_losses) + word("retries", x.retries) + word("naps", x.naps) +
         word("hunt", x.hunt) + word("leases", x.options.lease_reads);
}

}  // namespace lithair::simulation
