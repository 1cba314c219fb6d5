#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/command/request.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/state/record.hpp"

/// A command as it stands in the log:
///
///     command    := format:byte(2) [shape, time, [operation, ...], token (, judged (, most))]
///                 | format:byte(3)
///                       [shape, time, [operation, ...], token, judged, most, by, rights]
///                 | format:byte(4)
///                       [shape, time, [operation, ...], token, judged, most, by, rights, feed]
///     operation  := [op, collection id, key, conditions, {field id: value or nil, ...}]
///     conditions := nil | [any, none, [version, ...]]
///     token      := nil | [scope, key, digest]
///     judged     := [[collection id, field id], ...], if any
///
/// in msgpack behind the first byte. `fields` of create and replace are the item with its defaults
/// (replace leaves out what is immutable and was not given); of patch what changes, nil removes; of
/// remove nothing. `judged` are those fields that are judged while the command is applied: a node
/// whose models lack one would judge otherwise than the others, and must not try.
///
///     shape      := 1 single | 2 bulk | 3 transaction
///     op         := 1 create | 2 replace | 3 patch | 4 remove
///     time       := microseconds since 1970, of who made the command
///     most       := bytes that an item may take, where that is not `default_max_item`
///     by         := who asked, or ""
///     rights     := what rules let them do, in bytes: models/command/command_rights.hpp, or none
///     feed       := bytes that the feed may hold, which is not `max_feed_bytes`
///     any, none  := bool: `If-Match: *`, `If-None-Match: *`
///
/// Commands are read again from logs of earlier versions, so the format may only grow: another
/// first byte for what can't be read as this, or is to be applied otherwise. Format 1 is laid out
/// the same; what its commands change lies in one pair of the feed, however large.
namespace lithair::models {

/// What the request was, which decides how it is answered. A single command has one operation.
enum class command_shape : std::uint8_t { single = 1, bulk = 2, transaction = 3 };

/// One operation on one item. Its views lie in the command's bytes, or in what its maker keeps.
struct operation_part {
  operation op = operation::create;  ///< what is done
  std::uint32_t collection_id = 0;   ///< of the target
  std::string_view key;              ///< the item's, in stored form
  preconditions conditions;          ///< what must hold of the item before
  stored_fields fields;              ///< lie in the command's bytes
  /// It follows from the deletion of what the item refers to: no rule is asked.
  bool follows = false;
};

/// What an `Idempotency-Key` becomes: requests are the same when all three are.
struct request_token {
  std::string_view scope;   ///< collection and method
  std::string_view key;     ///< the digest of the client's key
  std::string_view digest;  ///< of the request itself
};

/// A field by its ids.
struct field_name {
  std::uint32_t collection_id = 0;  ///< its `stable_id`
  std::uint32_t field_id = 0;       ///< that of the field's name

  bool operator==(const field_name&) const = default;
};

/// A command taken apart; cheap to make, owns none of its bytes.
struct command {
  command_shape shape = command_shape::single;  ///< how many operations, and how it is answered
  /// Microseconds since 1970; replaced by the log's time where it has one.
  std::int64_t time_us = 0;
  std::vector<operation_part> operations;  ///< in the order in which they are done
  std::optional<request_token> token;      ///< none: the request had no `Idempotency-Key`
  std::vector<field_name> judged;          ///< each once
  command_limits most;                     ///< what it may make of items and the feed
  std::string_view by;                     ///< who asked; empty: nobody said
  std::string_view
      rights;  ///< what rules let them do, see command_rights.hpp; empty: no rule binds
  bool is_of_format_1 = false;  ///< it was read so; it is never written so
};

/// More operations than any command has. It bounds the time that one log entry takes on every node,
/// and what a broken entry can allocate.
inline constexpr std::size_t max_operations = 10'000;

/// Whether a command that names the field is decided, in apply, by what the field is declared as.
/// That is: merged, json, immutable, unique, tracked or a reference. All other fields are put down
/// as the command has them, whatever a node knows of them.
bool is_judged(const field& f);
/// Adds an operation, and what of its fields is judged. Its views must outlive the command. Each
/// field is noted once, however many operations name it.
void add_operation(command& to, const collection& c, operation_part part);
/// Whether these models have all that the command is about, so that it can be applied. False must
/// stop the node from applying: to skip the entry would make it differ for ever.
bool is_known(const schema& s, const command& what);

/// The bytes for the log, in the grammar above. The same command gives the same bytes.
std::string write_command(const command& what);
/// The same bit by bit, for there may be many operations.
class command_writer {
 public:
  explicit command_writer(const command& what);  ///< must live, and stay so, until it is done
  /// Whether it is done; `is_late` is asked between operations.
  bool go_on(const std::function<bool()>& is_late);
  std::string take() { return std::move(out_); }  ///< once it is done

 private:
  void begin();
  void finish();

  const command& what_;
  std::size_t next_ = 0;  // operation
  std::string out_;
};

/// The result's views lie in `bytes`. None for bytes of another format or that are no command.
/// Lenient in nothing: ids that do not fit, fields out of order and bytes behind the end make it
/// none.
std::optional<command> read_command(std::string_view bytes);

/// The same bit by bit, for there may be many operations.
class command_reader {
 public:
  explicit command_reader(std::string_view bytes);  ///< must live until it is done
  /// Whether it is done; `is_late` is asked between some operations.
  bool go_on(const std::function<bool()>& is_late);
  /// What was read of it.
  const std::vector<operation_part>& so_far() const { return made_.operations; }
  std::optional<command> take();  ///< once it is done

 private:
  void begin(std::string_view bytes);
  void finish();

  msgpack::reader in_;
  command made_;
  std::size_t parts_ = 0;
  std::size_t left_ = 0;  // operations
  bool good_ = false;
  bool done_ = false;
};

/// Whether a command in the log's form removes items and does nothing else, so that it takes little
/// and leaves more room than there was.
bool only_removes(std::string_view bytes);

}  // namespace lithair::models
