#include "bench/table/posts.hpp"

namespace lithair::bench {

posts measure_posts(const settings& how, measured_system& system, std::size_t connections,
                    std::uint64_t& next_number) {
  posts made;
  auto plan = plan_for(how, system.ports(), connections);
  plan.write = system.write_request(how.payload);
  plan.first_number = next_number;
  process_costs before;
  plan.on_begin = [&] { before = costs_of(system); };
  plan.on_end = [&] { made.costs = costs_of(system).since(before); };
  made.load = run_whole(plan);
  next_number += made.load.writes;
  return made;
}

}  // namespace lithair::bench
