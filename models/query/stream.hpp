#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/derived/feed.hpp"
#include "models/problem/outcome.hpp"
#include "models/query/list_query.hpp"
#include "models/query/query.hpp"
#include "models/query/query_cursor.hpp"

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

/// What a stream is to tell: changes of items that pass the filters, before or after the change. Of
/// an item that who follows may read no more, that it is gone: `delete`.
struct stream_query {
  const collection* target = nullptr;  ///< of the schema, which must live as long
  rights_to_ask rights;
  std::vector<filter> filters;  ///< all must hold, before or after
  std::vector<bool> wanted;     ///< per field: whether it is shown
  std::string text;             ///< the same for streams that tell the same
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
                                    std::optional<std::string_view> last_event_id,
                                    const rights_to_ask& rights = {});

/// Some of a stream, in whole events.
struct stream_text {
  std::string text;
  feed_position before;   ///< of what is up to here nothing is in the text
  feed_position through;  ///< everything up to here was looked at
  feed_position told;     ///< the id of the text's last event
};

/// One reading of the feed for a stream: it looks at each event once, and keeps its place within a
/// pair as numbers, however often it pauses. So the cost is that of what is read, and no pair has
/// to stay in memory. Pure; of one thread.
class stream_cursor {
 public:
  /// Why a reading returned.
  enum class step : std::uint8_t {
    passed,  ///< everything of the piece's pair was looked at
    full,    ///< there is as much text as was asked for
    paused,
    cut,  ///< the piece ends within an event: give a larger one, from `offset` on
  };

  /// Begins behind a position.
  stream_cursor(std::shared_ptr<const stream_query> what, feed_position after)
      : what_(std::move(what)), through_(after) {}

  /// Goes on with the next piece of the feed, of its pairs in rising order; those before the
  /// position are passed over. `limit`: bytes of text, passed by at most one event. Of a pair that
  /// can't be read to its end what can be read is told. After `full` the text has to be taken.
  [[nodiscard]] step read(const feed_piece& from, std::size_t limit, const pause& now);
  /// There is nothing else up to this index.
  void pass(std::uint64_t index);

  const stream_query& what() const { return *what_; }
  /// Everything up to here was looked at, and is told or concerns nobody.
  const feed_position& through() const { return through_; }
  /// The pair that it is within; 0: none.
  std::uint64_t index() const { return at_ ? at_->index() : 0; }
  /// In that pair: what lies before it is not needed any more.
  std::size_t offset() const { return at_ ? at_->offset() : 0; }
  bool has_text() const { return !text_.text.empty(); }
  /// Of what is up to here nothing is in the text that is not taken yet.
  const feed_position& before() const { return has_text() ? text_.before : through_; }
  /// The text so far; the next begins empty.
  stream_text take();

  /// Events taken out of pairs so far, those passed over included.
  std::uint64_t events_read() const { return read_; }

 private:
  bool passes(const feed_event& event);  ///< the collection's, and passes before or after
  bool may_read(const stored_fields& fields) const;
  void render(const feed_event& event);  ///< into `pending_`
  void tell(const feed_position& id);    ///< what is pending, if anything is

  std::shared_ptr<const stream_query> what_;
  feed_position through_;
  std::optional<feed_scanner> at_;  // within a pair
  // An event that passes, all but its id: the last of an index has the whole index for it, so it is
  // told when the next one is found.
  std::string pending_;
  bool leaves_ = false;             // may be read no more since the event that passed last
  std::uint32_t pending_part_ = 0;  // 0: there is none
  stream_text text_;
  std::uint64_t read_ = 0;
};

}  // namespace lithair::models
