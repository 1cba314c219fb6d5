#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/identity.hpp"
#include "models/schema/subject.hpp"

/// Who may ask for what: access tokens, which clients show as `Authorization: Bearer ...`
/// (RFC 6750).
namespace lithair::http {

/// What the holder of a token may do. Each may what those before it may.
enum class access_role : std::uint8_t {
  own,    ///< of the model's own: what access rules let it do, and nothing else
  read,   ///< read data, and how the node stands
  write,  ///< change data
  admin,  ///< what is below /cluster and /_admin
};
std::string_view name_of(access_role role);
/// A role as it is spelled. What is none of the three others is the model's own.
struct named_role {
  access_role role = access_role::read;
  std::string own;  ///< its name, of access_role::own
};
/// None: it is no name of a role: a small letter, and then small letters, digits, _ and -, at most
/// 64.
std::optional<named_role> read_role(std::string_view name);

/// One token, as it counts. Itself is kept nowhere; its digest finds it.
struct access_token {
  std::string name;          ///< for people: who has it
  std::uint64_t number = 0;  ///< in the cluster's book; 0: it is of a file of this node
  access_role role = access_role::read;
  std::vector<std::string>
      collections;            ///< to which it is limited, with their data; empty: to none
  std::string own_role = {};  ///< of access_role::own
  /// As access rules see it; none: they do not bind it.
  std::shared_ptr<const models::subject> bound = {};

  bool may_use(std::string_view collection) const;
};

/// What a node does without tokens.
enum class access_default : std::uint8_t {
  open,     ///< everybody may everything
  guarded,  ///< nobody may anything
  unknown,  ///< it can't tell yet whether its cluster has tokens: nobody is told of data
};

/// The tokens that count at one moment. Immutable; any thread.
class access_table {
 public:
  /// A digest is SHA-256 of the token's text, 32 bytes.
  using entry = std::pair<std::string, access_token>;
  access_table(std::vector<entry> all, access_default without);

  /// Whether nobody has to show a token.
  bool is_open() const { return without_ == access_default::open && by_digest_.empty(); }
  /// Whether there are tokens, or none would change nothing.
  bool is_guarded() const { return without_ == access_default::guarded || !by_digest_.empty(); }
  bool is_unknown() const { return without_ == access_default::unknown && by_digest_.empty(); }
  /// Of this digest; none: there is no such token. What it gives lives as long as the table.
  const access_token* find(const std::string& digest) const;

 private:
  // A digest of what nobody can guess: how long it takes to find it tells nothing of the token.
  std::unordered_map<std::string, access_token> by_digest_;
  const access_default without_;
};

/// Who asks, as far as a token tells. What it points to lives with the guest.
struct guest {
  std::shared_ptr<const access_table> table;  ///< none: nobody has to show a token
  std::string digest;                         ///< of what was shown; empty: nothing was
  const access_token* token = nullptr;        ///< of the table; none: no such token
  std::shared_ptr<const identity> named;      ///< whom a JSON Web Token names
  std::string why_not;  ///< why what was shown does not count, if that is known

  /// Whether tokens are asked for at all.
  bool is_guarded() const { return table != nullptr; }
  bool is_known() const { return token != nullptr || named != nullptr; }
  bool may(access_role role) const { return token != nullptr && token->role >= role; }
  /// As access rules see it; none: they do not bind it.
  std::shared_ptr<const models::subject> bound() const;
  /// The token's name, or whom it names; empty: nobody that is known.
  std::string_view name() const;
};

/// Keeps the cluster's access tokens. Any thread; it blocks nobody: what the cluster has to agree
/// on is told later, once, on any thread.
class access_office {
 public:
  /// A token as the book has it.
  struct token {
    std::uint64_t number = 0;
    std::string name;
    access_role role = access_role::read;
    std::vector<std::string> collections;
    std::int64_t made = 0;     ///< seconds since 1970, as the next
    std::int64_t expires = 0;  ///< 0: never
    std::string text;          ///< itself; only where it was made just now
    std::string own_role = {};
  };
  struct wish {
    std::string name;
    access_role role = access_role::read;
    std::vector<std::string> collections;
    std::int64_t seconds = 0;  ///< until it ends; 0: never
    std::string own_role = {};
  };
  /// Whether it was done; else why not, without a full stop.
  struct outcome {
    int status = 200;  ///< else 404, 409, 422 or 503
    std::string detail;
    std::vector<token> all;  ///< those that there are, or that which was made or revoked
  };

  virtual ~access_office() = default;
  /// As of now; takes less than a microsecond.
  virtual std::shared_ptr<const access_table> table() const = 0;
  virtual void list(std::function<void(outcome)> done) = 0;
  virtual void make(wish of, std::function<void(outcome)> done) = 0;
  virtual void revoke(std::uint64_t number, std::function<void(outcome)> done) = 0;
};

/// Whether whoever showed this may follow the collection still.
bool may_follow(const access_office& by, const std::string& digest, std::string_view collection);

}  // namespace lithair::http
