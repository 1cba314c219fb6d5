#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/peers/peer_directory.hpp"
#include "protocol/types.hpp"

namespace lithair::actors {

/// One run of a node: how often its directory had been opened, and a random number drawn then.
struct node_start {
  std::uint64_t boots = 0;  ///< rises with each start; 0: no run is known
  std::uint64_t id = 0;     ///< tells runs apart that a copied directory counted alike

  bool operator==(const node_start&) const = default;
};

/// What a node said that it holds: entries up to `match` of the leader of `term`, durably.
struct node_promise {
  std::uint64_t term = 0;   ///< 0: nothing was said yet
  std::uint64_t match = 0;  ///< 0: it only voted in that term

  auto operator<=>(const node_promise&) const = default;
};

/// What nodes remember of each other, so that nobody counts on a disk that forgot something.
///
/// A member whose directory was *wiped* comes with another incarnation: it is refused in each group
/// until that group has removed it and adds it again. One that says that it was added later than is
/// known here has been: of that this node hears from the leader, which may be the very node, so its
/// requests are taken until the addition is committed here. All that follows is kept for each node
/// and group of its own.
///
/// A directory that is an *old copy* has the right incarnation, but lacks votes and
/// acknowledgements that were given since it was taken. Nodes tell each other, on each link, their
/// own runs and what they know of the other's. Whoever finds that another node knows a run of it
/// that is not among its own, or a promise of an earlier run that its log did not hold at start, is
/// an old copy: it notes that durably and recovers. Others take note of a run only when it
/// continues what they know, or when it recovers.
///
///     DIR/peers := "checksum" SP of-the-rest:hex NL
///                  "self" SP hex NL { "members-as-of" SP index [ SP group ] NL }*
///                  [ "recovering" SP word* NL ] "starts" { SP boots:hex }* NL
///                  { node [ "/" group ] SP incarnation-hex SP boots:hex SP term SP match
///                    [ SP added ] NL }*
///     proof     := "starts" { SP boots:hex }* NL "holds" SP term SP last NL
///                  [ "recovering" NL ] [ "added" SP index NL ]
///                  [ "you" SP boots:hex SP term SP match [ SP incarnation-hex ] NL ]
///
/// Where no group is named it is group 1. A file without a checksum is one of an earlier version. A
/// damaged one is not trusted and the node does not start: it can't tell itself from an old copy
/// any more.
///
/// Owned by the node; after construction, which may throw storage_error, only used on loop 0, which
/// must not wait for the disk: then `note_with` is given, and whoever promises something durable
/// waits until the note is taken. What the disk does not take holds until the process ends.
class peer_registry {
 public:
  /// Reads `file` of node `self`; the first time, draws this directory's own incarnation with
  /// `random`. Notes this run.
  peer_registry(std::filesystem::path file, std::uint64_t self, std::uint64_t boots,
                const std::function<std::uint64_t()>& random);

  /// From now on the text of the file goes there, and is written by somebody else.
  void note_with(std::function<void(std::string)> hand_over) { hand_over_ = std::move(hand_over); }

  /// A random number that this data directory has had from its beginning.
  std::uint64_t own() const { return own_; }

  /// Whether `node` came to `group` with the directory it had before, or proves that it may have
  /// another one. The first one that a member comes with is remembered, durably once that note is
  /// taken. Of others nothing is: they may come with another one as members.
  [[nodiscard]] trust admit(std::uint64_t node, protocol::group_id group, std::uint64_t incarnation,
                            std::string_view proof);

  /// The newest members of a group, committed or not, and when each was added; none: not known yet,
  /// and all are taken for members.
  void members_known(protocol::group_id group, std::map<std::uint64_t, std::uint64_t> added) {
    newest_[group] = std::move(added);
  }
  /// The committed members of a group as of `index`, and when each was added
  /// (member_address::added): whoever is not among them, or was added again, may come with another
  /// directory next time. When that is news, returns the members of whose directory nothing is
  /// known here: one that is linked is to greet again, for it is held to the one that it has now.
  std::vector<protocol::node_id> members_committed(
      protocol::group_id group, protocol::index_t index,
      const std::map<std::uint64_t, std::uint64_t>& added);

  /// What this node's log held of a group when it was opened. Any thread, if the group was named
  /// before.
  void opened_with(protocol::group_id group, protocol::term_t term, protocol::index_t last) {
    held_[group] = {term.value, last.value};
  }
  /// Why this directory is an old copy, or its log was lost; empty: it is not. Durable until
  /// `recovered`.
  const std::string& recovering() const { return recovering_; }
  /// Notes it; line breaks in `why` become blanks.
  void set_recovering(const std::string& why);
  /// The group knows what `examine` found in another one.
  void told(protocol::group_id group) { told_.insert(group); }
  /// One of so many groups has left behind what was forgotten. The last one ends it.
  void recovered(protocol::group_id group, std::size_t groups);

  /// What to tell `node` about ourselves and itself, on the link of `group`.
  std::string present(std::uint64_t node, protocol::group_id group) const;
  /// Takes note of what an admitted `node`, if it is remembered with this directory, presented on
  /// the link of `group`. Returns why our own directory is an old copy, when that turned out in
  /// this run and the group was not told yet; it is durable then.
  std::optional<std::string> examine(std::uint64_t node, protocol::group_id group,
                                     std::uint64_t incarnation, std::string_view proof);

  /// `node` said this in `group`, durably true for it. Cheap; on the disk only once `link_lost` is
  /// called.
  void promised(std::uint64_t node, protocol::group_id group, const node_promise& promise);
  /// The link went down: what `node` said is noted now.
  void link_lost(std::uint64_t node);

 private:
  struct peer {
    std::uint64_t incarnation = 0;
    node_start start;
    node_promise promise;
    bool noted = true;  // the promise is on the disk
    // As of the committed members; none: it was not among them yet
    std::optional<std::uint64_t> added{};
  };
  using place = std::pair<protocol::group_id, std::uint64_t>;  // the node's in the group

  void load(const std::string& text);
  void save();
  bool saved();
  std::string print_starts() const;
  node_promise held_in(protocol::group_id group) const;

  std::filesystem::path file_;
  std::uint64_t self_;
  std::function<void(std::string)> hand_over_;
  std::uint64_t own_ = 0;
  std::map<protocol::group_id, std::uint64_t> members_as_of_;
  // The members, and when each was added
  std::map<protocol::group_id, std::map<std::uint64_t, std::uint64_t>> newest_;
  std::string recovering_;
  std::vector<node_start> starts_;  // of this directory, the current one last
  std::map<protocol::group_id, node_promise> held_;
  bool found_old_ = false;             // in this run
  bool whole_again_ = false;           // likewise, after it had forgotten something
  std::set<protocol::group_id> told_;  // groups that know it
  std::set<protocol::group_id> recovered_;
  std::map<place, peer> known_;
};

}  // namespace lithair::actors
