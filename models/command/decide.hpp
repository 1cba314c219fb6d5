#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/command/command.hpp"
#include "models/command/command_rights.hpp"
#include "models/derived/history.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

/// What one accepted operation did.
struct decision {
  std::uint16_t status = 200;  ///< 200 changed, 201 created, 204 removed
  std::string key;             ///< the item's, in stored form
  std::uint64_t size = 0;      ///< of the record as it is now; 0: the item is gone
  std::string bytes;           ///< the record itself, where `setting::tells` wants it
  std::uint64_t created = 0;   ///< the log index of the item's creation; 0: it is gone
  std::uint64_t version = 0;   ///< the item's: the entry, or the old one where nothing changed
};

/// See models/derived/change_recorder.hpp.
class change_recorder;
/// See models/command/merges_ahead.hpp.
class merges_ahead;

/// What an operation is decided with, besides the state. The same for all operations of a command.
/// What it refers to must outlive it.
struct setting {
  const schema& models;               ///< of this group
  moment at;                          ///< index and time of the log entry
  change_recorder* record = nullptr;  ///< is told of every change; none: nobody wants to know
  merges_ahead* merges = nullptr;     ///< what may be merged already; none: nothing is
  bool tells = true;                  ///< somebody wants to be told what items are now
  std::uint64_t max_item = default_max_item;  ///< bytes of a record, but for one that had more
  std::vector<command_rights> rights = {};    ///< what rules let who asked do
};

/// Decides one operation against the state as of just before it. Accepted: its changes are added to
/// `out` and take effect for nobody before the caller makes them. Refused: nothing is added.
///
/// What refers to a deleted item is the executor's part, not this one's. Refusals, in this order:
/// preconditions (412), not there (404) or there already (409), access rules (403), immutable
/// fields, merges and rules (422), the record's size (413), unique values (409), references (422).
/// The order is fixed, so that every node refuses with the same words. An item that who asked may
/// not read counts as none but where another can't take its key. A patch that leaves all as it was
/// is no change: it adds nothing, not even a version or an event. `state` has what earlier
/// operations of the command did. The views in `part` must live as long as the call.
result<decision> decide(const setting& with, const collection& c, const operation_part& part,
                        const state_view& state, change_set& out);

}  // namespace lithair::models
