#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lithair::test {

/// Some machines with a wire between them: network namespaces with an `eth0` each, joined by a
/// bridge in one more. Each has a loopback of its own. All of it goes with the object and the
/// processes that were started in it.
class machines {
 public:
  explicit machines(std::size_t count);
  ~machines();
  machines(const machines&) = delete;
  machines& operator=(const machines&) = delete;

  /// Why there are none: it takes the rights of root. Empty: there are.
  const std::string& missing() const { return missing_; }
  /// Of machine `i` on the wire.
  static std::string address(std::size_t i) { return "10.78.0." + std::to_string(i + 1); }
  /// This thread is there, with the processes and sockets that it makes, until the result goes; one
  /// may be entered from another.
  std::shared_ptr<void> enter(std::size_t i) const;

 private:
  class descriptor;

  void make(std::size_t count);

  std::vector<descriptor> places_;
  std::string missing_;
};

}  // namespace lithair::test
