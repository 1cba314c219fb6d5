#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lithair::bench {

/// A drawing of curves, for a page or a README.
struct chart {
  struct curve {
    std::string name;
    std::vector<std::pair<double, double>> points;  ///< by x
  };
  std::string title;
  std::string x;  ///< what the axes say
  std::string y;
  std::vector<curve> curves;
  /// Axis of y in powers of ten as well; that of x always is. Then all values must be above 0.
  bool logarithmic = false;
};

/// The drawing as a file of SVG, without anything that it would load.
std::string to_svg(const chart& of);

/// As one would say it: 1.5 k, 12 M, 0.25.
std::string short_number(double value);

}  // namespace lithair::bench
