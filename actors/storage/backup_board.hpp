#pragma once

#include <mutex>
#include <utility>

#include "actors/messages/status_messages.hpp"

namespace lithair::actors {

/// Where the log archiver writes how backups stand, and status pages read it. Any thread; nobody
/// holds it for longer than a copy takes.
class backup_board {
 public:
  /// As of the last time that it was told.
  backup_status now() const {
    const std::lock_guard guard{mutex_};
    return status_;
  }
  void tell(backup_status status) {
    const std::lock_guard guard{mutex_};
    status_ = std::move(status);
  }

 private:
  mutable std::mutex mutex_;
  backup_status status_;
};

}  // namespace lithair::actors
