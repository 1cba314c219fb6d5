#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/derived/feed.hpp"
#include "models/problem/outcome.hpp"
#include "models/query/list_query.hpp"

/// The changes of one collection as Server-Sent Events (the HTML standard, "Server-sent events"):
///
///     id: 41
///     event: create | update | delete
///     data: {the item's exposed fields}, of a deletion {"id": its key}
///
/// The id is the index in the log; of a command that changed several items, `41.1`, `41.2` and so
/// on, and at its last one `41` again. So whoever was cut off anywhere asks with the last id that
/// it saw and misses nothing, nor sees anything twice. A message is told once in full: one `data`
/// line, which compact JSON never breaks, and a blank line behind it. An update that leaves the
/// filters is told too, so that a follower can drop the item.
namespace lithair::models {

/// What a stream is to tell: changes of items that pass the filters, before or after the change.
struct stream_query {
  const collection* target = nullptr;  ///< of the schema, which must live as long
  std::vector<filter> filters;         ///< all must hold, before or after
  std::vector<bool> wanted;            ///< per field: whether it is shown
  std::string text;                    ///< the same for streams that tell the same
};

/// A stream as it was asked for.
struct stream_request {
  std::shared_ptr<const stream_query> what;
  std::optional<feed_position> after;  ///< none: from now on
};

/// From decoded query parameters: filters as of lists, `fields`, and `after`, where to begin; an id
/// that a client was told before counts more. Unknown names and bad values are a 400.
/// `last_event_id` is the header that clients send when they connect again (HTML, "Server-sent
/// events"); an empty one counts as none.
result<stream_request> parse_stream(const collection& c,
                                    std::span<const std::pair<std::string, std::string>> parameters,
                                    std::optional<std::string_view> last_event_id);

/// The text of the events behind a position, up to about `limit` bytes. For one turn of one stream;
/// `what` must outlive it.
class stream_page {
 public:
  /// `limit` in bytes is passed by at most one event.
  stream_page(const stream_query& what, feed_position after, std::size_t limit)
      : what_(what), through_(after), limit_(limit) {}

  /// Takes the next pair of the feed; those before the position are passed over. False when the
  /// page is full, and then to be called no more. Of the feed in rising order of `index`. A pair
  /// that can't be read is passed over.
  bool add(std::uint64_t index, std::string_view bytes);

  const std::string& text() const { return text_; }  ///< whole events only; empty when none passed
  /// Everything up to here was looked at.
  feed_position through() const { return through_; }
  /// The id of the last event in the text.
  feed_position told() const { return told_; }

 private:
  bool passes(const feed_event& event) const;  ///< the collection's, and passes before or after
  void append(const feed_event& event, const feed_position& id);  ///< renders one

  const stream_query& what_;
  feed_position through_;
  feed_position told_;
  std::size_t limit_;
  std::string text_;
};

}  // namespace lithair::models
