#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "test/cluster/fixture.hpp"

/// Programs that run to their end, and nodes that no cluster holds.
namespace lithair::test::lone {

inline const std::string shop = LITHAIR_SOURCE "/apps/examples/shop.toml";

/// A program and what it said, run to its end in `directory`.
struct run_result {
  int status = 0;
  std::string said;
};
inline run_result run_in(const std::filesystem::path& directory, std::vector<std::string> words) {
  const auto output = directory.parent_path() / "said";
  std::filesystem::remove(output);
  words.insert(words.begin(), LITHAIR_NODE);
  process started({words, output, directory, {}});
  const auto how = started.wait(cluster::patience);
  BOOST_REQUIRE_MESSAGE(how, "it went on instead of ending");
  return {how->status, read_file(output)};
}

/// One node alone, for as long as the object lives.
class lone_node {
 public:
  lone_node(const std::filesystem::path& directory, std::uint16_t port,
            std::vector<std::string> more, const std::string& models = shop)
      : port_(port),
        process_({words(port, std::move(more), models), directory / "log", directory, {}}) {
    auto through = client();
    while (through.get("/readyz").status != 200)
      BOOST_REQUIRE_MESSAGE(!process_.wait(5ms), read_file(directory / "log"));
  }
  http_client client() const { return http_client(port_, cluster::patience); }

 private:
  static std::vector<std::string> words(std::uint16_t port, std::vector<std::string> more,
                                        const std::string& models) {
    more.insert(more.begin(),
                {LITHAIR_NODE, "--models", models, "--addr", "127.0.0.1:" + std::to_string(port)});
    return more;
  }

  std::uint16_t port_;
  process process_;
};

}  // namespace lithair::test::lone
