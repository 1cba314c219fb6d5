#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "actors/links/byte_stream.hpp"

namespace lithair::test {

/// One end of two that are connected in memory. Nothing is told but by `carry` and `make_room`.
class memory_stream final : public actors::byte_stream {
 public:
  /// What one end says to the other.
  struct way {
    std::string bytes;                ///< on the way
    std::size_t room = 1 << 20;       ///< how many may be
    std::size_t largest = 0;          ///< how many there were at most
    bool closed = false;              ///< the one who says it is gone
    memory_stream* writer = nullptr;  ///< none: it is gone, as the next
    memory_stream* reader = nullptr;
  };

  memory_stream(std::shared_ptr<way> out, std::shared_ptr<way> in)
      : out_(std::move(out)), in_(std::move(in)) {
    out_->writer = this;
    in_->reader = this;
  }
  ~memory_stream() override {
    out_->writer = in_->reader = nullptr;
    out_->closed = true;
  }

  void tell(listener whom) override { whom_ = std::move(whom); }
  void listen(bool reads) override { reads_ = reads; }
  std::size_t write(std::span<const std::string_view> parts) override {
    std::size_t taken = 0;
    for (const auto part : parts) {
      const auto n = std::min(part.size(), out_->room - std::min(out_->room, out_->bytes.size()));
      out_->bytes += part.substr(0, n);
      taken += n;
      if (n < part.size()) {
        blocked_ = true;
        break;
      }
    }
    out_->largest = std::max(out_->largest, out_->bytes.size());
    return taken;
  }
  std::string address() const override { return "in memory"; }

  /// Tells the reader what is on the way, so many bytes at most, or that nothing comes any more.
  /// Whether there was anything to tell, and the writer that there is room again.
  static bool carry(way& over, std::size_t piece) {
    auto* to = over.reader;
    if (to == nullptr || !to->reads_ || !to->whom_.came) return false;
    if (over.bytes.empty()) {
      if (!over.closed) return false;
      const auto tell = std::exchange(to->whom_, {}).ended;
      tell("it closed the connection");
      return true;
    }
    const auto bytes = over.bytes.substr(0, piece);
    over.bytes.erase(0, piece);
    const auto tell = to->whom_.came;
    tell(bytes);
    if (over.writer != nullptr && over.bytes.size() < over.room &&
        std::exchange(over.writer->blocked_, false)) {
      const auto writable = over.writer->whom_.writable;
      if (writable) writable();
    }
    return true;
  }

 private:
  std::shared_ptr<way> out_;
  std::shared_ptr<way> in_;
  listener whom_;
  bool reads_ = true;
  bool blocked_ = false;
};

}  // namespace lithair::test
