#pragma once

#include <string>
#include <utility>
#include <vector>

#include "test/cluster/fixture.hpp"

namespace lithair::test {

/// Runs lithairctl, with what it wrote in files of `in`.
class ctl_runner {
 public:
  ctl_runner(std::filesystem::path in, std::vector<std::string> always)
      : in_(std::move(in)), always_(std::move(always)) {}

  /// Starts it; `name` is that of the file that has what it says.
  process begin(const std::string& name, const std::vector<std::string>& words) const {
    std::vector<std::string> all{LITHAIR_CTL};
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), always_.begin(), always_.end());
    std::filesystem::remove(in_ / name);
    return process{launch{std::move(all), in_ / name, in_, {}}};
  }
  std::string said(const std::string& name) const { return read_file(in_ / name); }
  /// To its end, which must be this; what it said.
  std::string run(const std::vector<std::string>& words, int status = 0) const {
    auto made = begin("said", words);
    const auto how = made.wait(cluster::patience * 2);
    auto text = said("said");
    std::string line;
    for (const auto& each : words) line += each + ' ';
    BOOST_TEST((how == ending{status}), line << "ended with " << (how ? how->status : -1)
                                             << ", not " << status << ": " << text);
    return text;
  }

 private:
  std::filesystem::path in_;
  std::vector<std::string> always_;
};

/// `--endpoints` of these nodes.
inline std::vector<std::string> endpoints_of(const cluster& nodes,
                                             const std::vector<std::size_t>& which) {
  std::string all;
  for (const auto i : which)
    all += (all.empty() ? "" : ",") + nodes.host(i) + ':' + std::to_string(nodes.port(i));
  return {"--endpoints", all};
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace lithair::test
