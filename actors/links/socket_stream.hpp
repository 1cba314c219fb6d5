#pragma once

#include <memory>

#include "actors/links/byte_stream.hpp"

namespace lithair::actors {

class loop;

/// A TCP socket as a byte_stream. It reads at most 256 KiB before others of its loop have their
/// turn, and lets the system hold no more unsent bytes than a loop can follow: what is urgent is
/// not to wait behind megabytes in there.
class socket_stream final : public byte_stream {
 public:
  /// Owns `fd`, which is connected and non-blocking. Only on the loop's thread, from here to the
  /// end; `home` outlives it.
  socket_stream(loop& home, int fd);
  ~socket_stream() override;
  socket_stream(const socket_stream&) = delete;
  socket_stream& operator=(const socket_stream&) = delete;

  void tell(listener whom) override;
  void listen(bool reads) override;
  std::size_t write(std::span<const std::string_view> parts) override;
  std::string address() const override;

 private:
  struct watched;
  // Lives until libuv has let go of its handle.
  watched* socket_;
};

}  // namespace lithair::actors
