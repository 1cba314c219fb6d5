#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace lithair::persistence::test {

/// A number that a child process leaves to its parent even when it is killed.
class shared_number {
 public:
  shared_number()
      : at_(::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    new (at_) std::atomic<std::uint64_t>(0);
  }
  ~shared_number() { ::munmap(at_, sizeof(std::atomic<std::uint64_t>)); }
  shared_number(const shared_number&) = delete;
  shared_number& operator=(const shared_number&) = delete;

  std::atomic<std::uint64_t>& operator*() const {
    return *static_cast<std::atomic<std::uint64_t>*>(at_);
  }

 private:
  void* at_;
};

}  // namespace lithair::persistence::test
