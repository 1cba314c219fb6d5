#include <algorithm>
#include <map>

#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// What a leader commits lies on the disks of a majority, of both majorities when the configuration
/// is joint. A disk that was lost since counts as having had it.
class on_a_quorum : public property {
 public:
  explicit on_a_quorum(const servers& all) : all_(all) {}

 private:
  void on_start(const server& x) override { seen_[x.id] = seen{}; }

  void on_step(const server& x) override {
    index_t commit = x.core->commit_index();
    bool leads = x.core->current_role() == role::leader;
    seen before = std::exchange(seen_[x.id], seen{commit, leads});
    // What it knew as a follower was another leader's to judge, maybe by another configuration.
    if (!leads || !before.led || commit <= before.commit) return;
    std::optional<term_t> term = x.shadow.term_at(commit);
    if (!term || commit == x.shadow.base) return;
    // The configuration may have changed in the same step: any in force since the entry will do.
    bool fine = holds(x.core->members(), commit, *term);
    for (index_t i = x.shadow.last(); !fine && i > x.shadow.base; i = i - 1) {
      const entry& e = *x.shadow.find(i);
      if (e.kind != entry_kind::configuration) continue;
      fine = holds(*decode_configuration(e.data.view()), commit, *term);
      if (i <= commit) break;
    }
    demand(fine || holds(x.shadow.base_members, commit, *term),
           "entry " + std::to_string(commit.value) + " is committed without a majority");
  }

  bool holds(const configuration& members, index_t index, term_t term) const {
    return majority(members.members, index, term) &&
           (!members.joint() || majority(members.outgoing, index, term));
  }

  bool majority(const std::vector<member>& members, index_t index, term_t term) const {
    std::size_t voters = 0;
    std::size_t holders = 0;
    for (const member& m : members) {
      if (!m.voter) continue;
      ++voters;
      const server& x = *all_[m.id.value - 1];
      bool purged = index <= x.store.log().base;
      holders += x.wiped || purged || x.store.log().term_at(index) == term ? 1 : 0;
    }
    return holders > voters / 2;
  }

  const servers& all_;
  struct seen {
    index_t commit;
    bool led = false;
  };
  std::map<node_id, seen> seen_;
};

}  // namespace

std::unique_ptr<property> commit_on_a_quorum(const servers& all) {
  return std::make_unique<on_a_quorum>(all);
}

}  // namespace lithair::simulation
