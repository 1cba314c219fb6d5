#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "actors/tls/tls_context.hpp"
#include "actors/tls/tls_pipe.hpp"

struct ssl_st;
struct x509_store_ctx_st;

namespace lithair::actors {

/// How far a connection is. It only goes forward.
enum class tls_state : std::uint8_t {
  handshaking,  ///< nothing can be said yet
  open,         ///< whatever is said is sealed
  closed,       ///< this side has said that it is done
  failed,       ///< nothing more can be said; what is left to send tells the other side why
};

/// Why a connection failed.
enum class tls_failure : std::uint8_t {
  none,
  version,         ///< no version of TLS that both take
  cipher,          ///< no cipher, group or signature that both take
  protocol,        ///< none inside that both speak (ALPN)
  no_certificate,  ///< the other side showed none
  certificate,     ///< the other side's is not trusted here
  refused,         ///< the other side refused: this one's certificate, or anything else
  malformed,       ///< bytes that are no TLS, or were changed on the way
  too_much,        ///< more than a handshake or its answers may take
};
inline constexpr std::size_t tls_failure_count = 9;
std::string_view name_of(tls_failure which);

/// What is asked of the other side beyond a certificate of the authorities.
struct tls_expectation {
  /// The name or address that its certificate must be for; a client also tells it to the server
  /// (SNI). Empty: any
  std::string host = {};
  /// Called within `feed` with a certificate that is right otherwise; why not, or empty: it is
  std::function<std::string(const certificate&)> judge = {};
};

/// TLS of one connection, without its socket: what came from the other side goes in, what is to be
/// sent comes out. The same for both roles.
///
///     socket ──bytes──▶ feed ──plain──▶ reader
///     socket ◀──output── encrypt ◀──plain── writer
///
/// One thread at a time. Its memory is bounded: what it holds of the other side is one record, or
/// 96 KiB of a handshake, and what it answers by itself 64 KiB; who writes takes the output before
/// it says more. Neither I/O nor a clock, but that certificates are judged by the time of now.
class tls_session {
 public:
  /// Bytes that `feed` needs beyond as many as it is given: of a record that came before.
  static constexpr std::size_t held_back = 16 << 10;
  static constexpr std::size_t most_of_handshake = 96 << 10;  ///< bytes of the other side's
  static constexpr std::size_t most_answered = 64 << 10;  ///< bytes that it may make this one say

  /// A client's first output is there at once. Throws std::runtime_error when there is no memory.
  explicit tls_session(std::shared_ptr<const tls_context> with, tls_expectation what = {});
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  /// Takes all of what came, writes what it says into `plain`, and tells how many bytes that are.
  /// `plain` has room for as many bytes as came and `held_back` more. Afterwards look at `state`,
  /// `has_ended` and `output`.
  std::size_t feed(std::string_view bytes, std::span<char> plain);
  /// Seals it, behind what is in `output` already. Only while `open`. With TLS 1.3 it takes a new
  /// key now and then (`tls_usage::records_of_a_key`).
  void encrypt(std::string_view plain);
  /// Says that nothing more comes (close_notify); the other side may go on. Once it is open.
  void close();

  /// What is to be sent, in this order.
  const std::string& output() const { return pipe_.output; }
  /// So many bytes of it were sent.
  void sent(std::size_t bytes);
  /// All of it, for whoever sends it later.
  std::string take_output();

  tls_state state() const { return state_; }
  bool is_open() const { return state_ == tls_state::open; }
  /// Whether the other side has said that it is done. A connection that ends without was cut off,
  /// perhaps by somebody between.
  bool has_ended() const { return ended_; }
  /// Whether a part of a record is there, of which the rest is to come.
  bool is_within_record() const;
  /// Whether an earlier session was resumed.
  bool was_resumed() const;

  tls_failure failure() const { return failure_; }
  /// The same in words for a log; empty: it did not fail.
  const std::string& why_failed() const { return why_failed_; }
  /// Of a certificate that was not taken (`tls_failure::certificate`), whose it says to be, which
  /// anybody may say; fit for a log. Empty: that is not known
  const std::string& refused_subject() const { return refused_subject_; }
  /// What the other side showed; none: nothing was asked for, or it was not right.
  const std::optional<certificate>& peer() const { return peer_; }
  /// Why `newest` would not take any more, at this moment, what the other side showed; empty: it
  /// would, or nothing was shown. Who certifies and until when is judged, and no names: those are
  /// the same. Once it is open. Takes a millisecond at most.
  std::string why_not_any_more(const tls_context& newest) const;
  /// "TLSv1.3", once it is open.
  std::string_view version() const;
  /// What is spoken inside; empty: the other side did not say.
  std::string_view protocol() const;

 private:
  void shake();
  void opened();
  void fail(tls_failure why, std::string text);
  void fail_by_openssl();
  static int judge_certificate(int fine, x509_store_ctx_st* of);

  const std::shared_ptr<const tls_context> context_;
  const tls_expectation expected_;
  tls_pipe pipe_;
  ssl_st* ssl_ = nullptr;
  std::size_t fed_ = 0;       // bytes of the handshake
  std::size_t answered_ = 0;  // bytes of `output` that the other side had this one say
  tls_state state_ = tls_state::handshaking;
  bool ended_ = false;
  tls_failure failure_ = tls_failure::none;
  std::string why_failed_;
  std::optional<certificate> peer_;
  std::string judged_;  // why the other side's certificate was not taken
  std::string refused_subject_;
  std::uint64_t sealed_ = 0;  // records, about, under the key in use
};

}  // namespace lithair::actors
