#pragma once

#include <cstdint>
#include <string>

#include "actors/messages/status_messages.hpp"

namespace lithair::actors {

/// When a node makes its next base and when it tries to archive its log again after a failure, and
/// what it tells of both. Pure: times are given, in milliseconds of a steady clock.
class backup_plan {
 public:
  /// Both from 1.
  struct intervals {
    std::uint64_t base_ms = 0;
    std::uint64_t log_ms = 0;
  };
  /// `age_ms`: of the newest base that is there already; none: as long as you like.
  backup_plan(intervals every, std::uint64_t now_ms, std::uint64_t age_ms);

  /// Whether a base is to be begun; `needed`: what is archived now has none to go on from. Behind
  /// one that is done it takes a minute until another is needed: where the log is forgotten faster
  /// than it is archived, bases must not follow each other without end.
  bool is_base_due(std::uint64_t now_ms, bool needed) const;
  void base_begun() { base_under_way_ = true; }
  void base_done(std::uint64_t now_ms);
  void base_failed(std::uint64_t now_ms, std::string why);

  /// Whether the log may be copied, or it is too early to try again.
  bool is_log_due(std::uint64_t now_ms) const { return now_ms >= next_log_ms_; }
  void log_done(std::uint64_t now_ms);
  void log_failed(std::uint64_t now_ms, std::string why);

  /// Fills in failures, trouble and whether it lasts.
  void tell(std::uint64_t now_ms, backup_status& into) const;

 private:
  // Something that may fail again and again.
  struct effort {
    std::string why;               // it fails; empty: it does not
    std::uint64_t good_until = 0;  // it failed for the first time behind this
    std::uint64_t wait_ms = 0;     // until it is tried again, longer each time
  };
  // Of the first try behind a failure, and of the rarest.
  struct patience {
    std::uint64_t first_ms;
    std::uint64_t longest_ms;
  };
  static bool lasts(const effort& what, std::uint64_t now_ms, std::uint64_t interval_ms);
  void fail(effort& what, patience with, std::string why);

  intervals every_;
  std::uint64_t next_base_ms_;
  std::uint64_t needed_from_ms_ = 0;  // a base that is needed may be begun
  std::uint64_t next_log_ms_ = 0;
  bool base_under_way_ = false;
  effort base_;
  effort log_;
  std::uint64_t failures_ = 0;
};

/// When the archive looks for new entries: by the next time a quarter of what the log keeps may
/// have come, at the rate of the last, so that it forgets none before they were copied. Pure, as
/// above.
class archive_looks {
 public:
  /// `log_margin`: entries that the log keeps behind a checkpoint; `longest_ms`: from 1.
  archive_looks(std::uint64_t log_margin, std::uint64_t longest_ms);
  /// It looks now, and the log is settled up to there: in how many ms it looks again.
  std::uint64_t next_ms(std::uint64_t now_ms, std::uint64_t settled);

 private:
  std::uint64_t quarter_;
  std::uint64_t longest_ms_;
  std::uint64_t looked_ms_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace lithair::actors
