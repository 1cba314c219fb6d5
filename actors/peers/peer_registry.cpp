#include "actors/peers/peer_registry.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <sstream>

#include "actors/mutants.hpp"
#include "persistence/checksum.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

namespace {

// A node that was not met for so many runs is taken for an old copy when it comes back, which is
// safe.
constexpr std::size_t remembered_starts = 500;
constexpr protocol::group_id main_group{1};

bool read_start(const std::string& word, node_start& out) {
  std::istringstream in{word};
  char colon = 0;
  return static_cast<bool>(in >> out.boots >> colon >> std::hex >> out.id) && colon == ':';
}

std::vector<node_start> read_starts(std::istream& words) {
  std::vector<node_start> out;
  node_start x;
  for (std::string word; words >> word && read_start(word, x);) out.push_back(x);
  return out;
}

bool read_known(std::istream& words, node_start& start, node_promise& promise) {
  std::string word;
  return static_cast<bool>(words >> word) && read_start(word, start) &&
         static_cast<bool>(words >> promise.term >> promise.match);
}

// A note that was torn or changed must not be believed: it says what this node promised.
std::string checksum_line(std::string_view rest) {
  return fmt::format("checksum {:016x}", persistence::checksum(rest));
}

std::string print(const node_start& start) { return fmt::format("{}:{:x}", start.boots, start.id); }

// What a node presents, read back.
struct claim {
  std::vector<node_start> starts;
  node_promise held;
  bool recovering = false;
  std::optional<std::uint64_t> added;
  std::optional<node_start> you;
  std::uint64_t your_incarnation = 0;  // 0: an earlier version, which does not tell
  node_promise your_promise;
};

// A line that is not known is passed over: later versions may tell more.
std::optional<claim> read_claim(std::string_view text) {
  claim out;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string what;
    words >> what;
    if (what == "starts") {
      out.starts = read_starts(words);
    } else if (what == "holds") {
      if (!(words >> out.held.term >> out.held.match)) return std::nullopt;
    } else if (what == "recovering") {
      out.recovering = true;
    } else if (what == "added") {
      if (!(words >> out.added.emplace())) return std::nullopt;
    } else if (what == "you") {
      if (!read_known(words, out.you.emplace(), out.your_promise)) return std::nullopt;
      if (!(words >> std::hex >> out.your_incarnation)) out.your_incarnation = 0;
    }
  }
  if (out.starts.empty()) return std::nullopt;
  return out;
}

// Why a directory with these runs, which held so much when it was opened, is older than what is
// known of it.
std::optional<std::string> why_old(const std::vector<node_start>& starts, const node_promise& held,
                                   const node_start& known, const node_promise& promise) {
  // No run of it is known, or just this one: there is nothing to hold against it.
  if (!known.boots || known == starts.back()) return std::nullopt;
  if (std::find(starts.begin(), starts.end(), known) == starts.end())
    return fmt::format(
        "a run of this node is known that its data directory knows nothing of (start {})",
        known.boots);
  if (held.term < promise.term)
    return fmt::format("it took part in term {}, and its data directory ends in term {}",
                       promise.term, held.term);
  if (held.term == promise.term && held.match < promise.match)
    return fmt::format("it acknowledged entry {}, and its data directory ends at {}", promise.match,
                       held.match);
  return std::nullopt;
}

}  // namespace

// This run is on the disk before anybody is told of it.
peer_registry::peer_registry(std::filesystem::path file, std::uint64_t self, std::uint64_t boots,
                             const std::function<std::uint64_t()>& random)
    : file_(std::move(file)), self_(self) {
  if (auto text = persistence::read_file(file_))
    load(*text);
  else
    own_ = random() | 1;
  starts_.push_back({boots, random() | 1});
  if (starts_.size() > remembered_starts)
    starts_.erase(starts_.begin(), starts_.end() - static_cast<std::ptrdiff_t>(remembered_starts));
  save();
}

