#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "actors/tls/tls_credentials.hpp"
#include "http/session.hpp"

/// What a session does under TLS: what the socket brings is opened before it is a request, and
/// `outbox` seals what leaves.
namespace lithair::http {

namespace {

// Of one read. What it says, with the rest of a record from before, must fit where it is opened to;
// and the smallest records of so much are opened in about a millisecond.
constexpr std::size_t sealed_read = 32 << 10;
// RFC 8446 §5.1: what a connection under TLS begins with. A method of HTTP is text.
constexpr char handshake_record = 22;
constexpr std::uint64_t judged_again_after_ms = 60'000;

}  // namespace

uv_buf_t session::read_buffer() {
  auto& buffer = lane_.buffer();
  if (!secure_) return uv_buf_init(buffer.data(), static_cast<unsigned>(buffer.size()));
  // libuv would go on while there is something: others get their turn first.
  if (std::exchange(full_read_, false)) return uv_buf_init(nullptr, 0);
  return uv_buf_init(buffer.data(), sealed_read);
}

void session::on_sealed(std::string_view bytes) {
  full_read_ = bytes.size() == sealed_read;
  if (phase_ == phase::lingering) return;
  if (!tls_) {
    if (bytes.front() != handshake_record) return refuse_plain_http();
    begin_handshake();
    if (phase_ == phase::closed) return;
  }
  if (!shaking_) return open_sealed(bytes);
  // It is not read on before its turn has come, so that no more than this has to be kept.
  stop_reading();
  unheard_.assign(bytes);
  lane_.shaking().ask_turn(*this);
}

void session::begin_handshake() {
  try {
    judged_by_ = options_.tls->current();
    judged_at_ms_ = now();
    tls_ = std::make_unique<actors::tls_session>(judged_by_);
  } catch (const std::exception& error) {
    spdlog::warn("a connection is closed: {}", error.what());
    return close();
  }
  shaking_ = true;
  out_.seal_by(tls_.get());
  parser_.under_tls();
  lane_.shaking().add(*this);
}

void session::shake() {
  open_sealed(std::exchange(unheard_, {}));
  if (phase_ != phase::closed && !paused_ && !client_done_) resume_reading();
}

void session::open_sealed(std::string_view bytes) {
  const auto size = tls_->feed(bytes, lane_.opened());
  if (tls_->state() == actors::tls_state::failed) return break_off();
  if (shaking_ && tls_->is_open()) {
    end_handshake(handshake_outcome::open);
    opened_ = true;
    if (const auto& who = tls_->peer())
      spdlog::debug("a client shows the certificate of {}", who->subject);
  }
  if (size > 0) on_said({lane_.opened().data(), size});
  if (phase_ == phase::closed) return;
  // It has said that nothing more comes, which counts as much as the end of the connection.
  if (tls_->has_ended() && !client_done_) return on_end();
  settle();
}

void session::end_handshake(handshake_outcome how) {
  shaking_ = false;
  lane_.shaking().remove(*this);
  lane_.metrics().handshakes[static_cast<std::size_t>(how)].add(1);
}

// Whom operators trust may have changed since the handshake, and certificates end.
bool session::is_still_trusted() {
  if (!tls_ || !tls_->peer()) return true;
  auto newest = options_.tls->current();
  if (newest == judged_by_ && now() - judged_at_ms_ < judged_again_after_ms) return true;
  judged_by_ = std::move(newest);
  judged_at_ms_ = now();
  const auto why = tls_->why_not_any_more(*judged_by_);
  if (why.empty()) return true;
  spdlog::info("the certificate of a client, {}, is not taken any more: {}", tls_->peer()->subject,
               why);
  // Not one more time: what is judged by is what refused it.
  judged_by_.reset();
  return false;
}

void session::crowd_out() {
  end_handshake(handshake_outcome::crowded_out);
  close();
}

// Whoever speaks HTTP here has the wrong scheme, and should learn it in words that can be read.
void session::refuse_plain_http() {
  secure_ = false;
  lane_.metrics().handshakes[static_cast<std::size_t>(handshake_outcome::plain_http)].add(1);
  end_with(problem_response(400, "https_required",
                            "This port speaks HTTPS: say https:// instead of http://."));
  settle();
}

void session::break_off() {
  const bool was_shaking = shaking_;
  if (was_shaking) {
    end_handshake(outcome_of(tls_->failure()));
    spdlog::debug("a handshake failed: {} ({})", tls_->why_failed(), name_of(tls_->failure()));
  }
  const auto written = [](void* self, int result) {
    static_cast<session*>(self)->on_written(result);
  };
  // Others use what is here, or something is on its way, behind which it would not be understood.
  if (preparing_ || stream_) return close();
  if (!out_.flush(stream(), written, this) || !out_.empty()) return close();
  forget_stream();
  slots_.clear();
  parser_.abandon();
  received_.release();
  linger();
  watch();
}

bool session::say_end() {
  if (!tls_ || tls_->state() != actors::tls_state::open) return true;
  tls_->close();
  const auto written = [](void* self, int result) {
    static_cast<session*>(self)->on_written(result);
  };
  if (!out_.flush(stream(), written, this)) {
    close();
    return false;
  }
  return out_.empty();
}

}  // namespace lithair::http
