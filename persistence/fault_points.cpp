#include "persistence/fault_points.hpp"

#include <array>

namespace lithair::persistence {

namespace {

using enum fault_point;

constexpr std::array points{
    append_before_commit,     append_after_commit,     hard_state_before_commit,
    hard_state_after_commit,  truncate_before_commit,  truncate_after_commit,
    move_before_commit,       move_after_commit,       purge_before_commit,
    purge_after_commit,       reset_before_commit,     reset_after_commit,
    checkpoint_before_commit, checkpoint_after_commit, checkpoint_pending,
    checkpoint_between_parts, snapshot_before_sync,    snapshot_before_rename,
    snapshot_after_rename,    receive_chunk,           receive_before_rename,
    install_before_swap,      install_after_swap,      identity_before_rename,
    identity_after_rename,
};

}  // namespace

namespace detail {
std::atomic<fault_handler> current_fault_handler = nullptr;
}

std::span<const fault_point> all_fault_points() { return points; }

std::string_view to_string(fault_point point) {
  switch (point) {
    case append_before_commit:
      return "append_before_commit";
    case append_after_commit:
      return "append_after_commit";
    case hard_state_before_commit:
      return "hard_state_before_commit";
    case hard_state_after_commit:
      return "hard_state_after_commit";
    case truncate_before_commit:
      return "truncate_before_commit";
    case truncate_after_commit:
      return "truncate_after_commit";
    case move_before_commit:
      return "move_before_commit";
    case move_after_commit:
      return "move_after_commit";
    case purge_before_commit:
      return "purge_before_commit";
    case purge_after_commit:
      return "purge_after_commit";
    case reset_before_commit:
      return "reset_before_commit";
    case reset_after_commit:
      return "reset_after_commit";
    case checkpoint_before_commit:
      return "checkpoint_before_commit";
    case checkpoint_after_commit:
      return "checkpoint_after_commit";
    case checkpoint_pending:
      return "checkpoint_pending";
    case checkpoint_between_parts:
      return "checkpoint_between_parts";
    case snapshot_before_sync:
      return "snapshot_before_sync";
    case snapshot_before_rename:
      return "snapshot_before_rename";
    case snapshot_after_rename:
      return "snapshot_after_rename";
    case receive_chunk:
      return "receive_chunk";
    case receive_before_rename:
      return "receive_before_rename";
    case install_before_swap:
      return "install_before_swap";
    case install_after_swap:
      return "install_after_swap";
    case identity_before_rename:
      return "identity_before_rename";
    case identity_after_rename:
      return "identity_after_rename";
  }
  return "unknown";
}

void set_fault_handler(fault_handler handler) { detail::current_fault_handler = handler; }

}  // namespace lithair::persistence
