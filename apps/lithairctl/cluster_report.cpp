#include "apps/lithairctl/cluster_report.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;

constexpr std::uint64_t much_lag_entries = 10'000;
constexpr std::uint64_t much_lag_ms = 5'000;
constexpr std::int64_t few_days = 14;

std::optional<std::uint64_t> known(const json::object& from, std::string_view name) {
  if (is_null_in(from, name)) return std::nullopt;
  return number_in(from, name);
}

/// Whose members count: the leader's, else those of the latest term.
const json::object& best_of(const std::vector<node_view>& views) {
  const json::object* best = nullptr;
  const auto rank = [](const json::object& x) {
    return std::pair(number_in(x, "term"), text_in(x, "role") == "leader");
  };
  for (const auto& x : views)
    if (x.why_not.empty() && (best == nullptr || rank(x.status) > rank(*best))) best = &x.status;
  return *best;
}

class judgement {
 public:
  judgement(const std::vector<node_view>& views, std::int64_t now)
      : views_(views), now_(now), best_(best_of(views)) {}

  cluster_report run() {
    made_.cluster_id = text_in(best_, "cluster_id");
    made_.version = text_in(best_, "version");
    for (const auto& each : array_in(best_, "members"))
      if (each.is_object()) add_member(each.get_object());
    std::ranges::sort(made_.members, {}, &member_view::id);
    find_leader();
    judge_majority();
    for (const auto& x : made_.members) judge_member(x);
    for (const auto& x : views_)
      if (x.why_not.empty()) judge_node(x.status);
    compare_nodes();
    std::ranges::stable_sort(made_.findings, {}, &finding::how);
    return std::move(made_);
  }

 private:
  const node_view* view_of(std::uint64_t id, const std::string& addr) const {
    for (const auto& x : views_)
      if (x.why_not.empty() && number_in(x.status, "node_id") == id) return &x;
    for (const auto& x : views_)
      if (!x.why_not.empty() && x.addr == addr) return &x;
    return nullptr;
  }

  void add_member(const json::object& row) {
    member_view x;
    x.id = number_in(row, "id");
    x.addr = text_in(row, "addr");
    x.voter = flag_in(row, "voter");
    x.role = "down";
    const auto* view = view_of(x.id, x.addr);
    x.answers = view != nullptr && view->why_not.empty();
    if (view != nullptr) x.why_not = view->why_not;
    // Only the leader hears from all.
    if (text_in(best_, "role") == "leader") {
      x.lag_entries = known(row, "lag_entries");
      x.lag_ms = known(row, "lag_ms");
      x.last_contact_ms = known(row, "last_contact_ms");
      x.connected = flag_in(row, "connected");
    }
    if (x.answers) {
      const auto& said = view->status;
      x.role = text_in(said, "role");
      x.ready = flag_in(said, "ready");
      x.term = number_in(said, "term");
      x.applied = number_in(said, "applied");
      x.uptime_ms = known(said, "uptime_ms");
      x.data_bytes = known(said, "data_bytes");
    }
    made_.members.push_back(std::move(x));
  }

  void find_leader() {
    made_.term = number_in(best_, "term");
    for (const auto& x : views_)
      made_.commit = std::max(made_.commit, number_in(x.status, "commit"));
    for (const auto& x : made_.members)
      if (x.role == "leader" && x.term == made_.term) made_.leader = x.id;
    if (made_.leader) return;
    // One that this machine can't reach may lead all the same: some node serves by it.
    const bool served = std::ranges::any_of(made_.members, &member_view::ready);
    if (served && !is_null_in(best_, "leader_id")) made_.leader = number_in(best_, "leader_id");
  }

  bool is_there(const member_view& x) const { return x.answers || x.connected.value_or(false); }

