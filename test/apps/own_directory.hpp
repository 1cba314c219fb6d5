#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace lithair::test {

/// A new directory of a test's own, which goes with the object.
class own_directory {
 public:
  own_directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "lithair-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~own_directory() { std::filesystem::remove_all(path_); }
  own_directory(const own_directory&) = delete;
  own_directory& operator=(const own_directory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace lithair::test
