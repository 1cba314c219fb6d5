#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/links/byte_stream.hpp"
#include "actors/runtime/handshakes.hpp"
#include "actors/tls/tls_session.hpp"

namespace lithair::actors {

/// Bytes between two nodes under TLS, over another stream: what comes is opened before it is told,
/// what is written is sealed. Who is at the other end is proved before any of its bytes is told.
///
///     connection ◀──came── feed ◀──bytes── the stream below
///     connection ──write──▶ encrypt ──sealed, 32 KiB ahead──▶ it
///
/// Its memory is bounded: one read of the stream below that waits for its turn, what `tls_session`
/// holds, and 48 KiB that are sealed and have not left. What does not fit stays with the writer.
class tls_stream final : public byte_stream, private handshaker {
 public:
  /// Nothing more is sealed while so much waits to leave: what is urgent comes behind it.
  static constexpr std::size_t sealed_ahead = 32 << 10;
  /// Bytes that are taken before the other end is known, for the first words of who dials.
  static constexpr std::size_t most_early = 2 << 10;

  /// What connections of this end begin with now.
  using source = std::function<std::shared_ptr<const tls_context>()>;

  /// Owns `over`. `newest` says which end this is, and is asked again for `why_not_any_more`; who
  /// dials gives the node that is meant, which the other end has to prove, or 0 for any node.
  /// Handshakes wait for their turn in `turns`, which outlives it; none: they do not wait. Throws
  /// std::runtime_error when there is no memory.
  tls_stream(std::unique_ptr<byte_stream> over, source newest, std::uint64_t dialled,
             handshakes* turns);
  ~tls_stream() override;
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  void tell(listener whom) override;
  void listen(bool reads) override;
  std::size_t write(std::span<const std::string_view> parts) override;
  std::string address() const override { return over_->address(); }
  std::uint64_t node() const override { return node_; }
  std::string program() const override { return program_; }
  /// Judged anew when the context is another one, and each minute, for certificates end.
  std::string why_not_any_more() override;

  /// Why TLS failed, if that is why it ended.
  tls_failure failure() const { return failure_; }

 private:
  void shake() override;
  void crowd_out() override;
  void begin();
  void on_sealed(std::string_view bytes);
  void on_end(const std::string& why);
  void open(std::string_view bytes);
  void opened();
  void go_on();
  void refuse_plain(std::string_view bytes);
  std::size_t keep(std::span<const std::string_view> parts);
  bool has_room();
  void flush();
  void end(const std::string& why);
  std::string why_failed() const;
  template <class Tell>
  bool told(const Tell& tell);

  const source newest_;
  const std::shared_ptr<const tls_context> context_;
  const std::uint64_t dialled_;
  std::shared_ptr<const tls_context> judged_by_;  // the other end's certificate, the last time
  std::chrono::steady_clock::time_point judged_at_;
  handshakes* turns_;                 // while it is among them
  std::unique_ptr<tls_session> tls_;  // of who accepts: from the first bytes on
  std::string early_;                 // to be said once it is open
  std::string unheard_;               // waits for its turn
  listener whom_;
  std::uint64_t node_ = 0;
  std::string program_;
  tls_failure failure_ = tls_failure::none;
  bool shakes_ = false;   // is among `turns_`
  bool waits_ = false;    // for its turn; nothing is read meanwhile
  bool reads_ = true;     // as it was told
  bool blocked_ = false;  // the writer waits to be told that there is room
  bool begun_ = false;
  bool ended_ = false;
  bool* gone_ = nullptr;  // set when it is destroyed by whoever is told
  std::unique_ptr<byte_stream> over_;
};

}  // namespace lithair::actors
