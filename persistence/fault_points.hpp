#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

/// Places where a crash must do no harm. Tests set a handler that ends the process (or fails) at
/// one of them; unset, a place costs one load of a quiet cache line.
namespace lithair::persistence {

/// README.md has a table of what a crash at each of them leaves.
enum class fault_point : std::uint8_t {
  append_before_commit,      ///< entries are in the transaction, nothing is on disk
  append_after_commit,       ///< entries are durable, nobody was told
  hard_state_before_commit,  ///< likewise, for a transaction that carries term and vote
  hard_state_after_commit,
  truncate_before_commit,  ///< likewise, for one that removes a tail of the log
  truncate_after_commit,
  /// what the journal kept is in the transaction, and nothing of it in the log's home
  move_before_commit,
  /// it is at home, and may be used again in the journal
  move_after_commit,
  /// the log begins elsewhere, in the transaction only
  purge_before_commit,
  /// the log begins elsewhere, durably
  purge_after_commit,
  /// as for a purge, with all entries gone
  reset_before_commit,
  reset_after_commit,
  checkpoint_before_commit,  ///< of each part, when there are several
  checkpoint_after_commit,   ///< of all
  checkpoint_pending,  ///< a checkpoint of several parts is durable, none of them is in the state
  /// some of its parts are in the state
  checkpoint_between_parts,
  snapshot_before_sync,    ///< all bytes are written to the temporary file
  snapshot_before_rename,  ///< the temporary file is durable
  snapshot_after_rename,   ///< it has its name, durably
  receive_chunk,           ///< a chunk of an incoming snapshot is in its file
  receive_before_rename,   ///< an incoming snapshot is complete and verified
  install_before_swap,     ///< the new state is built and durable, the old one in use
  install_after_swap,      ///< the new state is in use; the old one is still there, the log is as
                           ///< before
  identity_before_rename,  ///< the identity file is written beside the old one
  /// the identity file has its name, which may not be durable yet
  identity_after_rename,
};

/// All of them, in the order above, and the name of one ("append_before_commit").
std::span<const fault_point> all_fault_points();
std::string_view to_string(fault_point point);

/// Called at each place, on the thread that gets there. May throw or end the process.
using fault_handler = void (*)(fault_point);

namespace detail {
/// Read at each place, by any thread; null: nothing happens there.
extern std::atomic<fault_handler> current_fault_handler;
}  // namespace detail

/// None by default; `nullptr` takes it away. Any thread.
void set_fault_handler(fault_handler handler);

/// The code at `point` was got to. Does what the handler does, which may throw.
inline void reach(fault_point point) {
  if (auto* handler = detail::current_fault_handler.load(std::memory_order_relaxed)) handler(point);
}

}  // namespace lithair::persistence
