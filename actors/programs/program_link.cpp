#include "actors/programs/program_link.hpp"

#include <utility>

#include "actors/links/fields.hpp"

namespace lithair::actors {

namespace {

// The other end hears of as much at once.
constexpr std::size_t told_at_once = actor_channel::window / 4;

}  // namespace

program_link::program_link(loop& home, std::unique_ptr<connection> over, actor_channel::setup what,
                           const link_limits& limits, listener owner)
    : over_(std::move(over)),
      owner_(std::move(owner)),
      patience_(home, [this] { end("it takes nothing any more"); }),
      silence_ms_(limits.silence_ms) {
  channel_ = std::make_unique<actor_channel>(
      home, std::move(what),
      actor_channel::listener{
          .sink = [this](std::string_view bytes) { say(bytes); },
          .taken = [this](std::size_t bytes) { took(bytes); },
          .met = [this](const auto& who, const auto& interface) { owner_.met(who, interface); },
          .closed = [this](const std::string& why) { closed(why); }});
  over_->tell({{},
               [this](frame& each) { came(each); },
               [this](const std::string& why) {
                 over_.reset();
                 end(why);
               }});
  over_->listen();
}

// The connection may be what calls: it goes when the channel has closed.
void program_link::end(const std::string& why) {
  if (std::exchange(ends_, true)) return;
  why_ = why;
  patience_.stop();
  channel_->close();
}

void program_link::closed(const std::string& why) {
  if (!ends_) why_ = why.empty() ? "the middleman has ended" : why;
  ends_ = true;
  over_.reset();
  const auto tell = std::move(owner_.ended);
  tell(std::string{why_});
}

// No more than the other end has room for: what comes behind waits at the broker.
void program_link::say(std::string_view bytes) {
  if (ends_ || !over_) return;
  may_say_ -= bytes.size();
  over_->put(frame_class::calls, frame_kind::actors, 0, std::string{bytes});
  if (may_say_ < actor_channel::chunk) {
    channel_->pause();
    patience_.start(silence_ms_);
  }
  over_->flush();
}

void program_link::took(std::size_t bytes) {
  untold_ += bytes;
  if (untold_ < told_at_once || ends_ || !over_) return;
  const auto count = static_cast<std::uint32_t>(std::exchange(untold_, 0));
  over_->put(frame_class::liveness, frame_kind::taken, 0, field_writer{}.number(count).take());
  over_->flush();
}

void program_link::came(frame& what) {
  if (ends_) return;
  if (what.head.kind == frame_kind::actors) return channel_->deliver(what.payload);
  if (what.head.kind == frame_kind::taken) return granted(what.payload);
  if ((what.head.flags & frame_must_understand) != 0)
    end("it says something that is not understood here");
}

void program_link::granted(std::string_view count) {
  field_reader in{count};
  const auto bytes = in.number<std::uint32_t>();
  if (!in.sound() || bytes > actor_channel::window - may_say_)
    return end("it takes more than it was sent");
  may_say_ += bytes;
  if (may_say_ < actor_channel::chunk) return;
  patience_.stop();
  channel_->resume();
}

}  // namespace lithair::actors
