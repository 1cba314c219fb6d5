#include "actors/links/connection.hpp"

#include <array>
#include <utility>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

namespace {

// Parts of frames that are handed to the system at once.
constexpr std::size_t parts_at_once = 64;

bool is_of_greeting(frame_kind kind) {
  return kind == frame_kind::greeting || kind == frame_kind::welcome || kind == frame_kind::leave;
}

}  // namespace

connection::connection(loop& home, std::unique_ptr<byte_stream> over, handshake meeting,
                       const link_limits& limits)
    : limits_(limits),
      meeting_(std::move(meeting)),
      over_(std::move(over)),
      rounds_(home, [this] { look(); }) {}

static_assert(link_meters::classes == frame_classes);

connection::~connection() {
  if (!meters_) return;
  meters_->queued_bytes.set(meters_->queued_bytes.now() - counted_);
  if (listens_) meters_->ended.add(1);
}

void connection::count_queued() {
  if (!meters_) return;
  std::size_t waits = 0;
  for (std::size_t i = 0; i < frame_classes; ++i)
    waits += going_.bytes(static_cast<frame_class>(i));
  // Unsigned, so what becomes less is added likewise.
  meters_->queued_bytes.set(meters_->queued_bytes.now() + (waits - counted_));
  counted_ = waits;
}

void connection::tell(listener whom) {
  const bool begins = !whom_.ended;
  whom_ = std::move(whom);
  if (!begins) return;
  over_->tell({[this](std::string_view bytes) { on_bytes(bytes); }, [this] { flush(); },
               [this](const std::string& why) { end(why); }});
  rounds_.start(limits_.handshake_ms);
  greet({});
}

// What is behind the handshake waits for whoever takes the connection over.
void connection::listen() {
  listens_ = true;
  if (meters_) meters_->begun.add(1);
  over_->listen(true);
  rounds_.start(limits_.alive_ms, limits_.alive_ms);
  take(std::exchange(early_, {}));
}

void connection::on_bytes(std::string_view bytes) {
  silent_rounds_ = 0;
  if (listens_) return take(bytes);
  if (meeting_.now() == handshake::state::going) return greet(bytes);
  early_ += bytes;
}

// Its words are few, so the system takes them whole or the connection is of no use.
void connection::greet(std::string_view bytes) {
  meeting_.expect(over_->node());
  meeting_.expect_program(over_->program());
  meeting_.feed(bytes);
  const auto said = meeting_.take_output();
  const std::string_view part = said;
  if (!said.empty() && over_->write({&part, 1}) < said.size()) return end("it takes nothing");
  switch (meeting_.now()) {
    case handshake::state::going:
      return;
    case handshake::state::refused:
    case handshake::state::failed:
      return end(meeting_.why());
    case handshake::state::done:
      early_ = bytes;
      over_->listen(false);
      rounds_.stop();
      const auto tell = whom_.greeted;
      tell();
  }
}

void connection::take(std::string_view bytes) {
  while (!bytes.empty()) {
    auto came = decoder_.next(bytes);
    if (!decoder_.failed().empty()) return end(decoder_.failed());
    if (!came) continue;
    if (meters_) {
      const auto rank = static_cast<std::size_t>(came->head.rank);
      meters_->in.frames[rank].add(1);
      meters_->in.bytes[rank].add(came->payload.size() + frame_head::bytes);
    }
    if (came->head.kind == frame_kind::alive) continue;
    const auto tell = whom_.came;
    tell(*came);
  }
}

void connection::put(frame_class rank, frame_kind kind, std::uint64_t group, std::string payload) {
  frame_head head;
  head.rank = rank;
  head.kind = kind;
  head.group = group;
  if (meters_) {
    meters_->out.frames[static_cast<std::size_t>(rank)].add(1);
    meters_->out.bytes[static_cast<std::size_t>(rank)].add(payload.size() + frame_head::bytes);
  }
  if (!going_.put(head, std::move(payload))) over_full_ = true;
}

void connection::forget(std::uint64_t group) {
  going_.forget([group](const frame_head& head) {
    return head.group == group && !is_of_greeting(head.kind);
  });
}

void connection::flush() {
  std::array<std::string_view, parts_at_once> parts;
  while (const auto count = going_.next(parts)) {
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += parts[i].size();
    const auto sent = over_->write({parts.data(), count});
    going_.sent(sent);
    if (sent != 0) stuck_rounds_ = 0;
    if (sent < wanted) break;
  }
  count_queued();
}

// One timer for all that takes long: the handshake, silence, a peer that takes nothing.
void connection::look() {
  if (!listens_) return end("it did not greet in time");
  const auto patience = limits_.silence_ms / limits_.alive_ms;
  if (++silent_rounds_ > patience) return end("nothing came of it for too long");
  if (!going_.empty() && ++stuck_rounds_ > patience) return end("it takes nothing any more");
  if (over_full_) return end("it takes less than there is to send");
  if (const auto why = over_->why_not_any_more(); !why.empty()) return end(why);
  if (going_.empty()) {
    stuck_rounds_ = 0;
    put(frame_class::liveness, frame_kind::alive, 0, {});
  }
  flush();
}

// The reason may be a part of this, which goes when it is told.
void connection::end(const std::string& why) {
  rounds_.stop();
  if (const auto tell = std::exchange(whom_, {}).ended) tell(std::string(why));
}

}  // namespace lithair::actors
