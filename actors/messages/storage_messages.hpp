#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>

#include "actors/messages/local_message.hpp"
#include "protocol/core.hpp"

namespace lithair::persistence {
class snapshot_file;
}

/// Between the loops, which must not wait for a disk, and the actors that do: the log writer, the
/// file reader and the note taker.
namespace lithair::actors {

/// Entries that the core lacks, for a peer's shipper to read from the log.
struct fetch {
  protocol::entry_fetch what;
};

struct fetched {
  protocol::entry_fetch what;
  std::vector<protocol::entry> entries;
};

/// The same for the file reader, which tells `asker` what it read: `fetched` or `disk_failed`.
struct read_log {
  protocol::group_id group;
  protocol::entry_fetch what;
  caf::actor asker;
};

/// For the file reader: bytes of a snapshot file, to be answered with `chunk_read`. The file is
/// opened by the first and given back with each answer.
struct read_chunk {
  std::string path;
  std::shared_ptr<const persistence::snapshot_file> file;
  std::uint64_t offset = 0;
  std::size_t most = 0;      ///< 0: only open it
  std::uint64_t number = 0;  ///< the asker's own, given back
};

struct chunk_read {
  std::string path;
  std::shared_ptr<const persistence::snapshot_file> file;
  std::uint64_t offset = 0;
  std::string bytes;
  std::string failed;  ///< not empty: it can't be read, and why
  std::uint64_t number = 0;
};

/// For the file reader: a file to be closed there.
struct release_file {
  std::shared_ptr<const persistence::snapshot_file> file;
};

/// For the file reader: what the node's directory takes on the disk is to be counted anew.
struct measure_directory {};

/// For the note taker: the text that DIR/peers is to hold.
struct take_note {
  std::string text;
};

/// For the note taker: make the cluster this node's, if it has none; answered with `noted`.
struct join_cluster {
  std::uint64_t cluster = 0;
};

/// For the note taker: answered with `noted` once all that was to be noted before is on the disk.
struct await_notes {};

struct noted {
  std::string failed;  ///< not empty: it is not, and why
};

/// For the log writer; the answer is `written` or `disk_failed`.
struct write_log {
  protocol::group_id group;
  protocol::log_write write;
};

struct written {
  protocol::write_token token;
};

struct disk_failed {
  std::string reason;
};

/// Follows what was found damaged in the log while the node runs: opening it finds all that is, and
/// mends it.
inline constexpr const char* damaged_log_advice =
    "; restart this node, so that it is mended from the other members";

/// There is no room for what waits to be written, which is tried again; no reason: now there is.
struct disk_full {
  std::string reason;
};

/// For the log writer: forget entries up to the point, or begin anew after it; the answer is
/// `log_cut`.
struct cut_log {
  protocol::group_id group;
  protocol::snapshot_meta
      point;  ///< to forget up to it, its index is enough: the rest is in the log
  bool begin_anew = false;
};

struct log_cut {
  protocol::snapshot_meta point;
  bool begun_anew = false;
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
LITHAIR_LOCAL_MESSAGE(await_notes)
LITHAIR_LOCAL_MESSAGE(noted)
LITHAIR_LOCAL_MESSAGE(write_log)
LITHAIR_LOCAL_MESSAGE(written)
LITHAIR_LOCAL_MESSAGE(disk_failed)
LITHAIR_LOCAL_MESSAGE(disk_full)
LITHAIR_LOCAL_MESSAGE(cut_log)
LITHAIR_LOCAL_MESSAGE(log_cut)
