#pragma once

#include "apps/lithair/options.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace lithair::test {

using namespace apps;

using words = std::vector<const char*>;

/// Another member.
inline constexpr auto two = "2=127.0.0.1:8081";

/// A file that is gone when the test is.
class temporary_file {
 public:
  explicit temporary_file(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("lithair-options-" + std::to_string(getpid()) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~temporary_file() { std::filesystem::remove(path_); }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline tl::expected<settings, early_exit> read_words(words flags, const environment& variables = {},
                                                     bool compiled_models = false) {
  flags.insert(flags.begin(), "lithair_node");
  return read_options({"lithair_node", "1.2.3", compiled_models}, flags, variables);
}

inline settings accept(words flags, const environment& variables = {}) {
  flags.insert(flags.end(), {"--models", "shop.toml"});
  const auto made = read_words(flags, variables);
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
  return *made;
}

inline std::string refusal(words flags, const environment& variables = {}) {
  flags.insert(flags.end(), {"--models", "shop.toml"});
  const auto made = read_words(flags, variables);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().status == 2);
  BOOST_TEST(made.error().text.find('\n') == std::string::npos);
  return made.error().text;
}

}  // namespace lithair::test
