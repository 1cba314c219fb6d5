#pragma once

#include <uv.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::actors {
class tls_session;
}

namespace lithair::http {

/// The bytes on their way to one client. What is added between two flushes leaves in one write; a
/// write that can't be completed at once goes on by itself, and what is added meanwhile waits
/// behind it. Much leaves in pieces, for the system copies what it takes: behind each of them the
/// loop's others get their turn. One thread: the socket's loop.
class outbox {
 public:
  /// Where to append small things: heads, small bodies. Valid until the next call of anything here.
  std::string& tail();
  /// Adds a body without copying it when it is large.
  void add(std::string&& body);
  /// Adds a text that many clients get; a larger one is not copied.
  void add(std::shared_ptr<const std::string> text);

  /// From now on everything is sealed on its way to the socket, a piece at a time as the client
  /// takes it; and what `by` has to say itself is sent, too. It outlives this. None: no more.
  void seal_by(actors::tls_session* by) { tls_ = by; }

  /// Writes as much as the socket takes, a piece at most. False when the connection is broken.
  /// While more is under way `done` will be called on `owner` with the write's result: then what is
  /// left is to be flushed. On false the connection is to be closed; what is left is lost.
  [[nodiscard]] bool flush(uv_stream_t* socket, void (*done)(void* owner, int result), void* owner);

  bool empty() const;
  /// A write is under way; nothing else is written until it is done.
  bool writing() const { return !flight_.empty(); }
  /// Bytes not yet handed to the system, as far as known; those that are sealed already as they
  /// are.
  std::size_t size(const uv_stream_t* socket) const;
  /// Bytes handed to the system so far, since the beginning. It only rises.
  std::uint64_t handed(const uv_stream_t* socket) const;

 private:
  std::size_t next_bytes() const;         ///< of `next_`
  void advance(std::size_t written);      ///< drops that many bytes of `next_`
  bool write_piece(uv_stream_t* socket);  ///< by libuv, which calls when it is done
  void take_piece();                      ///< from `next_`, for that
  bool flush_sealed(uv_stream_t* socket);
  void seal_some();                  ///< of `next_`, as much as may be sealed in one go
  std::size_t sealed_bytes() const;  ///< that wait to be sent

  // Bytes of one's own, or shared ones, of which `sent` have left. Those from `end` on are another
  // part's.
  struct part {
    std::string own = {};
    std::shared_ptr<const std::string> shared = {};
    std::size_t sent = 0;
    std::size_t end = std::string::npos;

    std::string_view bytes() const {
      return std::string_view(shared ? *shared : own).substr(0, end).substr(sent);
    }
  };

  static uv_buf_t as_buffer(const part& of);

  std::vector<part> next_;
  std::vector<part> flight_;  // owned by the write under way
  std::uint64_t handed_ = 0;  // with those of the write under way
  uv_write_t write_{};
  void (*done_)(void*, int) = nullptr;
  void* owner_ = nullptr;
  actors::tls_session* tls_ = nullptr;
};

}  // namespace lithair::http
