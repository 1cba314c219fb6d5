#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace lithair::apps {

/// One member's part in it.
struct changing_member {
  std::uint64_t node = 0;
  std::string request;     ///< PKCS #10 in PEM, of a key that it made for this
  std::string sealed;      ///< the next authority's key for that key alone, in base64url; may lack
  bool trusts = false;     ///< the next authority, too
  bool certified = false;  ///< by the next authority

  bool operator==(const changing_member&) const = default;
};

/// What a node has of authorities.
struct own_authorities {
  std::string current;  ///< that certifies it, in PEM; of it the node has the key
  /// Likewise of the next one, or once that certifies it of the one before; empty: there is none
  std::string other;
  std::string request;  ///< as it asked to be certified by the next one; empty: it has not
};

/// What a member does next, so that the next authority takes the place of the one there is.
enum class change_step : std::uint8_t {
  rest,           ///< nothing, until others have done their part
  offer,          ///< make a key, and tell for which one the next authority's is to be sealed
  make,           ///< make the next authority: all have offered
  trust,          ///< open what was sealed for it, and trust both
  say_trusts,     ///< tell that it does
  seal,           ///< seal the key for members that offer another one, or came since
  certify,        ///< have itself certified by the next authority, and show that certificate
  say_certified,  ///< tell that it does
  end,            ///< tell all that nobody needs the one before any more
  settle,         ///< trust the next one alone
  forget,         ///< what it has of a next one, for that is not to be
  lost,           ///< nothing helps: the cluster has gone on without this node
};

/// How one authority of a cluster takes the place of another while all goes on: the record
/// "authority", which members change one after the other (actors/embedded/cluster_records.hpp). A
/// value; each member looks at it, does its next step, and says so.
///
///     gathering ──▶ trusting ──▶ certifying ──▶ done        cancelled: from gathering and trusting
///     a new key     each has the   each shows a
///     of each       next one's key, certificate
///     member        and trusts both of the next
///
/// A stage ends when all members have done its part, those of the newest configuration: one that is
/// down is waited for, one that was removed is not. From trusting to certifying an operator goes,
/// once clients trust both.
///
/// The next authority's key is sealed for keys that are made for this: whoever has the authority's
/// key of before, and all keys of before, reads nothing.
///
///     record := {"stage": S, "begun": S, "by": ID, "before": PEM, "next": PEM, "members":
///                [{"node": ID, "request": PEM, "sealed": B64, "trusts": B, "certified": B}, …]}
struct authority_change {
  enum class stages : std::uint8_t { none, gathering, trusting, certifying, done, cancelled };
  static constexpr std::string_view record = "authority";
  using node_ids = std::span<const std::uint64_t>;

  stages stage = stages::none;
  std::int64_t begun = 0;      ///< seconds since 1970
  std::uint64_t begun_by = 0;  ///< the node
  std::string before;          ///< the authority that is to go, in PEM
  std::string next;            ///< the one that takes its place; empty while keys are gathered
  std::vector<changing_member> members;

  /// As it was kept; an empty text is none.
  static tl::expected<authority_change, std::string> parse(std::string_view text);
  std::string text() const;

  bool is_under_way() const {
    return stage == stages::gathering || stage == stages::trusting || stage == stages::certifying;
  }
  /// Whether it is about the authority of this node: with data of another cluster, from a backup,
  /// comes its record.
  bool concerns(const own_authorities& own) const {
    return own.current == before || (own.current == next && !next.empty());
  }
  /// Who has not done the part of this stage; by rising numbers, as `all`.
  std::vector<std::uint64_t> waits_for(node_ids all) const;
  /// What `self` does next.
  change_step step_of(std::uint64_t self, const own_authorities& own, node_ids all) const;

  // What an operator orders. Why not, without a full stop; empty: it is so.

  /// `own`: of the node that is asked.
  std::string begin(std::uint64_t self, const own_authorities& own, std::int64_t now);
  std::string finish(node_ids all);
  std::string cancel();

  /// Members that offer a key for which the next authority's is not sealed. Of who is no member
  /// any more nothing is taken.
  std::vector<changing_member*> unsealed(node_ids all);
  /// Nobody else has a part in it.
  void keep_only(node_ids all);

  /// Its entry, which is made where it lacks.
  changing_member& entry_of(std::uint64_t node);
  const changing_member* find(std::uint64_t node) const;

  bool operator==(const authority_change&) const = default;

 private:
  change_step step_towards_next(std::uint64_t self, const own_authorities& own, node_ids all) const;
};

/// As it is written and told.
std::string_view name_of(authority_change::stages stage);

}  // namespace lithair::apps
