#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/typed_actor.hpp>

#include "actors/messages/handles.hpp"
#include "actors/messages/local_message.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {
class snapshot_file;
}

/// Between the loops, which must not wait for a disk, and the actors that do: the log writer, the
/// file reader and the note taker. Each takes its messages in order and answers in that order.
namespace lithair::actors {

/// From the raft actor to a peer's shipper: entries that the core lacks for that peer, to be read
/// from the log. The answer is the file reader's, `fetched`, and goes to the raft actor.
struct fetch {
  protocol::entry_fetch what;  ///< given back; it bears the term that asks
};

/// The file reader's answer to `read_log`.
struct fetched {
  protocol::entry_fetch what;            ///< as it was asked
  std::vector<protocol::entry> entries;  ///< from `what.first` on; empty: they can't be had
};

/// For the file reader: entries to be read, for a peer or (no peer) for the state. It tells `asker`
/// what it read, with `fetched`; when it could not, with `disk_failed` and then an empty `fetched`.
struct read_log {
  protocol::group_id group;            ///< whose log
  protocol::entry_fetch what;          ///< which entries, and about how many bytes of them
  taking<fetched, disk_failed> asker;  ///< who is told
};

/// From a shipper to the file reader: bytes of a snapshot file, to be answered with `chunk_read`.
/// The file is opened by the first and given back with each answer.
struct read_chunk {
  std::string path;  ///< of the file; only the first of a file looks at it
  std::shared_ptr<const persistence::snapshot_file> file;  ///< open already; none: open it
  std::uint64_t offset = 0;                                ///< of the first byte that is wanted
  /// Bytes, fewer at the file's end; 0: only open it
  std::size_t most = 0;
  std::uint64_t number = 0;  ///< the asker's own, given back
};

/// The file reader's answer to `read_chunk`.
struct chunk_read {
  std::string path;  ///< as it was asked
  /// for the next; none when it can't be opened
  std::shared_ptr<const persistence::snapshot_file> file;
  std::uint64_t offset = 0;  ///< as it was asked
  std::string bytes;         ///< from there; empty at the end of the file, and when only opened
  /// Why it can't be read; empty: it was
  std::string failed;
  std::uint64_t number = 0;  ///< as it was asked: an answer of an earlier transfer is known by it
};

/// From a shipper to the file reader: a file to be closed there, since closing one may wait for the
/// disk. No answer.
struct release_file {
  std::shared_ptr<const persistence::snapshot_file> file;  ///< moved in: the sender keeps none
};

/// For the file reader: what the node's directory takes on the disk is to be counted anew. No
/// answer: the number is written where status pages look.
struct measure_directory {};

/// For the note taker: the text that DIR/peers is to hold; from the peer registry. No answer;
/// `await_notes` tells when it is there. Of several that wait only the last is written.
struct take_note {
  std::string text;  ///< the whole file
};

/// For the note taker, from the node: what is to be remembered of the models, from now on.
struct take_models {
  std::string text;  ///< of a model file
};

/// For the note taker, from the gate and the shippers: make the cluster this node's, if it has
/// none; answered with `noted`.
struct join_cluster {
  std::uint64_t cluster = 0;  ///< the peer's; 0: it has none either, and nothing is done
  bool founds = false;        ///< nobody's yet: this node founds it
};

/// For the note taker, from the gate and the shippers: answered with `noted` once all that was to
/// be noted before is on the disk. A peer is welcomed only then.
struct await_notes {};

/// The note taker's answer to `join_cluster` and `await_notes`.
struct noted {
  /// Why it is not on the disk, or can't be: a sentence; empty: it is
  std::string failed;
};

/// From a raft actor to the log writer; the answer is `written` or `disk_failed`. Writes of one
/// group become durable in their order.
struct write_log {
  protocol::group_id group;   ///< whose log
  protocol::log_write write;  ///< as the core gave it out
};

/// From the log writer to the log settler: what was written fast is to be brought where it stays.
/// Answered with `log_settled`.
struct settle_log {};

/// The log settler's answer, whatever became of it: what failed is said by the next write.
struct log_settled {};

/// From the log writer: this write and all of the group before it are durable. Of several that
/// shared a transaction only the last is told.
struct written {
  protocol::write_token token;  ///< of the write
};

/// A disk failed, or what it holds can't be trusted: the group goes out of service until the next
/// start. From the log writer, the file reader, the aggregate or the checkpointer to a raft actor.
struct disk_failed {
  std::string reason;  ///< a sentence
};

/// Follows what was found damaged in the log while the node runs: opening it finds all that is, and
/// mends it.
inline constexpr const char* damaged_log_advice =
    "; restart this node, so that it is mended from the other members";

/// From the log writer to the raft actors whose writes wait: there is no room, and it is tried
/// again.
struct disk_full {
  std::string reason;  ///< a sentence; empty: now there is room, and what waited is written
};

/// From a raft actor to the log writer: forget entries up to the point, or begin anew after it; the
/// answer is `log_cut`, later where there is no room.
struct cut_log {
  protocol::group_id group;  ///< whose log
  /// To forget up to it, its index is enough: the rest is in the log
  protocol::snapshot_meta point;
  bool begin_anew = false;  ///< the whole log is void: a snapshot took its place
};

/// The log writer's answer to `cut_log`: it is done, durably.
struct log_cut {
  protocol::snapshot_meta point;  ///< as it was asked
  bool begun_anew = false;        ///< likewise
};

}  // namespace lithair::actors

LITHAIR_LOCAL_MESSAGE(fetch)
LITHAIR_LOCAL_MESSAGE(fetched)
LITHAIR_LOCAL_MESSAGE(read_log)
LITHAIR_LOCAL_MESSAGE(read_chunk)
LITHAIR_LOCAL_MESSAGE(chunk_read)
LITHAIR_LOCAL_MESSAGE(release_file)
LITHAIR_LOCAL_MESSAGE(measure_directory)
LITHAIR_LOCAL_MESSAGE(take_note)
LITHAIR_LOCAL_MESSAGE(join_cluster)
LITHAIR_LOCAL_MESSAGE(take_models)
LITHAIR_LOCAL_MESSAGE(await_notes)
LITHAIR_LOCAL_MESSAGE(noted)
LITHAIR_LOCAL_MESSAGE(write_log)
LITHAIR_LOCAL_MESSAGE(written)
LITHAIR_LOCAL_MESSAGE(disk_failed)
LITHAIR_LOCAL_MESSAGE(disk_full)
LITHAIR_LOCAL_MESSAGE(cut_log)
LITHAIR_LOCAL_MESSAGE(log_cut)
