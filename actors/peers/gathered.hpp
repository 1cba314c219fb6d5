#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/types.hpp"

namespace lithair::actors {

/// Bytes that lie in several places, one behind the other: what is long in them is shared with
/// whoever has it, so that putting a message together takes no time for what it carries, and what
/// waits to be sent no memory. Of one thread at a time.
class gathered {
 public:
  /// Payloads below that are copied, which takes less than to look after them.
  static constexpr std::size_t shared_from = std::size_t{16} << 10;

  gathered() = default;
  explicit gathered(std::string bytes) : size_(bytes.size()) {
    if (size_ != 0) parts_.emplace_back(protocol::payload{std::move(bytes)});
  }

  void add(std::string bytes) {
    size_ += bytes.size();
    if (!bytes.empty()) parts_.emplace_back(protocol::payload{std::move(bytes)});
  }
  void add(protocol::payload shared) {
    size_ += shared.size();
    if (shared.size() != 0) parts_.push_back(std::move(shared));
  }

  std::size_t size() const { return size_; }
  /// `count` bytes from `offset` on, or as many as there are.
  std::string copy(std::size_t offset, std::size_t count) const {
    std::string out;
    if (offset >= size_) return out;
    out.reserve(std::min(count, size_ - offset));
    for (const auto& part : parts_) {
      if (offset < part.size()) {
        const auto some = part.view().substr(offset, count - out.size());
        out += some;
        offset = 0;
        if (out.size() == count) break;
      } else {
        offset -= part.size();
      }
    }
    return out;
  }
  std::string copy() const { return copy(0, size_); }
  /// Whether these very bytes are a part of it.
  bool shares(const protocol::payload& one) const {
    return std::any_of(parts_.begin(), parts_.end(), [&](const protocol::payload& part) {
      return part.view().data() == one.view().data();
    });
  }

 private:
  std::vector<protocol::payload> parts_;  // none is empty
  std::size_t size_ = 0;
};

}  // namespace lithair::actors
