#pragma once

#include <cstdint>
#include <string>

#include "protocol/options.hpp"
#include "test/simulation/random.hpp"

namespace lithair::simulation {

/// The weather of one run, drawn from its seed. Times are simulated milliseconds.
struct settings {
  std::uint64_t nodes = 3;     ///< that exist
  std::uint64_t founders = 3;  ///< that vote at the start; the others may join later
  std::uint64_t chaos_ms = 4000;
  std::uint64_t loss_percent = 0;
  std::uint64_t duplicate_percent = 0;
  std::uint64_t delay_ms = 5;  ///< typical, of a message
  std::uint64_t spike_percent = 0;
  std::uint64_t spike_ms = 0;  ///< of a message that is late
  std::uint64_t disk_ms = 3;
  std::uint64_t slow_disk_ms = 0;  ///< now and then
  std::uint64_t clock_spread_percent = 0;
  std::uint64_t fault_every_ms = 200;
  std::uint64_t client_every_ms = 15;
  std::uint64_t operator_every_ms = 200;
  std::uint64_t checkpoint_every_ms = 300;
  std::uint64_t settle_late_percent = 20;  ///< of inputs whose output is taken only later
  std::uint64_t gone_percent = 0;          ///< of the others hear at once that a node crashed
  bool crashes = false;
  bool partitions = false;
  bool pauses = false;
  bool wipes = false;
  bool membership = false;
  bool transfers = false;
  bool strangers = false;
  bool state_losses = false;  ///< a node's state is gone while its log is whole
  bool retries = false;  ///< drivers propose again, under the same serial, what was refused as busy
  bool naps = false;     ///< drivers sleep until a tick is due
  bool hunt = false;     ///< each new leader is soon cut off, as in figure 8 of the paper
  protocol::options options;

  static settings draw(random_source& random);
};

std::string to_string(const settings& x);

}  // namespace lithair::simulation
