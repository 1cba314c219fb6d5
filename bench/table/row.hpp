#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/systems.hpp"

namespace lithair::bench {

/// Three nodes and, when it is installed, three of etcd: what most rows ask.
struct three_nodes {
  std::unique_ptr<measured_system> lithair;
  std::unique_ptr<measured_system> etcd;                  ///< null: it is not installed
  std::uint64_t next_number = measured_system::readable;  ///< of the next write, to any
};

/// What the table is told.
struct settings {
  bool quick = false;   ///< every row for a moment: shows that it works, its numbers mean nothing
  unsigned repeat = 5;  ///< how often each is measured
  double seconds = 4;   ///< of each measurement of load
  std::size_t payload = 200;           ///< bytes of a value
  std::uint64_t records = 10'000'000;  ///< of the large state
  std::uint64_t listed = 1'000'000;    ///< of the large collection
  std::size_t subscribers = 1000;
  std::string program;  ///< another build of lithair_node; empty: this one's
  std::string plots;    ///< a directory; empty: none are drawn

  std::chrono::milliseconds measured() const {
    return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  }
  std::chrono::milliseconds warm_up() const {
    return quick ? std::chrono::milliseconds{50} : std::chrono::milliseconds{700};
  }
  /// A measured system of so many nodes. A moment is spoilt by an election, for which a machine
  /// that does much else may give reason: where only a moment is measured nobody is in a hurry.
  std::unique_ptr<measured_system> nodes(std::size_t count) const {
    return start_lithair(count, payload, program, flags());
  }
  std::vector<std::string> flags() const {
    if (!quick) return {};
    return {"--election-timeout", "2s-3s", "--heartbeat", "100ms"};
  }
  /// Rows that are measured one after the other share them.
  std::shared_ptr<three_nodes> three() const;

 private:
  mutable std::weak_ptr<three_nodes> three_;
};

/// What one measurement told, by name.
using figures = std::map<std::string, double>;

/// One of those that are measured in turns.
struct side {
  std::string name;
  /// Measures once. Throws std::runtime_error when that is not possible, or a request failed.
  std::function<figures()> measure;
};

/// What is demanded of a figure, alone or divided by what stands beside it.
struct target {
  enum class kind : std::uint8_t { none, at_least, at_most, ratio_at_least, ratio_at_most };
  kind what = kind::none;
  double value = 0;
};

/// A line of the table: a figure of one side and, mostly, one of another beside it.
struct line {
  std::string what;
  std::string unit;
  std::string of;             ///< the side
  std::string figure;         ///< of it
  std::string beside;         ///< the other side; empty: none
  std::string beside_figure;  ///< of it
  target wanted = {};
};

/// A row of the table while it is measured: `sides` keep alive what they need.
struct row {
  std::vector<side> sides;
  std::vector<line> lines;
};

/// How a row is made. Nothing that costs time is done before `make`.
struct row_kind {
  std::string name;
  std::string what;
  std::function<row(const settings&)> make;
};

/// All rows, in the order of the table.
std::vector<row_kind> all_rows();

// Where they come from.
std::vector<row_kind> write_rows();
std::vector<row_kind> read_rows();
std::vector<row_kind> state_rows();
std::vector<row_kind> other_rows();

/// A load as the settings want it, on these ports; neither writes nor reads are chosen yet.
load_plan plan_for(const settings& how, std::vector<std::uint16_t> ports, std::size_t connections);
/// Drives it. Throws std::runtime_error when a request failed or nothing was answered.
load_result run_whole(const load_plan& plan);

}  // namespace lithair::bench
