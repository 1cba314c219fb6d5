#pragma once

#include <cstdint>
#include <string_view>

namespace lithair::protocol {

/// Why a message is ignored: the core changes nothing for it, neither term, vote, log nor timers.
enum class objection : std::uint8_t {
  /// `step` heeds it, which may still mean to drop it as late or repeated
  none,
  sender,         ///< it names no sender, or this node itself
  no_term,        ///< nobody leads or campaigns in term 0
  stranger,       ///< no member says that, or a leader that we know is alive
  term_too_far,   ///< no honest node is so many terms ahead
  index_too_far,  ///< no log is so long
  gap,            ///< its entries do not follow each other
  disorder,       ///< the terms of its entries go back, or pass the message's own
  contradiction,  ///< it differs from an entry that is committed
  bad_payload,    ///< an entry can't hold what it holds
  bad_snapshot,   ///< the snapshot has no place in a log, or no members
  second_leader,  ///< this term has another leader
  leader_alive,   ///< a vote is asked for while a leader is alive (thesis §4.2.3)
  forgetful,      ///< this node lost what it once promised, and does not vote
};

/// One sentence for people, without its full stop.
std::string_view describe(objection why);

}  // namespace lithair::protocol
