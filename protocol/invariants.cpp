#include "protocol/invariants.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace lithair::protocol {

#ifdef LITHAIR_MUTANTS

void broken(const char* sentence) { throw std::logic_error{sentence}; }

#else

void broken(const char* sentence) {
  std::fprintf(stderr, "raft: broken invariant: %s\n", sentence);
  std::fflush(stderr);
  std::abort();
}

#endif

void invariants::check(const view& now) {
  check_state(now);
  check_step(now);
  bool same_term = state_.term == now.state.term;
  state_ = now.state;
  base_ = now.log.base();
  last_ = now.log.last();
  commit_ = now.commit;
  // It is known: `check_state` showed that `commit` is in the log, or is its base.
  commit_term_ = now.log.term_at(now.commit).value_or(commit_term_);
  applied_ = now.applied;
  // A leader that is lost from sight is still the only one that its term can have.
  if (now.leader || !same_term) leader_ = now.leader;
  led_ = now.leads;
}

void invariants::check_state(const view& now) const {
  // Only what the state has may leave the log (§7).
  require(now.log.base() <= now.applied, "the log begins after what is applied");
  require(now.applied <= now.commit, "an entry was applied before it was committed");
  require(now.commit <= now.log.last(), "the commit index is past the end of the log");
  require(now.log.durable() <= now.log.last(), "an entry is durable that is not in the log");
  // An entry has the term of the leader that made it, and whoever took it has seen that term
  // (§5.1).
  require(now.log.last_term() <= now.state.term, "the log holds an entry of a future term");
}

void invariants::check_step(const view& now) const {
  // All of these only rise: what was promised in a term, or is committed, is never taken back.
  require(state_.term <= now.state.term, "the term went back");
  require(base_ <= now.log.base(), "the log's beginning went back");
  require(commit_ <= now.commit, "the commit index went back");
  require(applied_ <= now.applied, "the applied index went back");
  // State Machine Safety (figure 3): the entry at a committed index is the same for ever.
  if (commit_ > now.log.base()) {
    require(now.log.matches(commit_, commit_term_), "a committed entry changed");
  }
  if (state_.term != now.state.term) return;
  // Each node votes for at most one candidate in a term (§5.2).
  require(!state_.voted_for || state_.voted_for == now.state.voted_for,
          "a second vote was given in one term");
  // Election Safety (figure 3).
  require(!leader_ || !now.leader || leader_ == now.leader, "one term has two leaders");
  // Leader Append-Only (figure 3).
  require(!led_ || !now.leads || last_ <= now.log.last(),
          "a leader removed entries of its own log");
}

}  // namespace lithair::protocol
