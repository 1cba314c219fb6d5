#include "http/outbox.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "actors/tls/tls_session.hpp"

namespace lithair::http {

namespace {

// A larger body is not copied behind what is there.
constexpr std::size_t own_buffer = 16 << 10;
// What one system call takes here; the rest is written by libuv.
constexpr std::size_t max_buffers = 32;
// Kept allocated between answers.
constexpr std::size_t kept_buffer = 32 << 10;

// The system copies what it takes, up to 4 MiB of a large answer in one call. libuv goes on with
// what was written whole up to eight times before it looks at anything else.
constexpr std::size_t piece_bytes = 32 << 10;

// A smaller text costs less to copy than to send from its place.
constexpr std::size_t shared_text = 1024;

// A record holds so much (RFC 8446 §5.1); small answers share one.
constexpr std::size_t record_bytes = 16 << 10;
// Sealed in one go, which takes some 10 us, and in memory beside the answers.
constexpr std::size_t sealed_at_once = 2 * record_bytes;

}  // namespace

// libuv does not write to what it sends.
uv_buf_t outbox::as_buffer(const part& of) {
  const auto bytes = of.bytes();
  return uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
}

std::string& outbox::tail() {
  // A full buffer is left as it is; the next one begins.
  if (next_.empty() || next_.back().shared || next_.back().own.size() >= own_buffer)
    next_.emplace_back();
  return next_.back().own;
}

void outbox::add(std::string&& body) {
  // A small body is copied behind the others, a large one moved.
  if (body.size() < own_buffer)
    tail().append(body);
  else
    next_.emplace_back().own = std::move(body);
}

void outbox::add(std::shared_ptr<const std::string> text) {
  if (text->size() < shared_text)
    tail().append(*text);
  else
    next_.emplace_back().shared = std::move(text);
}

std::size_t outbox::next_bytes() const {
  std::size_t result = 0;
  for (const auto& x : next_) result += x.bytes().size();
  return result;
}

std::size_t outbox::sealed_bytes() const { return tls_ == nullptr ? 0 : tls_->output().size(); }

bool outbox::empty() const { return !writing() && next_bytes() == 0 && sealed_bytes() == 0; }

std::size_t outbox::size(const uv_stream_t* socket) const {
  return next_bytes() + sealed_bytes() + (writing() ? uv_stream_get_write_queue_size(socket) : 0);
}

std::uint64_t outbox::handed(const uv_stream_t* socket) const {
  return handed_ - (writing() ? uv_stream_get_write_queue_size(socket) : 0);
}

bool outbox::flush(uv_stream_t* socket, void (*done)(void*, int), void* owner) {
  // One write at a time: bytes of two would mix.
  if (writing() || empty()) return true;
  done_ = done;
  owner_ = owner;
  if (tls_ != nullptr) return flush_sealed(socket);
  if (next_bytes() > piece_bytes) return write_piece(socket);
  std::array<uv_buf_t, max_buffers> buffers;
  const auto n = std::min(next_.size(), max_buffers);
  std::transform(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(n), buffers.begin(),
                 as_buffer);
  // At once where the socket has room, which is most of the time.
  const int written = uv_try_write(socket, buffers.data(), static_cast<unsigned>(n));
  if (written < 0 && written != UV_EAGAIN) return false;
  if (written > 0) {
    handed_ += static_cast<std::size_t>(written);
    advance(static_cast<std::size_t>(written));
  }
  // The socket is full: libuv writes the rest when it can.
  return next_.empty() || next_bytes() == 0 || write_piece(socket);
}

// Drops what was written from the front. The last buffer's memory is kept for the next answer.
void outbox::advance(std::size_t written) {
  std::size_t whole = 0;
  while (whole < next_.size() && written >= next_[whole].bytes().size())
    written -= next_[whole++].bytes().size();
  if (whole == next_.size()) {
    auto kept = std::move(next_.front().own);
    next_.clear();
    kept.clear();
    // Memory for the next answer, unless it has become large.
    if (kept.capacity() <= kept_buffer) next_.emplace_back().own = std::move(kept);
    return;
  }
  next_.erase(next_.begin(), next_.begin() + static_cast<std::ptrdiff_t>(whole));
  // A buffer of which a part has left.
  next_.front().sent += written;
}

void outbox::seal_some() {
  // What waits while hands are shaken waits on; when that fails it is never sent.
  if (!tls_->is_open()) return;
  std::array<char, record_bytes> record;
  std::size_t sealed = 0;
  std::size_t at = 0;  // in `next_`, and what of that part is sealed
  std::size_t from = 0;
  while (sealed < sealed_at_once && at < next_.size()) {
    std::size_t filled = 0;
    while (filled < record.size() && at < next_.size()) {
      const auto rest = next_[at].bytes().substr(from);
      const auto n = std::min(rest.size(), record.size() - filled);
      std::copy_n(rest.data(), n, record.data() + filled);
      filled += n;
      from += n;
      if (n == rest.size()) {
        ++at;
        from = 0;
      }
    }
    tls_->encrypt({record.data(), filled});
    sealed += filled;
  }
  if (!next_.empty()) advance(sealed);
}

bool outbox::flush_sealed(uv_stream_t* socket) {
  seal_some();
  const auto& sealed = tls_->output();
  if (sealed.empty()) return true;
  // libuv does not write to what it sends.
  auto buffer = uv_buf_init(const_cast<char*>(sealed.data()), static_cast<unsigned>(sealed.size()));
  const int written = uv_try_write(socket, &buffer, 1);
  if (written < 0 && written != UV_EAGAIN) return false;
  if (written > 0) {
    handed_ += static_cast<std::size_t>(written);
    tls_->sent(static_cast<std::size_t>(written));
  }
  // By way of libuv, so that others get their turn before the piece behind.
  if (sealed.empty()) seal_some();
  return sealed.empty() || write_piece(socket);
}

// Whole parts as they are; of one that is too long both have the bytes.
void outbox::take_piece() {
  std::size_t whole = 0;
  std::size_t room = piece_bytes;
  for (; whole < next_.size() && next_[whole].bytes().size() <= room; ++whole)
    room -= next_[whole].bytes().size();
  const auto behind = next_.begin() + static_cast<std::ptrdiff_t>(whole);
  flight_.assign(std::make_move_iterator(next_.begin()), std::make_move_iterator(behind));
  next_.erase(next_.begin(), behind);
  if (room == 0 || next_.empty()) return;
  auto& longer = next_.front();
  if (!longer.shared) longer.shared = std::make_shared<const std::string>(std::move(longer.own));
  longer.own.clear();
  flight_.push_back({{}, longer.shared, longer.sent, longer.sent + room});
  longer.sent += room;
}

bool outbox::write_piece(uv_stream_t* socket) {
  // The buffers must not move while the write is under way.
  if (tls_ != nullptr)
    flight_.emplace_back().own = tls_->take_output();
  else
    take_piece();
  for (const auto& each : flight_) handed_ += each.bytes().size();
  std::vector<uv_buf_t> buffers;
  buffers.reserve(flight_.size());
  for (const auto& x : flight_) buffers.push_back(as_buffer(x));
  write_.data = this;
  return uv_write(&write_, socket, buffers.data(), static_cast<unsigned>(buffers.size()),
                  [](uv_write_t* request, int result) {
                    auto* self = static_cast<outbox*>(request->data);
                    self->flight_.clear();
                    self->done_(self->owner_, result);
                  }) == 0;
}

}  // namespace lithair::http