// A damaged file ends the start, for the node can't tell itself from an old copy without it.
void peer_registry::load(const std::string& text) {
  std::istringstream lines{text};
  bool sound = true;
  if (text.starts_with("checksum ")) {  // Files of earlier versions have none.
    std::string head;
    std::getline(lines, head);
    sound = text.size() > head.size() &&
            head == checksum_line(std::string_view{text}.substr(head.size() + 1));
  }
  for (std::string line; sound && std::getline(lines, line);) {
    std::istringstream words{line};
    std::string what;
    words >> what;
    if (what == "self") {
      sound = static_cast<bool>(words >> std::hex >> own_);
    } else if (what == "members-as-of") {
      std::uint64_t index = 0;
      sound = static_cast<bool>(words >> index);
      auto group = main_group;
      if (std::uint64_t number = 0; words >> number) group = protocol::group_id{number};
      members_as_of_[group] = index;
    } else if (what == "recovering") {
      std::getline(words >> std::ws, recovering_);
      if (recovering_.empty()) recovering_ = "its log was lost";
    } else if (what == "starts") {
      starts_ = read_starts(words);
    } else {
      std::uint64_t node = 0;
      peer x;
      std::istringstream number{what};
      sound = static_cast<bool>(number >> node);
      auto group = main_group;
      if (char slash = 0; number >> slash) sound = sound && slash == '/' && number >> group.value;
      sound = sound && static_cast<bool>(words >> std::hex >> x.incarnation >> std::dec) &&
              read_known(words, x.start, x.promise);
      if (std::uint64_t added = 0; words >> added) x.added = added;
      known_[{group, node}] = x;
    }
  }
  if (!sound || own_ == 0)
    throw persistence::storage_error{persistence::storage_errc::damaged,
                                     file_.string() +
                                         " is damaged, and what this node promised can't be told "
                                         "from it; remove the node from the "
                                         "cluster, then add it again with an empty data directory"};
}

// The first directory of a member is the one it is held to; a later one has to come with a later
// addition.
trust peer_registry::admit(std::uint64_t node, protocol::group_id group, std::uint64_t incarnation,
                           std::string_view proof) {
  if (mutated(mutant::registry_admits_by_the_main_group)) group = main_group;
  if (auto known = known_.find({group, node}); known != known_.end()) {
    if (known->second.incarnation == incarnation) return trust::full;
    // Who was met before it was known when it had been added was there from the beginning, or has
    // been added again since.
    const auto theirs = read_claim(proof);
    const auto before = known->second.added.value_or(0);
    return theirs && theirs->added.value_or(0) > before ? trust::requests : trust::none;
  }
  peer met{incarnation, {}, {}, true};
  if (auto& members = newest_[group]; !members.empty()) {
    auto found = members.find(node);
    if (found == members.end()) return trust::full;
    met.added = found->second;
  } else if (const auto theirs = read_claim(proof)) {
    met.added = theirs->added;
  }
  known_[{group, node}] = met;
  if (saved()) return trust::full;
  // What can't be noted is not known: else it would be forgotten by the next start, and the peer
  // had been welcomed.
  known_.erase({group, node});
  return trust::none;
}

// Who is gone, or was added anew, may come with another disk: what was known of the old one ends.
std::vector<protocol::node_id> peer_registry::members_committed(
    protocol::group_id group, protocol::index_t index,
    const std::map<std::uint64_t, std::uint64_t>& added) {
  auto& as_of = members_as_of_[group];
  if (index.value < as_of) return {};  // Applied again after a restart: it may be out of date.
  const bool is_news = index.value > as_of;
  for (auto each = known_.begin(); each != known_.end();) {
    auto& [where, known] = *each;
    auto found = added.find(where.second);
    const bool gone = found == added.end() ? is_news : found->second > known.added.value_or(0);
    if (where.first == group && gone) {
      each = known_.erase(each);
      continue;
    }
    if (where.first == group && found != added.end() && !known.added) known.added = found->second;
    ++each;
  }
  if (!is_news) return {};
  as_of = index.value;
  (void)saved();
  std::vector<protocol::node_id> unknown;
  for (auto& [node, when] : added)
    if (node != self_ && !known_.contains({group, node})) unknown.emplace_back(node);
  return unknown;
}

void peer_registry::set_recovering(const std::string& why) {
  recovering_ = why;
  std::replace(recovering_.begin(), recovering_.end(), '\n', ' ');
  (void)saved();
}

// All groups share the directory: it counts as whole when the last of them has caught up.
void peer_registry::recovered(protocol::group_id group, std::size_t groups) {
  recovered_.insert(group);
  if (recovering_.empty() || recovered_.size() < groups) return;
  recovering_.clear();
  found_old_ = false;
  told_.clear();
  recovered_.clear();
  whole_again_ = true;
  (void)saved();
}

