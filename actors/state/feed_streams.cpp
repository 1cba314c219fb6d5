#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/send.hpp>

#include "actors/state/feed.hpp"

// Streams: who tells the same is told by one reading, which goes on in slices.
namespace lithair::actors {

namespace {

// Of the state, taken at a time; more only where one event is larger.
constexpr std::size_t piece_bytes = 256 << 10;
// Of an event that lies in two pieces of the memory, as a guess.
constexpr std::size_t event_bytes = 16 << 10;
// Readings of the state at a time, each of which holds a piece and a page in the making.
constexpr std::size_t max_open = 4;
// Of all pages that are kept for those who come a little later.
constexpr std::size_t kept_page_bytes = 8 << 20;
// Readings that nobody waits for, besides one for each follower.
constexpr std::size_t max_idle = 64;

}  // namespace

// From a page that is there, or once there is one.
void feed::serve_stream(const follower_id& id, follower& who) {
  const auto at = *who.what.after;
  who.now = phase::parked;
  if (const auto same = readings_.find(who.what.stream->text); same != readings_.end())
    for (auto& each : same->second)
      if (const auto* page = each.reader.page_for(at)) return take_page(who, *page);
  // Nothing is behind it: where it stands is all that there is to tell.
  if (who.what.at_once && at >= models::feed_position{cache_.applied(), 0}) {
    followed reply;
    reply.through = at;
    return answer(who, std::move(reply));
  }
  auto& one = reading_for(who.what);
  who.at = &one;
  one.waiting.push_back(id);
  if (one.reader.cursor().through() < models::feed_position{cache_.applied(), 0}) line_up(one);
}

// One at whose end it would wait, or a new one.
feed::reading& feed::reading_for(const follow& what) {
  if (reading_count_ >= followers_.size() + max_idle) sweep();
  auto& same = readings_[what.stream->text];
  for (auto& each : same)
    if (each.reader.waits_at(*what.after)) return each;
  ++reading_count_;
  same.push_back({.reader = {what.stream, *what.after}});
  return same.back();
}

void feed::take_page(follower& who, const stream_page& page) {
  followed reply;
  reply.through = page.through;
  reply.told = page.told;
  reply.text = page.text;
  answer(who, std::move(reply));
}

void feed::leave_stream(const follower_id& id, follower& who) {
  if (auto* one = std::exchange(who.at, nullptr)) std::erase(one->waiting, id);
}

void feed::forget_streams() {
  for (auto& [id, who] : followers_) who.at = nullptr;
  work_.clear();
  to_open_.clear();
  state_reads_.clear();
  open_ = 0;
  readings_.clear();
  reading_count_ = kept_bytes_ = 0;
}

// -- what is to be done --------------------------------------------------------------------------

void feed::line_up(reading& one) {
  // One that waits for the state comes back with what it was given.
  if (one.queued || (one.open && one.held.empty())) return;
  one.queued = true;
  work_.push_back(&one);
  go_on_later();
}

void feed::go_on_later() {
  if (goes_on_ || work_.empty()) return;
  goes_on_ = true;
  send_in_a_later_turn(go_on_streaming{});
}

// The first of a turn always gets on, however short the slice is.
void feed::go_on() {
  goes_on_ = false;
  const auto until = clock().now() + setup_.slice;
  const models::pause late = [this, until] { return clock().now() >= until; };
  while (!work_.empty()) {
    auto& one = *work_.front();
    if (!work_on(one, late)) break;
    if (late()) break;
  }
  go_on_later();
}

// Until it has a page, is at the end or needs the state; then it is in the queue no more. False: it
// pauses, and stays the first, so that few pages are in the making at a time.
bool feed::work_on(reading& one, const models::pause& late) {
  using step = models::stream_cursor::step;
  while (!one.waiting.empty()) {
    const auto whole = one.reader.cursor().through().whole();
    models::feed_piece from;
    if (!one.held.empty()) {
      from = one.held.front();
    } else if (whole < cache_.floor()) {
      work_.pop_front();
      one.queued = false;
      ask_state(one);
      return true;
    } else if (const auto at = cache_.behind(whole); at != cache_.end()) {
      const auto& cursor = one.reader.cursor();
      from = at->from(cursor.index() == at->index ? cursor.offset() : 0, one.wanted_bytes);
    } else {
      one.reader.pass(cache_.applied());
      break;
    }
    const auto before = one.reader.cursor().offset();
    const auto what = one.reader.read(from, late);
    if (what == step::paused) return false;
    if (what == step::full) break;
    const bool is_held = !one.held.empty();
    if (is_held) one.held.pop_front();
    if (what == step::cut) {
      // An event that is larger than the piece needs a larger one; else what follows it is next.
      const bool moved =
          one.reader.cursor().offset() != before || (is_held && before != from.offset);
      const auto least = is_held ? 2 * piece_bytes : event_bytes;
      one.wanted_bytes = moved ? 0 : std::max(4 * one.wanted_bytes, least);
      if (!is_held) continue;
      one.held.clear();
      work_.pop_front();
      one.queued = false;
      ask_state(one);
      return true;
    }
    if (is_held && one.held.empty() && one.held_through > whole) one.reader.pass(one.held_through);
  }
  work_.pop_front();
  one.queued = false;
  finish(one);
  return true;
}

// Tells those who wait what there is.
void feed::finish(reading& one) {
  close(one);
  if (one.reader.end_page()) kept_bytes_ += one.reader.latest_bytes();
  const auto applied = models::feed_position{cache_.applied(), 0};
  for (const auto& id : std::exchange(one.waiting, {})) {
    auto& who = followers_.at(id);
    if (const auto* page = one.reader.page_for(*who.what.after)) {
      who.at = nullptr;
      take_page(who, *page);
    } else if (who.what.at_once) {
      who.at = nullptr;
      followed reply;
      reply.through = std::max(*who.what.after, one.reader.reached());
      answer(who, std::move(reply));
    } else {
      one.waiting.push_back(id);
    }
  }
  bound_pages();
  // Applied meanwhile, or the page ended before the position of somebody who waits.
  if (!one.waiting.empty() && one.reader.cursor().through() < applied) line_up(one);
}

// -- from the state ------------------------------------------------------------------------------

void feed::ask_state(reading& one) {
  if (!one.open) {
    if (open_ >= max_open) {
      one.queued = true;
      to_open_.push_back(&one);
      return;
    }
    one.open = true;
    ++open_;
  }
  read_feed request;
  request.token = next_read_++;
  request.after = one.reader.cursor().through().whole();
  request.limit = std::max(piece_bytes, one.wanted_bytes);
  request.in_pieces = true;
  request.begun = one.reader.cursor().index();
  request.offset = one.reader.cursor().offset();
  state_reads_[request.token] = &one;
  send(setup_.aggregate, request);
}

// What it held is read again where it goes on: it may be long until somebody asks.
void feed::close(reading& one) {
  one.held.clear();
  one.wanted_bytes = 0;
  if (!std::exchange(one.open, false)) return;
  --open_;
  while (!to_open_.empty() && open_ < max_open) {
    auto& next = *to_open_.front();
    to_open_.pop_front();
    next.queued = false;
    if (!next.waiting.empty()) ask_state(next);
  }
}

void feed::on_stream_read(reading& one, feed_read& said) {
  if (!said.failed.empty()) return end_all(one, followed::result::unavailable, said.failed);
  if (one.reader.cursor().through().whole() < said.dropped)
    return end_all(one, followed::result::gone, gone_text());
  one.held.assign(std::make_move_iterator(said.pieces.begin()),
                  std::make_move_iterator(said.pieces.end()));
  one.held_through = said.through;
  if (one.held.empty()) one.reader.pass(said.through);
  one.queued = true;
  work_.push_back(&one);
  go_on_later();
}

void feed::end_all(reading& one, followed::result why, const std::string& reason) {
  for (const auto& id : std::exchange(one.waiting, {})) {
    followers_.at(id).at = nullptr;
    end(id, why, reason);
    // The last one took all readings with it.
    if (followers_.empty()) return;
  }
  close(one);
}

// -- what is kept --------------------------------------------------------------------------------

void feed::bound_pages() {
  if (kept_bytes_ <= kept_page_bytes) return;
  for (const bool all_of_it : {false, true}) {
    kept_bytes_ = 0;
    for (auto& [text, all] : readings_)
      for (auto& each : all) {
        each.reader.forget_pages(all_of_it ? 0 : 1);
        kept_bytes_ += each.reader.bytes();
      }
    // Half of it, so that not every page leads here.
    if (kept_bytes_ <= kept_page_bytes / 2) return;
  }
}

// Whoever comes back to one of these gets another.
void feed::sweep() {
  kept_bytes_ = 0;
  for (auto& [text, all] : readings_) reading_count_ -= all.remove_if(is_idle);
  std::erase_if(readings_, [](const auto& each) { return each.second.empty(); });
  for (const auto& [text, all] : readings_)
    for (const auto& each : all) kept_bytes_ += each.reader.bytes();
}

bool feed::is_idle(const reading& one) { return one.waiting.empty() && !one.queued && !one.open; }

}  // namespace lithair::actors
