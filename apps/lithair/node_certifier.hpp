#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "actors/tls/cluster_authority.hpp"
#include "apps/lithair/record_access.hpp"
#include "apps/lithair/token_book.hpp"
#include "http/certificate_office.hpp"

namespace lithair::apps {

/// A member that has the authority's key, as all members do: so it certifies by itself. With which
/// token, and how often, the cluster decides: no certificate leaves before its use is committed.
///
///     certify ─▶ judged by the authority ─▶ read the book ─▶ count the use ─▶ write the book
///                      │ 403, 422, 429            ▲               │ 403           │      │ 503
///                      ▼                          └── another was faster (412) ───┘      ▼
///                                                                              done ◀────┘
///
/// Owned by shared_ptr: what is under way keeps it. Any thread.
class node_certifier final : public http::certificate_office,
                             public std::enable_shared_from_this<node_certifier> {
 public:
  /// So many requests at once; then one for each of these times.
  static constexpr int at_once = 10;
  static constexpr std::int64_t seconds_of_one = 1;
  /// For how many nodes the token is that a founder shows.
  static constexpr std::uint64_t founding_uses = 16;

  /// `now`: seconds since 1970, asked on any thread. `self`: the node, for the book.
  node_certifier(actors::cluster_authority by, std::uint64_t self,
                 std::function<std::int64_t()> now);

  /// Gives or takes away the way to the book; without one everything is put off (503).
  void use_book(std::optional<record_access> through);
  /// The first token of a cluster that this node founds, which is shown before the book can have
  /// it: it is entered with the first change of the book, or by `enter_first`. Once, before all.
  std::string make_first(std::int64_t expires);
  /// Sees to it that the book has it; 200 also where there is none.
  void enter_first(std::function<void(verdict)> done);

  /// From now on certifies by `current`, and believes who has the key of one of them. `put_off`:
  /// nobody is certified meanwhile and no token is made, for they would not count for long.
  void use_authorities(actors::cluster_authority current,
                       std::optional<actors::cluster_authority> other, bool put_off);
  /// Who does what is ordered of the authority; none: nobody.
  using authority_keeper = std::function<void(authority_order, std::function<void(authorities)>)>;
  void use_keeper(authority_keeper keeper);

  /// What shows other members that this one has the authority's key, too.
  std::string proof() const { return held()->current.make_proof(now_()); }

  std::string authority() const override { return held()->current.certificate(); }
  void certify(wish of, std::function<void(outcome)> done) override;
  bool admits(std::string_view proof) override;
  void make_token(token_wish of, std::function<void(tokens)> done) override;
  void list_tokens(std::function<void(tokens)> done) override;
  void revoke_tokens(std::optional<std::uint64_t> number,
                     std::function<void(tokens)> done) override;
  void order(authority_order what, std::function<void(authorities)> done) override;

 private:
  struct held_authorities {
    actors::cluster_authority current;
    std::optional<actors::cluster_authority> other;
    bool put_off = false;
  };

  /// Changes the book, or says why not; called anew for each version of it.
  using decision = std::function<verdict(token_book&)>;
  struct change;

  std::shared_ptr<const held_authorities> held() const;
  bool takes_one(std::int64_t now);
  std::optional<record_access> book() const;
  booked_token booked(const std::string& text, std::uint64_t uses) const;
  std::optional<verdict> put_off_by_change() const;
  void decide(decision by, std::function<void(verdict)> done);
  void go_on(const std::shared_ptr<change>& with);
  void on_book(const std::shared_ptr<change>& with, models::result<record_access::record> read);
  void write(const std::shared_ptr<change>& with, const token_book& book, std::uint64_t version,
             verdict said, bool enters);
  void on_failed(const std::shared_ptr<change>& with, const models::problem& why);
  /// Whether it is in there now, and was not before.
  bool enter_first_into(token_book& book);

  const std::uint64_t self_;
  const std::function<std::int64_t()> now_;
  mutable std::mutex mutex_;
  std::shared_ptr<const held_authorities> by_;  // guarded by mutex_, as all that follows
  authority_keeper keeper_;
  int left_ = at_once;
  std::int64_t counted_at_ = 0;        // when `left_` was right
  std::optional<record_access> book_;  // none: not yet, or not any more
  std::optional<booked_token> first_;  // until the book has it
  bool first_tried_ = false;           // to be written; it may be
};

}  // namespace lithair::apps