// Lines of "what value...", as the grammar in the header has them.
std::string peer_registry::present(std::uint64_t node, protocol::group_id group) const {
  const auto held = held_in(group);
  auto text = fmt::format("{}holds {} {}\n", print_starts(), held.term, held.match);
  if (!recovering_.empty()) text += "recovering\n";
  if (auto members = newest_.find(group); members != newest_.end())
    if (auto us = members->second.find(self_); us != members->second.end())
      text += fmt::format("added {}\n", us->second);
  auto found = known_.find({group, node});
  if (found != known_.end() && found->second.start.boots) {
    auto& x = found->second;
    text += fmt::format("you {} {} {} {:x}\n", print(x.start), x.promise.term, x.promise.match,
                        x.incarnation);
  }
  return text;
}

std::optional<std::string> peer_registry::examine(std::uint64_t node, protocol::group_id group,
                                                  std::uint64_t incarnation,
                                                  std::string_view proof) {
  auto theirs = read_claim(proof);
  if (!theirs) return std::nullopt;
  auto found = known_.find({group, node});
  if (found != known_.end() && found->second.incarnation == incarnation) {
    auto& known = found->second;
    // A new run counts from here on if it continues what is known; one that does not is an old
    // copy, and stays unknown until it recovers.
    const bool news = known.start != theirs->starts.back();
    if (news && (theirs->recovering ||
                 !why_old(theirs->starts, theirs->held, known.start, known.promise))) {
      known.start = theirs->starts.back();
      known.promise = {};
      (void)saved();
    }
  }
  // What anybody of the cluster knows of this directory counts, a member or not.
  // What was known of the directory that was there before this one says nothing of this one.
  const bool is_ours = theirs->your_incarnation == 0 || theirs->your_incarnation == own_;
  // After a recovery in this run all of it is moot: a directory is not replaced under a process,
  // and what somebody still remembers of the former one was made up for.
  if (theirs->you && is_ours && recovering_.empty() && !whole_again_) {
    if (auto old = why_old(starts_, held_in(group), *theirs->you, theirs->your_promise)) {
      set_recovering(*old);
      found_old_ = true;
    }
  }
  // Each group is told once: each has a core of its own to tell.
  return found_old_ && told_.insert(group).second ? std::optional{recovering_} : std::nullopt;
}

// Only in memory: it comes with every heartbeat, and the disk need not know while the link is up.
void peer_registry::promised(std::uint64_t node, protocol::group_id group,
                             const node_promise& promise) {
  auto found = known_.find({group, node});
  if (found == known_.end() || promise <= found->second.promise) return;
  found->second.promise = promise;
  found->second.noted = false;
}

// Now it is worth the disk: the next that is heard of the peer may be an old copy of it.
void peer_registry::link_lost(std::uint64_t node) {
  const auto unnoted = [&](const auto& pair) {
    return pair.first.second == node && !pair.second.noted;
  };
  if (std::any_of(known_.begin(), known_.end(), unnoted)) (void)saved();
}

node_promise peer_registry::held_in(protocol::group_id group) const {
  auto found = held_.find(group);
  return found == held_.end() ? node_promise{} : found->second;
}

std::string peer_registry::print_starts() const {
  std::string text = "starts";
  for (auto& x : starts_) text += ' ' + print(x);
  return text + '\n';
}

bool peer_registry::saved() {
  try {
    save();
    return true;
  } catch (const persistence::storage_error& e) {
    spdlog::error("what is known of the peers can't be noted: {}", e.what());
    return false;
  }
}

void peer_registry::save() {
  auto text = fmt::format("self {:x}\n", own_);
  for (auto& [group, index] : members_as_of_)
    text += fmt::format("members-as-of {} {}\n", index, group.value);
  if (!recovering_.empty()) text += "recovering " + recovering_ + '\n';
  text += print_starts();
  for (auto& [where, x] : known_) {
    const auto group =
        where.first == main_group ? std::string{} : fmt::format("/{}", where.first.value);
    const auto added = x.added ? fmt::format(" {}", *x.added) : std::string{};
    text += fmt::format("{}{} {:x} {} {} {}{}\n", where.second, group, x.incarnation,
                        print(x.start), x.promise.term, x.promise.match, added);
  }
  text = checksum_line(text) + '\n' + text;
  // Until the node lives this thread may wait; then it is a loop, which may not.
  if (hand_over_)
    hand_over_(std::move(text));
  else
    persistence::replace_file(file_, text);
  for (auto& [where, x] : known_) x.noted = true;
}

}  // namespace lithair::actors
