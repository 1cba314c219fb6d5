#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lithair::simulation::nodes {

/// What one client asked, and what it was told. Times are those of the timeline.
struct operation {
  enum class kind : std::uint8_t { create, put, patch, remove, bulk, read, list };
  enum class end : std::uint8_t {
    pending,
    done,         ///< carried out, or refused by the models
    unavailable,  ///< 503: certainly not applied
    unknown       ///< 504, or the node died
  };

  std::uint64_t id = 0;
  kind what = kind::read;
  std::string model;
  std::string key;
  std::string value;  ///< that it writes; no two operations write the same
  std::string token;  ///< an Idempotency-Key; empty: none
  std::string note;   ///< a local field that it writes; empty: none
  bool linearizable = true;
  std::uint64_t min_index = 0;
  std::uint64_t applied = 0;     ///< what the node that it asks has told to be applied
  bool must_be_refused = false;  ///< the node that it asks has told that it was removed
  std::uint64_t began = 0;
  std::uint64_t floor = 0;  ///< the newest index that anybody had been told of when it began
  std::uint64_t attempts = 0;
  bool maybe_applied = false;  ///< some attempt's outcome is unknown

  end outcome = end::pending;
  std::uint64_t ended = 0;
  std::uint16_t status = 0;
  std::uint64_t index = 0;    ///< of the command; of a read the index as of which it is answered
  std::uint64_t version = 0;  ///< of what it wrote, or of the item that it read; 0: it was not told
  bool replayed = false;
  std::map<std::string, std::string> seen;  ///< key → value, of a read; of a list all there are

  bool writes() const { return what != kind::read && what != kind::list; }
};

/// One event of an item's history, as a node tells it.
struct change {
  std::uint64_t index = 0;
  std::string type;
  std::string value;
  std::string time;
  std::int64_t time_us = 0;

  bool operator==(const change&) const = default;
};

/// Of each item, by model and key.
using histories = std::map<std::pair<std::string, std::string>, std::vector<change>>;

/// Why these answers can't have been given by one copy of the data that lost nothing; empty: they
/// can.
std::string judge(const std::vector<operation>& asked, const histories& happened);

/// What a group's clocks may have shown, as far as one wrong one among them is not heeded.
struct clock_bounds {
  std::int64_t earliest_us = 0;  ///< what is added to the time of the timeline
  std::int64_t latest_us = 0;
};

/// Why these dates can't be those of a log that goes by the clocks of a majority; empty: they can.
/// `happened` is of the items of one group, and `now` the end of the timeline.
std::string judge_dates(const std::vector<operation>& asked, const histories& happened,
                        const clock_bounds& clocks, std::uint64_t now);

/// What the item was as of an index; none: it was not.
const std::string* as_of(const std::vector<change>& history, std::uint64_t index);

}  // namespace lithair::simulation::nodes
