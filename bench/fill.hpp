#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "test/cluster/harness/http_client.hpp"
#include "test/cluster/harness/process.hpp"

namespace lithair::bench {

/// Creates the items `first` to `first + count - 1`, each as `item` says it in JSON, by requests of
/// up to `bulk` items to `route` + "/_bulk", one after the other. What did not get through is sent
/// again. Throws std::runtime_error when a request is refused.
void fill(test::http_client& client, const std::string& route, std::uint64_t first,
          std::uint64_t count, std::size_t bulk,
          const std::function<std::string(std::uint64_t)>& item);

/// A file of models that goes with the object.
class models_file {
 public:
  explicit models_file(const std::string& toml);
  std::string path() const { return directory_.path() / "models.toml"; }

 private:
  test::temporary_directory directory_;
};

}  // namespace lithair::bench
