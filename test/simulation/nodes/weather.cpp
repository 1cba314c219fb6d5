#include "test/simulation/nodes/weather.hpp"

#include <spdlog/fmt/fmt.h>

namespace lithair::simulation::nodes {

weather weather::draw(random_source& random) {
  weather x;
  constexpr std::uint64_t sizes[] = {1, 3, 3, 3, 3, 4, 5};
  x.founders = sizes[random.below(std::size(sizes))];
  x.groups = random.percent(40);
  x.local = random.percent(25);
  // Many short lives find more than a few long ones, and some things take their time.
  const std::uint64_t shortest = std::uint64_t{500} << random.below(4);
  x.chaos_ms = random.between(shortest, shortest * 3 / 2);
  x.client_every_ms = random.between(4, 40);
  x.fault_every_ms = random.between(100, 800);
  x.delay_us = random.between(100, 3000);
  if (random.percent(40)) {
    x.spike_percent = random.between(1, 10);
    x.spike_ms = random.between(5, 200);
  }
  if (random.percent(25)) x.bytes_per_ms = random.between(5'000, 100'000);
  x.disk_us = random.between(100, 5000);
  if (random.percent(50)) x.clock_spread_percent = random.between(1, 32);
  if (random.percent(50)) x.wall_spread_ms = random.between(1, 2000);
  x.wrong_wall = random.percent(15);
  x.checkpoint_entries = random.percent(40) ? random.between(2, 12) : random.between(5, 200);
  x.log_margin = random.percent(40) ? 0 : random.between(0, 60);
  if (random.percent(40)) x.part_kb = random.between(1, 32);
  if (random.percent(15)) x.big_kb = random.between(20, 600);
  x.crashes = random.percent(70);
  x.crash_points = random.percent(40);
  x.partitions = x.founders > 1 && random.percent(60);
  x.pauses = random.percent(30);
  x.slow_disks = random.percent(40);
  x.full_disks = random.percent(20);
  x.failing_disks = random.percent(20);
  x.membership = random.percent(35);
  x.nodes = x.founders + (x.membership ? random.between(1, 2) : 0);
  x.wipes = x.founders >= 3 && x.membership && random.percent(50);
  // What a node acknowledged last is known to its peers only while they live, so the rest is quiet
  // around an old copy.
  x.old_copies = x.founders >= 3 && !x.membership && random.percent(15);
  if (x.old_copies) x.crashes = x.crash_points = x.full_disks = x.failing_disks = false;
  x.moves = x.membership && random.percent(25);
  return x;
}

std::string to_string(const weather& x) {
  return fmt::format(
      "{} nodes, {} founders{}{}; {} ms of chaos; a client every {} ms, a fault every {} ms; delay "
      "{} us, {} % up to {} "
      "ms late, {} bytes/ms; disk {} us; clocks {} %, wall {} ms{}; checkpoints every {} entries "
      "in parts of {} KB, "
      "margin {}; big values {} KB;{}{}{}{}{}{}{}{}{}{}{}",
      x.nodes, x.founders, x.groups ? ", two groups" : "", x.local ? ", local data" : "",
      x.chaos_ms, x.client_every_ms, x.fault_every_ms, x.delay_us, x.spike_percent, x.spike_ms,
      x.bytes_per_ms, x.disk_us, x.clock_spread_percent, x.wall_spread_ms,
      x.wrong_wall ? ", one wrong" : "", x.checkpoint_entries, x.part_kb, x.log_margin, x.big_kb,
      x.crashes ? " crashes" : "", x.crash_points ? " crash-points" : "",
      x.partitions ? " partitions" : "", x.pauses ? " pauses" : "",
      x.slow_disks ? " slow-disks" : "", x.full_disks ? " full-disks" : "",
      x.failing_disks ? " failing-disks" : "", x.membership ? " membership" : "",
      x.wipes ? " wipes" : "", x.old_copies ? " old-copies" : "", x.moves ? " moves" : "");
}

}  // namespace lithair::simulation::nodes
