#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::http {

/// Certifies nodes of a cluster that has an authority of its own, for who shows a join token, and
/// keeps the book of those tokens, which is one for the whole cluster. Any thread; it blocks
/// nobody: what the cluster has to agree on is told later, once, on any thread.
class certificate_office {
 public:
  /// Who wants to be certified, as it says.
  struct wish {
    std::string token;
    std::string request;             ///< PKCS #10 in PEM
    std::uint64_t node = 0;          ///< as which
    std::vector<std::string> hosts;  ///< by which clients come to it
  };
  /// Whether it was done; else why not, without a full stop.
  struct verdict {
    int status = 200;  ///< else 403, 404, 409, 422, 429 or 503
    std::string detail;
  };
  struct outcome : verdict {
    std::string certificate;  ///< in PEM
    std::string sealed_key;   ///< of the authority, in base64url, for the request's key alone
  };

  /// A token as the book has it.
  struct token {
    std::uint64_t number = 0;
    std::int64_t expires = 0;  ///< seconds since 1970, as the next
    std::int64_t made = 0;
    std::uint64_t made_by = 0;         ///< the node
    std::uint64_t uses = 0;            ///< for how many nodes it is
    std::vector<std::uint64_t> nodes;  ///< that were certified with it
    std::string text;                  ///< itself; only where it was made just now
  };
  struct token_wish {
    std::int64_t seconds = 0;  ///< until it ends
    std::uint64_t uses = 1;
  };
  struct tokens : verdict {
    std::vector<token> all;  ///< those that count, or those that were made or revoked
  };

  /// What is wanted of the authority that certifies nodes.
  enum class authority_order : std::uint8_t {
    look,    ///< how it stands
    rotate,  ///< another one is to take its place: first all members trust both
    finish,  ///< then each shows a certificate of the other one, and nobody needs the first
    cancel,  ///< instead of finishing: the first stays
  };
  /// How the authority stands, and the one that is to take its place.
  struct authorities : verdict {
    struct one {
      std::string fingerprint;   ///< SHA-256 of its certificate, 64 hexadecimal digits; empty: none
      std::int64_t expires = 0;  ///< seconds since 1970
    };
    std::string stage;           ///< "settled", "gathering", "trusting", "certifying", "settling"
    one current;                 ///< that certifies this node
    one next;                    ///< that is to take its place, or did at this node
    std::int64_t begun = 0;      ///< seconds since 1970; 0 where it is settled
    std::uint64_t begun_by = 0;  ///< the node
    std::vector<std::uint64_t> waits_for;  ///< members whose part in this stage is not done
  };

  virtual ~certificate_office() = default;
  /// The authority's certificate in PEM, which anybody may have.
  virtual std::string authority() const = 0;
  virtual void certify(wish of, std::function<void(outcome)> done) = 0;
  /// Whether this, shown as a bearer token, proves that its sender has the authority's key: then it
  /// may do what operators may, for it could be any node. Takes less than a millisecond.
  virtual bool admits(std::string_view proof) = 0;

  virtual void make_token(token_wish of, std::function<void(tokens)> done) = 0;
  virtual void list_tokens(std::function<void(tokens)> done) = 0;
  /// None: all of them. 404: there is none of this number.
  virtual void revoke_tokens(std::optional<std::uint64_t> number,
                             std::function<void(tokens)> done) = 0;
  /// 409: not as it stands.
  virtual void order(authority_order what, std::function<void(authorities)> done) = 0;
};

}  // namespace lithair::http
