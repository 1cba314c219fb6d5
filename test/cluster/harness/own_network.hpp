#pragma once

#include <string>

namespace lithair::test {

/// A network that only this thread and the processes that it starts meanwhile are in: its loopback
/// has 10.77.0.1 to 10.77.0.9, too, which look like other machines and lead nowhere. Until the
/// object goes.
class own_network {
 public:
  own_network();
  ~own_network();
  own_network(const own_network&) = delete;
  own_network& operator=(const own_network&) = delete;

  /// Why there is none: it takes the rights of root. Empty: there is one.
  const std::string& missing() const { return missing_; }
  static std::string address(std::size_t i) { return "10.77.0." + std::to_string(i + 1); }

 private:
  int before_ = -1;
  std::string missing_;
};

}  // namespace lithair::test
