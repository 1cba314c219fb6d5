#include "http/group_metrics.hpp"

#include <string>
#include <utility>

#include "http/histogram_metric.hpp"

namespace lithair::http {

namespace {

using namespace exposition;

// -- groups --------------------------------------------------------------------------------------

using statuses = std::vector<actors::node_status>;

label group_of(const actors::node_status& status) {
  return {"group", std::to_string(status.raft.group.value)};
}

void add_roles(families& all, const statuses& groups) {
  auto& to = family(all, MetricType::Gauge, "raft_role", "1 for the role that the node has now.");
  for (const auto& x : groups) {
    using protocol::role;
    const std::pair<const char*, bool> roles[] = {
        {"leader", x.raft.now == role::leader},
        {"follower", x.raft.now == role::follower},
        {"candidate", x.raft.now == role::candidate || x.raft.now == role::pre_candidate},
        {"learner", x.raft.now == role::learner},
    };
    // A series for each role: the one that is held has 1.
    for (const auto& [name, held] : roles) add(to, held ? 1 : 0, {group_of(x), {"role", name}});
  }
}

struct group_number {
  MetricType type;
  const char* name;
  const char* help;
  std::uint64_t (*of)(const actors::node_status&);
};

constexpr auto gauge_type = MetricType::Gauge;
constexpr auto counter_type = MetricType::Counter;
using status = const actors::node_status&;

constexpr group_number group_numbers[] = {
    {gauge_type, "raft_term", "The current term.",
     [](status node) { return node.raft.term.value; }},
    {gauge_type, "raft_leader_id", "The leader's node id; 0 when unknown.",
     [](status node) { return node.raft.leader.value; }},
    {gauge_type, "raft_commit_index", "The last committed entry.",
     [](status node) { return node.raft.commit.value; }},
    {gauge_type, "raft_applied_index", "The last applied entry.",
     [](status node) { return node.applied; }},
    {gauge_type, "raft_last_index", "The last entry of the log.",
     [](status node) { return node.raft.last_index.value; }},
    {gauge_type, "raft_durable_index", "The last entry that is safe on disk.",
     [](status node) { return node.raft.durable_index.value; }},
    {gauge_type, "raft_first_index", "The first entry still in the log.",
     [](status node) { return node.raft.first_index.value; }},
    {counter_type, "raft_elections_total", "Elections that this node started.",
     [](status node) { return node.raft.elections; }},
    {gauge_type, "proposals_in_flight", "Writes of this node's clients that are not answered yet.",
     [](status node) { return node.pending; }},
    {gauge_type, "ready", "1 when linearizable reads are served.",
     [](status node) { return std::uint64_t{node.ready}; }},
    {gauge_type, "trouble",
     "1 while something is damaged, lost, full or failed; /status says what.",
     [](status node) { return std::uint64_t{!node.trouble.empty()}; }},
    {gauge_type, "state_compared_index",
     "The last entry as of which the state was found equal to a peer's.",
     [](status node) { return node.compared; }},
    {gauge_type, "state_divergence_index",
     "The first entry as of which it was not; 0 while none is known.",
     [](status node) { return node.diverged; }},
};

void add_numbers(families& all, const statuses& groups) {
  for (const auto& each : group_numbers) {
    auto& to = family(all, each.type, each.name, each.help);
    for (const auto& x : groups) add(to, number(each.of(x)), {group_of(x)});
  }
}

// Followers know the link only, leaders also how far a member is.
void add_members(families& all, const statuses& groups) {
  auto& connected =
      family(all, MetricType::Gauge, "member_connected", "1 while the link to the member is up.");
  for (const auto& x : groups)
    for (const auto& m : x.members)
      add(connected, m.connected ? 1 : 0, {group_of(x), {"member", std::to_string(m.id)}});
  const auto told_by_leaders = [&](const char* name, const char* help, const auto& of) {
    auto& to = family(all, MetricType::Gauge, name, help);
    for (const auto& x : groups) {
      // Only a leader knows how far others are.
      if (x.raft.now != protocol::role::leader) continue;
      for (const auto& m : x.members)
        add(to, number(of(m)), {group_of(x), {"member", std::to_string(m.id)}});
    }
  };
  told_by_leaders("member_match_index", "The last entry known to be on the member.",
                  [](const auto& m) { return m.match; });
  auto& contact = family(all, MetricType::Gauge, "member_contact_seconds",
                         "Since the member was heard; only the leader knows.");
  for (const auto& x : groups)
    for (const auto& m : x.members)
      if (m.last_contact_ms >= 0)
        add(contact, static_cast<double>(m.last_contact_ms) / 1000,
            {group_of(x), {"member", std::to_string(m.id)}});
  told_by_leaders("member_lag_entries", "Entries that the member lacks.",
                  [](const auto& m) { return m.lag_entries; });
}

// -- what the parts of a node counted ------------------------------------------------------------

template <class Histogram>
void add_histograms(families& all, const statuses& groups, const char* name, const char* help,
                    double scale, const Histogram& of) {
  auto& to = family(all, MetricType::Histogram, name, help);
  for (const auto& x : groups)
    if (x.meters) to.metric.push_back(metric_of(of(*x.meters), scale, {group_of(x)}));
}

void add_stages(families& all, const statuses& groups) {
  add_histograms(
      all, groups, "raft_append_seconds",
      "From handing entries to the log until they are safe on this disk.", microseconds,
      [](const auto& each) -> auto& { return each.append; });
  add_histograms(
      all, groups, "raft_commit_seconds",
      "From handing entries to the log until they are known to be committed.", microseconds,
      [](const auto& each) -> auto& { return each.commit; });
  add_histograms(
      all, groups, "raft_apply_seconds",
      "From handing on committed entries until they are applied.", microseconds,
      [](const auto& each) -> auto& { return each.apply; });
  add_histograms(
      all, groups, "raft_batch_entries", "Entries of one write to the log.", 1,
      [](const auto& each) -> auto& { return each.batch; });
  add_histograms(
      all, groups, "checkpoint_seconds", "Time of a checkpoint's transaction.", microseconds,
      [](const auto& each) -> auto& { return each.checkpoint; });
}

void add_requests_to_groups(families& all, const statuses& groups) {
  const auto count = [&](const char* name, const char* help, const auto& of) {
    auto& to = family(all, MetricType::Counter, name, help);
    for (const auto& x : groups)
      if (x.meters) add(to, number(of(*x.meters).now()), {group_of(x)});
  };
  count(
      "proposals_total", "Writes that clients of this node asked for.",
      [](const auto& each) -> auto& { return each.proposals; });
  count(
      "slow_writes_total", "Of them, those that took longer than --slow.",
      [](const auto& each) -> auto& { return each.slow; });
  count(
      "reads_total", "Reads of clients of this node that were not local.",
      [](const auto& each) -> auto& { return each.reads; });
}

// -- the disk ------------------------------------------------------------------------------------

void add_maps(families& all, const statuses& groups) {
  auto& size = family(all, MetricType::Gauge, "map_bytes", "Address space of an LMDB environment.");
  for (const auto& x : groups)
    if (x.meters)
      add(size, number(x.meters->state_map_bytes.now()), {{"environment", "state"}, group_of(x)});
  add(size, number(groups.front().log_map_bytes), {{"environment", "log"}});
  auto& used = family(all, MetricType::Gauge, "map_used_bytes", "How much of it is in use.");
  for (const auto& x : groups)
    if (x.meters)
      add(used, number(x.meters->state_used_bytes.now()), {{"environment", "state"}, group_of(x)});
  add(used, number(groups.front().log_used_bytes), {{"environment", "log"}});
}

void add_unsaved(families& all, const statuses& groups) {
  auto& unsaved = family(all, MetricType::Gauge, "state_unsaved_bytes",
                         "Memory of changes that no checkpoint has saved yet.");
  for (const auto& x : groups)
    if (x.meters) add(unsaved, number(x.meters->unsaved_bytes.now()), {group_of(x)});
}

void add_disk(families& all, const statuses& groups) {
  const auto& first = groups.front();
  gauge(all, "data_bytes", "Size of the data on disk.", number(first.data_bytes));
  add_maps(all, groups);
  add_unsaved(all, groups);
  if (!first.log) return;
  family(all, MetricType::Histogram, "log_sync_seconds",
         "Time of a durable write to the log, with its syncs.")
      .metric.push_back(metric_of(first.log->sync, microseconds, {}));
  gauge(all, "journal_direct", "1: the log is written past the page cache; 0: it is synced.",
        number(first.log->direct.now()));
  gauge(all, "journal_unmoved_bytes", "What the journal holds and LMDB does not have yet.",
        number(first.journal_bytes));
  family(all, MetricType::Histogram, "log_writes_per_sync", "Writes that shared one sync.")
      .metric.push_back(metric_of(first.log->writes, 1, {}));
}

}  // namespace

void add_groups(families& all, const statuses& groups) {
  add_roles(all, groups);
  add_numbers(all, groups);
  add_members(all, groups);
  add_stages(all, groups);
  add_requests_to_groups(all, groups);
  add_disk(all, groups);
}

}  // namespace lithair::http
