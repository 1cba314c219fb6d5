#include "bench/table/row.hpp"

#include <stdexcept>

namespace lithair::bench {

std::shared_ptr<three_nodes> settings::three() const {
  auto made = three_.lock();
  if (made) return made;
  made = std::make_shared<three_nodes>();
  made->lithair = nodes(3);
  made->etcd = start_etcd(payload);
  three_ = made;
  return made;
}

std::vector<row_kind> all_rows() {
  std::vector<row_kind> made;
  for (const auto& some : {write_rows(), read_rows(), state_rows(), other_rows()})
    made.insert(made.end(), some.begin(), some.end());
  return made;
}

load_plan plan_for(const settings& how, std::vector<std::uint16_t> ports, std::size_t connections) {
  load_plan plan;
  plan.ports = std::move(ports);
  plan.connections = connections;
  plan.readable = measured_system::readable;
  plan.warm_up = how.warm_up();
  plan.measured = how.measured();
  return plan;
}

load_result run_whole(const load_plan& plan) {
  auto made = run_load(plan);
  // On a busy machine a moment may be over before anything is answered; seconds may not.
  const bool is_moment = plan.measured < std::chrono::seconds{1};
  for (int again = 0; is_moment && made.answered + made.failed == 0 && again < 10; ++again)
    made = run_load(plan);
  if (made.failed > 0)
    throw std::runtime_error(
        std::to_string(made.failed) + " requests failed, the first with " +
        (made.first_failure == 0 ? "a lost connection" : std::to_string(made.first_failure)));
  if (made.answered == 0) throw std::runtime_error("nothing was answered");
  return made;
}

}  // namespace lithair::bench
