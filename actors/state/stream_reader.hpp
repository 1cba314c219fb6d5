#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages/feed_messages.hpp"
#include "models/query/stream.hpp"

namespace lithair::actors {

/// Some of a stream as its followers get it. Who stands anywhere from `from` to `before` misses
/// nothing by taking it, and is told nothing twice.
struct stream_page {
  models::feed_position from;
  models::feed_position before;   ///< nothing of the text is at it or before it
  models::feed_position through;  ///< everything up to here was looked at
  models::feed_position told;     ///< the id of the text's last event
  std::shared_ptr<const std::string> text;
};

/// What all who follow the same stream are told: each event is looked at and rendered once, and the
/// text is shared. The latest pages stay for those who come a little later. Pure; of one thread.
///
///     pages:  [from .. before| text |told]  [from .. before| text |told]   end: [told .. reached]
///
/// It reads when somebody stands at its end, and whoever is farther back than its pages needs a
/// reader of his own until he has caught up.
class stream_reader {
 public:
  /// Bytes of text in a page; passed by one event.
  static constexpr std::size_t page_bytes = 128 << 10;

  /// Begins behind a position.
  stream_reader(std::shared_ptr<const models::stream_query> what, models::feed_position after)
      : cursor_(std::move(what), after), end_(after) {}

  const models::stream_query& what() const { return cursor_.what(); }
  /// The page for who stands there; null: none of those that are here.
  const stream_page* page_for(const models::feed_position& at) const;
  /// Whether who stands there waits for the next page.
  bool waits_at(const models::feed_position& at) const {
    return end_ <= at && at <= cursor_.before();
  }
  /// Everything up to here is told or concerns nobody.
  const models::feed_position& reached() const { return cursor_.before(); }

  /// Reads on; see stream_cursor. Once it is `full`, `end_page` must follow.
  models::stream_cursor::step read(const models::feed_piece& from, const models::pause& now) {
    return cursor_.read(from, page_bytes, now);
  }
  /// There is nothing else up to this index.
  void pass(std::uint64_t index) { cursor_.pass(index); }
  /// Makes a page of what was read, unless that is nothing. True: there is a new one.
  bool end_page();
  /// Where it reads on.
  const models::stream_cursor& cursor() const { return cursor_; }

  std::size_t bytes() const { return bytes_; }  ///< of all pages
  /// Of the latest page; 0 without one.
  std::size_t latest_bytes() const { return pages_.empty() ? 0 : pages_.back().text->size(); }
  /// Lets go of all pages but so many of the latest.
  void forget_pages(std::size_t but);

 private:
  models::stream_cursor cursor_;
  models::feed_position end_;      // nothing between it and the cursor's `before` was told
  std::deque<stream_page> pages_;  // rising
  std::size_t bytes_ = 0;
};

}  // namespace lithair::actors
