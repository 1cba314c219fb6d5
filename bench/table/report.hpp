#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/svg.hpp"
#include "bench/table/row.hpp"

namespace lithair::bench {

/// What all measurements of a side told, by figure, in their order.
using samples = std::map<std::string, std::vector<double>>;

/// A row that was measured: its lines, and by side what they are made of.
struct measured_row {
  std::string name;
  std::vector<line> lines;
  std::map<std::string, samples> sides;
};

/// Everything that one run of the table told.
struct report {
  std::vector<std::pair<std::string, std::string>> machine;
  std::vector<measured_row> rows;
  std::vector<chart> charts;
  unsigned repeat = 0;
  double seconds = 0;
  std::size_t payload = 0;
};

/// The middle one; of an even number the mean of two. `of` must not be empty.
double median(std::vector<double> of);

/// The table in Markdown: medians with the least and the largest in brackets.
std::string to_markdown(const report& of);
/// The whole with all samples, for programs.
std::string to_json(const report& of);

}  // namespace lithair::bench
