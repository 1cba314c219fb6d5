#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// A leader changes the members only when the change before is committed and so is an entry of its
/// own term (the bug of single-server changes of 2015 was to omit that), and only through a joint
/// configuration when voters change.
class one_change : public property {
  void on_output(const server& x, const output& out) override {
    if (!out.write || x.core->current_role() != role::leader) return;
    for (const entry& e : out.write->entries) {
      if (e.kind != entry_kind::configuration || e.term != x.core->current_term()) continue;
      check(x, e);
    }
  }

  static void check(const server& x, const entry& change) {
    index_t before = change.index - 1;
    while (before > x.shadow.base && x.shadow.find(before)->kind != entry_kind::configuration) {
      before = before - 1;
    }
    demand(x.shadow.term_at(x.core->commit_index()) == change.term,
           "a change of members begins before an entry of the leader's term is committed");
    configuration next = *decode_configuration(change.data.view());
    configuration last = before > x.shadow.base
                             ? *decode_configuration(x.shadow.find(before)->data.view())
                             : x.shadow.base_members;
    // A leader may go back from a change that it began itself: the old voters decide in both.
    bool gives_up = last.joint() && !next.joint() && next.members == last.outgoing &&
                    x.shadow.term_at(before) == change.term;
    demand(before <= x.core->commit_index() || gives_up,
           "a change of members begins before the last is committed");
    bool enters = !last.joint() && next.joint() && next.outgoing == last.members;
    bool leaves = last.joint() && !next.joint() && next.members == last.members;
    bool keeps = !last.joint() && !next.joint() && same_voters(next.members, last.members);
    demand(enters || leaves || keeps || gives_up, "voters change without a joint configuration");
  }
};

}  // namespace

std::unique_ptr<property> one_change_at_a_time() { return std::make_unique<one_change>(); }

}  // namespace lithair::simulation
