#include "models/derived/feed.hpp"

#include <algorithm>
#include <utility>

#include "models/encoding/decimal.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// What a pair costs besides its bytes.
constexpr std::uint64_t pair_cost = 64;
/// Of an event that lies in two pieces, as a guess.
constexpr std::size_t event_bytes = 16 << 10;
/// More pieces than any command leaves; so broken bytes lead nowhere.
constexpr std::uint64_t max_pieces = 1 << 16;

/// So many bytes of the changes from an offset on, which are there; fewer where a piece is missing.
std::string read_bytes(const state_view& state, std::uint64_t index, const feed_head& head,
                       std::string_view pair, std::uint64_t offset, std::size_t size) {
  if (head.pieces == 0) {
    return std::string(pair.substr(offset, size));
  }
  std::string made;
  made.reserve(size);
  while (made.size() < size) {
    const std::uint64_t at = offset + made.size();
    const auto number = at < head.first ? 0 : 1 + (at - head.first) / head.others;
    const auto begin = number == 0 ? 0 : head.first + (number - 1) * head.others;
    const auto piece = state.get(feed_piece_key(index, static_cast<std::uint32_t>(number)));
    if (!piece || piece->size() <= at - begin) {
      break;
    }
    made.append(*piece, at - begin, size - made.size());
  }
  return made;
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

std::size_t feed_pair::bytes() const {
  std::size_t sum = 0;
  for (const auto& each : pieces) {
    sum += each->size();
  }
  return sum;
}

feed_piece feed_pair::from(std::size_t offset, std::size_t least) const {
  std::size_t begin = 0;
  std::size_t at = 0;
  // Few and long, so a walk is fine.
  while (at + 1 < pieces.size() && offset >= begin + pieces[at]->size()) {
    begin += pieces[at++]->size();
  }
  const auto& first = pieces[at];
  const bool is_last = at + 1 == pieces.size();
  if (is_last || begin + first->size() >= offset + std::max<std::size_t>(least, 1)) {
    return {index, begin, is_last, first};
  }
  auto made = std::make_shared<std::string>();
  made->reserve(least);
  for (auto skipped = offset - begin; at < pieces.size() && made->size() < least; ++at) {
    made->append(*pieces[at], std::exchange(skipped, 0), least - made->size());
  }
  const bool whole = at == pieces.size() && offset + made->size() == bytes();
  return {index, offset, whole, std::move(made)};
}

bool read_feed(const feed_pair& pair, const std::function<void(const feed_event&)>& visit) {
  feed_scanner all(pair.index);
  auto piece = pair.from(0);
  std::size_t least = 0;
  while (true) {
    const auto rest = std::string_view(*piece.bytes).substr(all.offset() - piece.offset);
    switch (all.next(rest, piece.reaches_end)) {
      case feed_scanner::found::event:
        visit(all.event());
        least = 0;
        break;
      case feed_scanner::found::end:
        return true;
      case feed_scanner::found::cut:
        // First what comes next, then more of it until the event is whole.
        piece = pair.from(all.offset(), least);
        least = least == 0 ? event_bytes : 4 * least;
        break;
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

std::string feed_piece_key(std::uint64_t index, std::uint32_t number) {
  std::string made = "c";
  append_big_endian(made, index);
  append_big_endian(made, number);
  return made;
}

bool is_of_feed(std::string_view key, std::uint64_t index) {
  return key.size() >= 9 && (key.front() == 'f' || key.front() == 'c') &&
         index_in_feed_key(key) == index;
}

std::uint64_t feed_head::cost() const { return pair_cost + bytes; }

feed_head read_feed_head(std::string_view pair) {
  feed_head made{0, pair.size()};
  msgpack::reader in(pair);
  const auto parts = in.read_array();
  made.time_us = in.read_signed();
  if (parts != 4) {
    return made;
  }
  feed_head parted{made.time_us, in.read_unsigned()};
  parted.first = in.read_unsigned();
  parted.others = in.read_unsigned();
  if (!in.finished() || parted.first == 0 || parted.others == 0 || parted.first > parted.bytes) {
    return made;
  }
  const auto rest = (parted.bytes - parted.first + parted.others - 1) / parted.others;
  parted.pieces = static_cast<std::uint32_t>(1 + std::min(rest, max_pieces));
  return parted;
}

bool is_head_of_pieces(std::string_view key, std::string_view pair) {
  return key.starts_with('f') && read_feed_head(pair).pieces > 0;
}

feed_pair read_feed_pair(const state_view& state, std::uint64_t index, std::string_view pair) {
  feed_pair made{index, {}};
  const auto head = read_feed_head(pair);
  if (head.pieces == 0) {
    made.pieces.push_back(std::make_shared<const std::string>(pair));
  }
  for (std::uint32_t i = 0; i < head.pieces; ++i) {
    auto piece = state.get(feed_piece_key(index, i));
    if (!piece) {
      break;
    }
    made.pieces.push_back(std::make_shared<const std::string>(std::move(*piece)));
  }
  // Of a pair whose pieces are gone something is left that can be looked at.
  if (made.pieces.empty()) {
    made.pieces.push_back(std::make_shared<const std::string>());
  }
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

std::optional<feed_extent> read_extent(const state_view& state) {
  const auto bytes = state.get(feed_extent_key);
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

feed_extent extent_of_feed(const state_view& state) {
  return read_extent(state).value_or(feed_extent{});
}

feed_run read_run(const state_view& state, std::uint64_t applied, std::uint64_t after,
                  std::uint64_t begun, std::size_t offset, std::size_t limit) {
  feed_run made{{}, applied};
  std::size_t room = limit;
  const auto range = feed_behind(after);
  state.scan(range.lower, range.upper, state_view::direction::ascending,
             [&](std::string_view key, std::string_view pair) {
               const auto index = index_in_feed_key(key);
               if (index > applied) {
                 return false;
               }
               const auto head = read_feed_head(pair);
               // Of one that was begun the rest; beyond its end there is nothing.
               const auto from = index == begun ? std::min<std::uint64_t>(offset, head.bytes) : 0;
               const auto rest = head.bytes - from;
               if (!made.pieces.empty() && rest > room) {
                 made.through = made.pieces.back().index;
                 return false;
               }
               // The first is cut rather than left out, for it may be larger than any limit.
               const auto size = rest <= room ? static_cast<std::size_t>(rest) : room;
               auto bytes = read_bytes(state, index, head, pair, from, size);
               // Behind a piece that is missing there is nothing to wait for.
               const bool whole = rest <= room || bytes.size() < size;
               room -= size;
               made.pieces.push_back(
                   {index, from, whole, std::make_shared<const std::string>(std::move(bytes))});
               if (!whole) {
                 made.through = index - 1;
               }
               return whole;
             });
  return made;
}

}  // namespace lithair::models
