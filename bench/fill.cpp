#include "bench/fill.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace lithair::bench {

void fill(test::http_client& client, const std::string& route, std::uint64_t first,
          std::uint64_t count, std::size_t bulk,
          const std::function<std::string(std::uint64_t)>& item) {
  for (const auto end = first + count; first < end; first += bulk) {
    std::string items = "[";
    for (auto i = first; i < std::min(first + bulk, end); ++i)
      items += (i == first ? "" : ",") + item(i);
    for (;;) {
      const auto made = client.post(route + "/_bulk", items + "]");
      // 409: what was repeated had come.
      if (made.status == 201 || made.status == 409) break;
      if (made.status != 503 && made.status != 504)
        throw std::runtime_error("a bulk was answered " + std::to_string(made.status) + " " +
                                 made.body.substr(0, 200));
    }
  }
}

models_file::models_file(const std::string& toml) { std::ofstream(path()) << toml; }

}  // namespace lithair::bench
