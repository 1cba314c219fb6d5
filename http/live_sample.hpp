#pragma once

#include <string>
#include <vector>

#include "http/holdings.hpp"
#include "http/metrics.hpp"
#include "models/schema/schema.hpp"

namespace lithair::http {

/// An event of /_admin/live, whole: what /status says, and what was counted since the start, of
/// which a reader that has two of them makes rates. Some 2 KB, and 200 bytes a member;
/// put together of a few thousand relaxed loads, without file or wait.
///
///     event: sample
///     data: {"at_us", "status": {...}, "counters": {NAME: NUMBER}, "levels": {NAME: NUMBER},
///            "histograms": {NAME: {"bounds": [...], "counts": [...], "sum"}}}
///
/// A histogram has one count more than bounds: what is beyond the last one. Times are in
/// microseconds.
std::string live_event(const actors::node_status& status, const models::schema& schema,
                       const std::vector<const lane_metrics*>& lanes,
                       const std::vector<const actors::loop_meters*>& loops, const holdings& held);

}  // namespace lithair::http
