#include "models/derived/feed.hpp"

#include <algorithm>
#include <utility>

#include "models/encoding/decimal.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

constexpr std::string_view extent_key = "g";
/// What a pair costs besides its bytes.
constexpr std::uint64_t pair_cost = 64;
/// The feed is cut by this part of its limit at a time, since each cut has to look for its begin.
constexpr std::uint64_t cut_part = 64;

/// What the limit counts. The same on every node, so all drop the same.
std::uint64_t cost_of(std::string_view value) { return pair_cost + value.size(); }

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
  out.push_back({std::string(extent_key), std::move(made)});
}

std::optional<feed_extent> read_extent(const state_view& state) {
  const auto bytes = state.get(extent_key);
  if (!bytes) {
    return std::nullopt;
  }
  msgpack::reader in(*bytes);
  in.read_array();
  feed_extent made;
  made.dropped = in.read_unsigned();
  made.bytes = in.read_unsigned();
  return made;
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

/// Drops the oldest changes until there is some room again.
void cut(feed_extent& extent, std::uint64_t limit, const state_view& state, change_set& out) {
  // Somewhat below the limit, so that not every command has to cut.
  const std::uint64_t wanted = limit - limit / cut_part;
  const auto all = feed_behind(extent.dropped);
  // Behind what was dropped: the store's deleted pairs are not walked again.
  state.scan(all.lower, all.upper, state_view::direction::ascending,
             [&](std::string_view key, std::string_view value) {
               if (extent.bytes <= wanted) {
                 return false;
               }
               // Never below zero, whatever an older state counted.
               extent.bytes -= std::min(extent.bytes, cost_of(value));
               extent.dropped = index_in_feed_key(key);
               out.push_back({std::string(key), std::nullopt});
               return true;
             });
}

}  // namespace

std::string to_text(const feed_position& position) {
  return std::to_string(position.index) +
         (position.part == 0 ? "" : "." + std::to_string(position.part));
}

std::optional<feed_position> parse_feed_position(std::string_view text) {
  const auto point = text.find('.');
  const auto index = parse_count(text.substr(0, point));
  if (!index || point == std::string_view::npos) {
    return index ? std::optional(feed_position{*index, 0}) : std::nullopt;
  }
  const auto part = parse_count(text.substr(point + 1));
  // `41.0` and `0.1` are given to nobody.
  if (!part || *part == 0 || *part > 0xffffffff || *index == 0) {
    return std::nullopt;
  }
  return feed_position{*index, static_cast<std::uint32_t>(*part)};
}

stored_fields fields_before(const feed_event& event) {
  stored_fields made;
  auto was = event.was.begin();
  // Both lists rise by id and are merged as they are walked.
  for (const auto& field : event.fields) {
    while (was != event.was.end() && was->id < field.id) {
      made.push_back(*was++);
    }
    const bool changed = was != event.was.end() && was->id == field.id;
    // nil: the field came with the update, so before it there was none.
    if (!changed || was->bytes != msgpack::nil_bytes) {
      made.push_back(changed ? *was : field);
    }
    was += changed ? 1 : 0;
  }
  // Fields that the update removed.
  made.insert(made.end(), was, event.was.end());
  return made;
}

feed_position just_before(std::uint64_t index, std::uint32_t part) {
  // Before the first event of an index everything of the one before it was read.
  return part <= 1 ? feed_position{index - 1, 0} : feed_position{index, part - 1};
}

feed_scanner::found feed_scanner::next(std::string_view rest, bool reaches_end) {
  const auto wrong = reaches_end ? found::broken : found::cut;
  if (offset_ == 0) {
    msgpack::reader head(rest);
    const bool good = head.read_array() == 2;
    event_.time_us = head.read_signed();
    left_ = head.read_array();
    if (!good || !head.good()) {
      return wrong;
    }
    offset_ = rest.size() - head.rest().size();
    rest = head.rest();
  }
  msgpack::reader in(rest);
  if (left_ == 0) {
    return reaches_end && in.rest().empty() ? found::end : found::broken;
  }
  const bool good = in.read_array() == 5;
  const std::uint64_t collection_id = in.read_unsigned();
  const std::uint64_t type = in.read_unsigned();
  event_.key = in.read_binary();
  // Bytes of another kind: who reads stops here, and says so.
  if (!good || type < 1 || type > 3 || !read_fields(in, event_.fields) ||
      !read_fields(in, event_.was)) {
    return wrong;
  }
  event_.collection_id = static_cast<std::uint32_t>(collection_id);
  event_.type = static_cast<event_type>(type);
  ++event_.part;
  --left_;
  offset_ += rest.size() - in.rest().size();
  return found::event;
}

