#include "models/derived/change_recorder.hpp"

#include <algorithm>
#include <utility>

#include "models/encoding/msgpack.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// The feed is cut by this part of its limit at a time, since each cut has to look for its begin.
constexpr std::uint64_t cut_part = 64;
/// Pairs that are dropped in one go.
constexpr std::size_t cut_at_once = 256;
/// Longer bytes are not gathered first.
constexpr std::size_t long_bytes = 1024;

event_type type_of(const transition& change) {
  return change.after == nullptr    ? event_type::deleted
         : change.before == nullptr ? event_type::created
                                    : event_type::updated;
}

/// The fields whose bytes differ, as they were; both lists rise by id.
stored_fields differences(const stored_fields& before, const stored_fields& after) {
  stored_fields made;
  auto was = before.begin();
  auto is = after.begin();
  while (was != before.end() || is != after.end()) {
    // It was there and is gone.
    if (is == after.end() || (was != before.end() && was->id < is->id)) {
      made.push_back(*was++);
    } else if (was == before.end() || is->id < was->id) {
      // It is new: nil tells that it was absent.
      made.push_back({(is++)->id, msgpack::nil_bytes});
    } else {
      // Bytes and not values: another spelling is a change too.
      if (was->bytes != is->bytes) {
        made.push_back(*was);
      }
      ++was;
      ++is;
    }
  }
  return made;
}

void write_extent(const feed_extent& extent, change_set& out) {
  std::string made;
  msgpack::write_array(made, 2);
  msgpack::write_unsigned(made, extent.dropped);
  msgpack::write_unsigned(made, extent.bytes);
  out.push_back({std::string(feed_extent_key), std::move(made)});
}

/// A feed that begins now, in a state that may be older than it.
feed_extent new_extent(std::uint64_t index, const state_view& state) {
  // A state that has records but no feed is from before there was one: what made them can't be
  // told.
  const auto records = until_its_end("r");
  feed_extent made;
  state.scan(records.lower, records.upper, state_view::direction::ascending,
             [&](std::string_view, std::string_view) {
               made.dropped = index - 1;
               return false;
             });
  return made;
}

}  // namespace

void change_recorder::add(const transition& change) {
  const auto& fields = change.after != nullptr ? *change.after : *change.before;
  // The grammar is in the header: five members for each event.
  msgpack::write_array(scratch_, 5);
  msgpack::write_unsigned(scratch_, change.c.id);
  msgpack::write_unsigned(scratch_, static_cast<std::uint64_t>(type_of(change)));
  msgpack::write_binary(scratch_, change.key);
  append_fields(fields);
  // Only an update tells what was before; of the others it is all or nothing.
  append_fields(type_of(change) == event_type::updated ? differences(*change.before, *change.after)
                                                       : stored_fields());
  flush();
  ++count_;
}

/// As `write_fields` does, without a second copy of what is long.
void change_recorder::append_fields(const stored_fields& fields) {
  msgpack::write_map(scratch_, fields.size());
  for (const auto& each : fields) {
    msgpack::write_unsigned(scratch_, each.id);
    if (each.bytes.size() < long_bytes) {
      scratch_ += each.bytes;
    } else {
      flush();
      append(each.bytes);
    }
  }
}

void change_recorder::flush() {
  append(scratch_);
  scratch_.clear();
}

void change_recorder::append(std::string_view bytes) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (pieces_.empty() || pieces_.back().size() == feed_piece_bytes) {
      pieces_.emplace_back();
      // Few commands have more than one, but those that have fill it.
      if (pieces_.size() > 1) {
        pieces_.back().reserve(feed_piece_bytes);
      }
    }
    auto& to = pieces_.back();
    const auto part = bytes.substr(0, feed_piece_bytes - to.size());
    to += part;
    bytes.remove_prefix(part.size());
  }
}

bool change_recorder::write(const moment& at, const state_view& state, feed_layout layout,
                            change_set& out, const std::function<bool()>& is_late,
                            std::uint64_t limit) {
  // A command that changes no item leaves no pair.
  if (count_ == 0) {
    return true;
  }
  if (!extent_) {
    begin(at, state);
    // Cut before the changes are added: they must never cut themselves.
    cutting_ = extent_->bytes > limit;
  }
  // Somewhat below the limit, so that not every command has to cut.
  if (cutting_ && !cut(state, out, is_late, limit - limit / cut_part)) {
    return false;
  }
  write_extent(*extent_, out);
  write_changes(at, layout, out);
  return true;
}

void change_recorder::begin(const moment& at, const state_view& state) {
  const auto known = read_extent(state);
  extent_ = known ? *known : new_extent(at.index, state);
  msgpack::write_array(head_, 2);
  // The log's time, not this node's.
  msgpack::write_signed(head_, at.time_us);
  msgpack::write_array(head_, count_);
  extent_->bytes += feed_head{at.time_us, head_.size() + bytes_}.cost();
}

/// Drops the oldest changes until there is some room again. Whether that is so.
bool change_recorder::cut(const state_view& state, change_set& out,
                          const std::function<bool()>& is_late, std::uint64_t wanted) {
  auto& extent = *extent_;
  bool late = false;
  std::size_t dropped = 0;
  // Behind what was dropped: the store's deleted pairs are not walked again.
  const auto all = feed_behind(extent.dropped);
  state.scan(all.lower, all.upper, state_view::direction::ascending,
             [&](std::string_view key, std::string_view pair) {
               if (extent.bytes <= wanted) {
                 return false;
               }
               // Asked behind each, so that every call comes further.
               if (dropped > 0 && (dropped >= cut_at_once || is_late())) {
                 late = true;
                 return false;
               }
               const auto head = read_feed_head(pair);
               // Never below zero, whatever an older state counted.
               extent.bytes -= std::min(extent.bytes, head.cost());
               extent.dropped = index_in_feed_key(key);
               out.push_back({std::string(key), std::nullopt});
               for (std::uint32_t i = 0; i < head.pieces; ++i) {
                 out.push_back({feed_piece_key(extent.dropped, i), std::nullopt});
               }
               dropped += 1 + head.pieces;
               return true;
             });
  return !late;
}

void change_recorder::write_changes(const moment& at, feed_layout layout, change_set& out) {
  auto& first = pieces_.front();
  first.insert(0, head_);
  const auto all = head_.size() + bytes_;
  if (layout == feed_layout::one_pair) {
    first.reserve(all);
    for (std::size_t i = 1; i < pieces_.size(); ++i) {
      first += std::exchange(pieces_[i], {});
    }
  }
  if (first.size() == all) {
    out.push_back({feed_key(at.index), std::move(first)});
    return;
  }
  std::string told;
  msgpack::write_array(told, 4);
  msgpack::write_signed(told, at.time_us);
  msgpack::write_unsigned(told, all);
  msgpack::write_unsigned(told, first.size());
  msgpack::write_unsigned(told, feed_piece_bytes);
  out.push_back({feed_key(at.index), std::move(told)});
  std::uint32_t number = 0;
  for (auto& each : pieces_) {
    out.push_back({feed_piece_key(at.index, number++), std::move(each)});
  }
}

}  // namespace lithair::models