  void judge_majority() {
    std::string missing;
    for (const auto& x : made_.members) {
      if (!x.voter) continue;
      ++made_.voters;
      made_.voters_there += is_there(x) ? 1 : 0;
      if (!is_there(x))
        missing += fmt::format("{}{} ({})", missing.empty() ? "" : ", ", x.id, x.addr);
    }
    const auto needed = made_.voters / 2 + 1;
    const auto there = fmt::format("{} of {} voters {} there and {} are needed", made_.voters_there,
                                   made_.voters, made_.voters_there == 1 ? "is" : "are", needed);
    if (made_.voters_there < needed) {
      add("No majority: " + there + ". Writes and default reads are refused with 503.",
          "start node " + missing +
              " again. If they are gone for good: lithairctl restore of a backup founds a new "
              "cluster");
    } else if (!made_.leader) {
      add("No leader, though " + there + ". Writes and default reads are refused with 503.",
          "an election takes less than a second: ask again. If it stays so, members can't reach "
          "each other's peer ports; their logs say why");
    } else if (made_.voters_there == needed && made_.voters_there < made_.voters) {
      note("One more voter lost and writes stop: " + there + ".");
    }
  }

  void judge_member(const member_view& x) {
    const auto who = fmt::format("Node {} ({})", x.id, x.addr);
    if (!x.answers) {
      const auto why = x.why_not.empty() ? std::string{} : ": " + x.why_not;
      if (x.connected.value_or(false))
        add(who + " does not answer here" + why + ", but the leader hears from it.",
            "look at the way from this machine to that address");
      else
        add(who + " does not answer" + why + contact_of(x) + ".",
            // Without a majority nobody can be removed.
            "start it again, or see in its log why it ended" +
                (made_.leader ? fmt::format(". If it is gone for good: lithairctl remove {}, and "
                                            "let a new node join",
                                            x.id)
                              : ""));
      return;
    }
    if (x.connected && !*x.connected && x.role != "leader")
      add(who + " answers, but the leader does not hear from it" + contact_of(x) + ".",
          "look at the network between their peer ports, and at its log");
    if (x.lag_entries.value_or(0) >= much_lag_entries || x.lag_ms.value_or(0) >= much_lag_ms)
      add(fmt::format("{} is {} entries ({}) behind.", who, human_count(x.lag_entries.value_or(0)),
                      human_duration(x.lag_ms.value_or(0))),
          "it catches up by itself. If the lag grows, its disk or its network is too slow: see "
          "lithair_log_sync_seconds in its /metrics");
    if (!x.voter)
      note(fmt::format("{} is a learner: it does not vote{}.", who,
                       x.lag_entries.value_or(0) == 0
                           ? fmt::format(" (lithairctl promote {} lets it)", x.id)
                           : " before it has caught up"));
  }

  static std::string contact_of(const member_view& x) {
    return x.last_contact_ms && *x.last_contact_ms > 1000
               ? ", last heard from " + human_duration(*x.last_contact_ms) + " ago"
               : "";
  }

  void judge_node(const json::object& said) {
    const auto who = fmt::format("Node {}", number_in(said, "node_id"));
    if (const auto why = text_in(said, "not_ready"); !why.empty() && made_.leader)
      add(who + " is not ready: " + why, "");
    if (const auto why = text_in(said, "trouble"); !why.empty()) add(who + ": " + why, "");
    const auto& differs = object_in(said, "state_divergence");
    if (!differs.empty())
      add(fmt::format("{}: its state differs from that of node {} as of index {}.", who,
                      number_in(differs, "node"), number_in(differs, "index")),
          fmt::format("make a backup (lithairctl backup), then remove the node that is wrong and "
                      "let it join again with an empty data directory"));
    judge_certificate(who + "'s certificate for clients", object_in(said, "tls"));
    judge_certificate(who + "'s certificate for other nodes", object_in(said, "peer_tls"));
    const auto& http = object_in(said, "http");
    const auto open = number_in(http, "connections");
    const auto most = number_in(http, "max_connections");
    if (most > 0 && open * 10 >= most * 9)
      add(fmt::format("{} has {} of at most {} connections.", who, human_count(open),
                      human_count(most)),
          "spread clients over the nodes, or raise --max-connections");
    for (const auto& each : array_in(said, "set_aside"))
      if (each.is_object())
        note(fmt::format("{} set {} aside ({}): {}.", who, text_in(each.get_object(), "path"),
                         human_bytes(number_in(each.get_object(), "bytes")),
                         text_in(each.get_object(), "reason")));
  }