bool read_feed(std::uint64_t index, std::string_view bytes,
               const std::function<void(const feed_event&)>& visit) {
  feed_scanner all(index);
  while (true) {
    switch (all.next(bytes.substr(all.offset()), true)) {
      case feed_scanner::found::event:
        visit(all.event());
        break;
      case feed_scanner::found::end:
        return true;
      case feed_scanner::found::cut:
      case feed_scanner::found::broken:
        return false;
    }
  }
}

std::string feed_key(std::uint64_t index) {
  std::string made = "f";
  append_big_endian(made, index);
  return made;
}

std::uint64_t index_in_feed_key(std::string_view pair_key) {
  return read_big_endian(pair_key.substr(1));
}

key_range feed_behind(std::uint64_t index) {
  auto all = until_its_end("f");
  // The key and every key behind it.
  all.lower = feed_key(index) + '\0';
  return all;
}

feed_extent extent_of_feed(const state_view& state) {
  return read_extent(state).value_or(feed_extent{});
}

feed_run read_run(const state_view& state, std::uint64_t applied, std::uint64_t after,
                  std::uint64_t begun, std::size_t offset, std::size_t limit) {
  feed_run made{{}, applied};
  std::size_t room = limit;
  const auto range = feed_behind(after);
  state.scan(
      range.lower, range.upper, state_view::direction::ascending,
      [&](std::string_view key, std::string_view bytes) {
        const auto index = index_in_feed_key(key);
        // Of one that was begun the rest; beyond its end there is nothing.
        const auto from = index == begun ? std::min(offset, bytes.size()) : 0;
        bytes.remove_prefix(from);
        if (!made.pieces.empty() && bytes.size() > room) {
          made.through = made.pieces.back().index;
          return false;
        }
        // The first is cut rather than left out, for it may be larger than any limit.
        const bool whole = bytes.size() <= room;
        bytes = bytes.substr(0, room);
        room -= bytes.size();
        made.pieces.push_back({index, from, whole, std::make_shared<const std::string>(bytes)});
        if (!whole) {
          made.through = index - 1;
        }
        return whole;
      });
  return made;
}

void change_recorder::add(const transition& change) {
  const auto& fields = change.after != nullptr ? *change.after : *change.before;
  // The grammar is in the header: five members for each event.
  msgpack::write_array(events_, 5);
  msgpack::write_unsigned(events_, change.c.id);
  msgpack::write_unsigned(events_, static_cast<std::uint64_t>(type_of(change)));
  msgpack::write_binary(events_, change.key);
  write_fields(events_, fields);
  // Only an update tells what was before; of the others it is all or nothing.
  write_fields(events_, type_of(change) == event_type::updated
                            ? differences(*change.before, *change.after)
                            : stored_fields());
  ++count_;
}

void change_recorder::write(const moment& at, const state_view& state, change_set& out,
                            std::uint64_t limit) {
  // A command that changes no item leaves no pair.
  if (count_ == 0) {
    return;
  }
  const auto known = read_extent(state);
  auto extent = known ? *known : new_extent(at.index, state);
  std::string head;
  msgpack::write_array(head, 2);
  // The log's time, not this node's.
  msgpack::write_signed(head, at.time_us);
  msgpack::write_array(head, count_);
  // Moved and not copied: it may be large.
  std::string made = std::exchange(events_, {});
  made.insert(0, head);
  extent.bytes += cost_of(made);
  // Cut before the pair is added: it must never cut itself.
  if (extent.bytes > limit) {
    cut(extent, limit, state, out);
  }
  write_extent(extent, out);
  out.push_back({feed_key(at.index), std::move(made)});
}

}  // namespace lithair::models
