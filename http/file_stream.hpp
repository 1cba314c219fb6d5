#pragma once

#include <uv.h>

#include <cstdint>
#include <memory>
#include <string>

namespace lithair::persistence {
class file;
}

namespace lithair::http {

/// A file on its way to a client, piece by piece: libuv's threads read, so the loop never waits for
/// the disk, and only one piece is in memory. On the loop's thread; it must live until a piece that
/// was asked for has come.
class file_stream {
 public:
  static constexpr std::size_t piece_size = 128 << 10;  ///< bytes in memory at a time

  /// Sends the first `size` bytes of the file, which stays open as long as this lives.
  file_stream(std::shared_ptr<const persistence::file> from, std::uint64_t size)
      : from_(std::move(from)), left_(size) {}
  file_stream(const file_stream&) = delete;
  file_stream& operator=(const file_stream&) = delete;

  /// Every byte was taken.
  bool exhausted() const { return left_ == 0; }
  /// A piece was asked for and has not come.
  bool reading() const { return reading_; }
  /// `came` is called once, later, on the loop. False: it can't be read.
  [[nodiscard]] bool ask(uv_loop_t* loop, void (*came)(void* owner), void* owner);
  /// The piece that came; empty: the file is shorter than it was, or can't be read. Moves on by it.
  std::string take();

 private:
  std::shared_ptr<const persistence::file> from_;
  std::uint64_t left_;       ///< bytes not taken yet
  std::int64_t offset_ = 0;  ///< of the next piece
  bool reading_ = false;
  std::string piece_;  ///< where libuv reads to, or what came
  uv_fs_t request_{};
  void (*came_)(void*) = nullptr;
  void* owner_ = nullptr;
};

}  // namespace lithair::http
