#include "http/backup_metrics.hpp"

namespace lithair::http {

using namespace exposition;

void add_backups(families& all, const actors::node_status& main) {
  if (!main.backups) return;
  const auto& x = *main.backups;
  gauge(all, "backup_last_success_timestamp_seconds",
        "When the newest base was kept, in Unix time; 0: none is.",
        static_cast<double>(x.base_time_us) / 1e6);
  gauge(all, "backup_base_index", "The entry that the newest base is as of.", number(x.base_index));
  gauge(all, "backup_base_bytes", "Size of the newest base.", number(x.base_bytes));
  gauge(all, "backup_archived_index", "The last entry of the archived log.",
        number(x.archived_index));
  counter(all, "backup_bytes_total", "Bases that were kept.", number(x.bytes));
  counter(all, "backup_failures_total", "Bases and pieces of the log that could not be kept.",
          number(x.failures));
  counter(all, "backup_gaps_total", "Gaps of the archived log.", number(x.gaps));
}

}  // namespace lithair::http
