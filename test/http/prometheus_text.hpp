#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lithair::http::test {

/// A page of metrics as a Prometheus server would read it (text format 0.0.4), and strictly: each
/// family is described before its samples and stands in one piece, no sample occurs twice, and the
/// buckets of a histogram rise to its count. Throws std::runtime_error that quotes the line.
class prometheus_text {
 public:
  explicit prometheus_text(std::string_view page);

  /// "counter", "gauge", "histogram"; empty for a family that is not there.
  std::string type(const std::string& family) const;
  /// A sample by name and labels as they stand in the text: `up{job="x"}`. Throws when there is
  /// none.
  double at(const std::string& sample) const;
  bool has(const std::string& sample) const { return samples_.contains(sample); }
  const std::map<std::string, double>& samples() const { return samples_; }

 private:
  void read_description(std::string_view line);
  void read_sample(std::string_view line);
  void finish_family();

  std::map<std::string, std::string> types_;
  std::map<std::string, double> samples_;
  std::string family_;                         // whose samples come now
  std::map<std::string, double> last_bucket_;  // of the family, by its labels without le
  std::map<std::string, double> infinite_;
  std::map<std::string, double> counts_;
};

}  // namespace lithair::http::test
