#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace lithair::actors {

/// Bytes both ways between two nodes, in order: a socket, or something that protects what goes over
/// one. What is above it need not know. On one loop's thread.
class byte_stream {
 public:
  /// Who is told what happens. Nothing is told from within a call of the stream's own functions.
  struct listener {
    std::function<void(std::string_view)> came;  ///< bytes, which are gone when it returns
    std::function<void()> writable;              ///< more can be written, after some could not
    /// Nothing comes any more, for this reason; the last that is told
    std::function<void(const std::string& why)> ended;
  };

  /// Closes it, without waiting for what was written; nothing is told any more. Also from within
  /// what is told.
  virtual ~byte_stream() = default;

  /// Whom to tell from now on; the first time, it begins to read.
  virtual void tell(listener whom) = 0;
  /// Whether it reads: what is not read waits at the other end.
  virtual void listen(bool reads) = 0;
  /// Writes the parts one after the other as far as that goes without waiting; how many bytes. When
  /// not all went, `writable` comes.
  virtual std::size_t write(std::span<const std::string_view> parts) = 0;
  /// Who is at the other end: a numeric address without a port.
  virtual std::string address() const = 0;
  /// Which node is at the other end, as this has proved before anything came; 0: nothing is proved.
  virtual std::uint64_t node() const { return 0; }
  /// Likewise, which program; empty: it is none, or nothing is proved.
  virtual std::string program() const { return {}; }
  /// Why the other end, which was proved once, would not be let in now: a sentence without a full
  /// stop; empty: it would. Asked every so often by who uses it, and ends it then.
  virtual std::string why_not_any_more() { return {}; }
};

}  // namespace lithair::actors
