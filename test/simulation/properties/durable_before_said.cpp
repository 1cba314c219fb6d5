#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// A node says only what its disk already holds: term, vote and log (figure 2, persistent state).
class durable : public property {
  void on_output(const server& x, const output& out) override {
    const log_image& log = x.store.log();
    for (const envelope& e : out.messages) {
      std::visit([&x, &log, &e](const auto& m) { check(x, log, e, m); }, e.content);
    }
    if (out.commit && *out.commit > log.last())
      demand(!x.core->cached(*out.commit, *out.commit).empty(),
             "an entry to apply is neither durable nor in memory");
  }

  template <class Message>
  static void check(const server&, const log_image& log, const envelope&, const Message& m) {
    if constexpr (!std::is_same_v<Message, vote_request> &&
                  !std::is_same_v<Message, vote_response> &&
                  !std::is_same_v<Message, propose_response>) {
      demand(m.term <= log.state.term, "a term is told before it is durable");
    }
  }
  static void check(const server& x, const log_image& log, const envelope&, const vote_request& m) {
    if (m.pre) return;
    demand(log.state.term > m.term || log.state == hard_state{m.term, x.id, false},
           "a candidate asks for votes before its own is durable");
  }
  static void check(const server&, const log_image& log, const envelope& e,
                    const vote_response& m) {
    if (m.pre || !m.granted) return;
    demand(log.state.term > m.term || log.state == hard_state{m.term, e.to, false},
           "a vote is given before it is durable");
  }
  static void check(const server& x, const log_image& log, const envelope&,
                    const append_response& m) {
    if (m.success) promised(x, log, m.term, m.match);
  }
  static void check(const server& x, const log_image& log, const envelope&,
                    const heartbeat_response& m) {
    promised(x, log, m.term, m.match);
  }
  static void check(const server& x, const log_image& log, const envelope&,
                    const snapshot_response& m) {
    if (m.installed) promised(x, log, m.term, m.index);
  }
  static void promised(const server& x, const log_image& log, term_t term, index_t match) {
    // What is purged was durable; the purge itself may still be on its way to the disk.
    if (match <= log.base || match <= x.shadow.base) return;
    // An acknowledgement of an earlier term was true when it was made, and may go out together with
    // the truncation that a later leader asked for: it counts for the earlier one only.
    bool same = term < x.core->current_term() || log.term_at(match) == x.shadow.term_at(match);
    demand(log.term_at(match) && same, "entry " + std::to_string(match.value) +
                                           " is acknowledged by node " +
                                           std::to_string(x.id.value) + " in term " +
                                           std::to_string(term.value) + " before it is durable");
  }
};

}  // namespace

std::unique_ptr<property> durable_before_said() { return std::make_unique<durable>(); }

}  // namespace lithair::simulation
