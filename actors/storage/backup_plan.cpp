#include "actors/storage/backup_plan.hpp"

#include <algorithm>
#include <utility>

namespace lithair::actors {

namespace {

// A try costs next to nothing, and what was not archived may be forgotten.
constexpr std::uint64_t first_log_wait_ms = 500;
constexpr std::uint64_t longest_log_wait_ms = 30'000;
// A try writes all of the state.
constexpr std::uint64_t first_base_wait_ms = 5000;
constexpr std::uint64_t longest_base_wait_ms = 600'000;
constexpr std::uint64_t between_needed_ms = 60'000;
// Of the archive's looks.
constexpr std::uint64_t shortest_look_ms = 20;
constexpr std::uint64_t longest_rest_ms = 250;
// Beyond these it looks as rarely as it may; their product fits.
constexpr std::uint64_t most_entries = std::uint64_t{1} << 32;
constexpr std::uint64_t longest_took_ms = std::uint64_t{1} << 31;

}  // namespace

backup_plan::backup_plan(intervals every, std::uint64_t now_ms, std::uint64_t age_ms)
    : every_(every), next_base_ms_(now_ms + every.base_ms - std::min(every.base_ms, age_ms)) {
  base_.good_until = log_.good_until = now_ms;
}

// Behind a failure the wait counts, and needed or not does not.
bool backup_plan::is_base_due(std::uint64_t now_ms, bool needed) const {
  if (base_under_way_) return false;
  return now_ms >= next_base_ms_ || (needed && base_.why.empty() && now_ms >= needed_from_ms_);
}

void backup_plan::base_done(std::uint64_t now_ms) {
  base_under_way_ = false;
  base_ = {};
  base_.good_until = now_ms;
  next_base_ms_ = now_ms + every_.base_ms;
  needed_from_ms_ = now_ms + between_needed_ms;
}

void backup_plan::base_failed(std::uint64_t now_ms, std::string why) {
  base_under_way_ = false;
  fail(base_,
       {std::min(first_base_wait_ms, every_.base_ms),
        std::min(longest_base_wait_ms, every_.base_ms)},
       std::move(why));
  next_base_ms_ = now_ms + base_.wait_ms;
}

void backup_plan::log_done(std::uint64_t now_ms) {
  log_ = {};
  log_.good_until = now_ms;
  next_log_ms_ = 0;
}

void backup_plan::log_failed(std::uint64_t now_ms, std::string why) {
  fail(log_, {first_log_wait_ms, longest_log_wait_ms}, std::move(why));
  next_log_ms_ = now_ms + log_.wait_ms;
}

void backup_plan::fail(effort& what, patience with, std::string why) {
  ++failures_;
  what.why = std::move(why);
  what.wait_ms = std::min(std::max(with.first_ms, 2 * what.wait_ms), with.longest_ms);
}

bool backup_plan::lasts(const effort& what, std::uint64_t now_ms, std::uint64_t interval_ms) {
  return !what.why.empty() && now_ms > what.good_until + 2 * interval_ms;
}

archive_looks::archive_looks(std::uint64_t log_margin, std::uint64_t longest_ms)
    : quarter_(std::clamp<std::uint64_t>(log_margin / 4, 1, most_entries)),
      longest_ms_(longest_ms) {}

std::uint64_t archive_looks::next_ms(std::uint64_t now_ms, std::uint64_t settled) {
  const auto came = settled - std::min(settled, std::exchange(settled_, settled));
  const auto took = now_ms - std::min(now_ms, std::exchange(looked_ms_, now_ms));
  // Work that begins is seen soon.
  if (came == 0) return std::min(longest_ms_, longest_rest_ms);
  return std::clamp(quarter_ * std::min(took, longest_took_ms) / came,
                    std::min(shortest_look_ms, longest_ms_), longest_ms_);
}

void backup_plan::tell(std::uint64_t now_ms, backup_status& into) const {
  into.failures = failures_;
  into.trouble = base_.why;
  if (!log_.why.empty()) into.trouble += (into.trouble.empty() ? "" : "; ") + log_.why;
  into.overdue = lasts(base_, now_ms, every_.base_ms) || lasts(log_, now_ms, every_.log_ms);
}

}  // namespace lithair::actors