  void judge_certificate(const std::string& whose, const json::object& shown) {
    if (shown.empty()) return;
    if (const auto why = text_in(shown, "trouble"); !why.empty()) add(whose + ": " + why, "");
    std::tm parts{};
    const auto ends = text_in(shown, "not_after");
    if (::strptime(ends.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return;
    const auto days = (::timegm(&parts) - now_) / 86'400;
    if (days < few_days)
      add(whose + (days < 0 ? " ended at " : " ends at ") + ends + ".",
          "replace the files and send the node SIGHUP; with --secure it renews itself, so its log "
          "says why it did not");
  }

  void compare_nodes() {
    std::map<std::string, std::string> clusters;
    std::map<std::string, std::string> versions;
    std::map<std::string, std::string> models;
    const auto put = [](auto& into, const std::string& key, const json::object& said) {
      auto& all = into[key];
      all += (all.empty() ? "" : ", ") + std::to_string(number_in(said, "node_id"));
    };
    for (const auto& x : views_) {
      if (!x.why_not.empty()) continue;
      if (!is_null_in(x.status, "cluster_id"))
        put(clusters, text_in(x.status, "cluster_id"), x.status);
      put(versions, text_in(x.status, "version"), x.status);
      std::set<std::string> names;
      for (const auto& c : array_in(x.status, "models"))
        if (c.is_object()) names.insert(text_in(c.get_object(), "name"));
      put(models, fmt::format("{}", fmt::join(names, ", ")), x.status);
    }
    const auto told = [](const auto& all) {
      std::string made;
      for (const auto& [what, who] : all)
        made += fmt::format("{}{} (node {})", made.empty() ? "" : "; ", what, who);
      return made;
    };
    if (clusters.size() > 1)
      add("These nodes are of different clusters: " + told(clusters) + ".",
          "ask one cluster at a time, by --endpoints");
    if (versions.size() > 1) note("Nodes run different versions: " + told(versions) + ".");
    if (models.size() > 1) note("Nodes serve different models: " + told(models) + ".");
  }

  void add(std::string sentence, std::string advice) {
    if (!sentence.ends_with('.')) sentence += '.';
    made_.findings.push_back({gravity::problem, std::move(sentence), std::move(advice)});
  }
  void note(std::string sentence) {
    made_.findings.push_back({gravity::note, std::move(sentence), {}});
  }

  const std::vector<node_view>& views_;
  const std::int64_t now_;
  const json::object& best_;
  cluster_report made_;
};

}  // namespace

bool cluster_report::is_well() const {
  return std::ranges::none_of(findings, [](const auto& x) { return x.how == gravity::problem; });
}

cluster_report judge(const std::vector<node_view>& views, std::int64_t now) {
  return judgement(views, now).run();
}

std::vector<std::string> members_not_asked(const std::vector<node_view>& views) {
  std::set<std::uint64_t> answered;
  std::set<std::string> asked;
  for (const auto& x : views) {
    asked.insert(x.addr);
    if (x.why_not.empty()) answered.insert(number_in(x.status, "node_id"));
  }
  std::vector<std::string> made;
  for (const auto& x : views)
    for (const auto& each : array_in(x.status, "members")) {
      if (!each.is_object()) continue;
      const auto& row = each.get_object();
      if (answered.contains(number_in(row, "id"))) continue;
      if (asked.insert(text_in(row, "addr")).second) made.push_back(text_in(row, "addr"));
    }
  return made;
}

}  // namespace lithair::ctl
