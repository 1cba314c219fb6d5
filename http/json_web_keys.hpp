#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "http/json_web_key.hpp"

namespace lithair::http {

/// The keys of an identity provider, as it publishes them: a JSON Web Key Set (RFC 7517).
/// Immutable; any thread.
///
///     { "keys": [ { "kty": "OKP", "crv": "Ed25519", "kid": "2027", "x": "…" }, … ] }
class json_web_keys {
 public:
  static constexpr std::size_t largest_text = 1 << 20;  ///< bytes
  static constexpr std::size_t most_keys = 100;

  struct entry {
    std::optional<std::string> id;  ///< `kid`; none: it has none
    json_web_key key;
  };

  /// Kinds that count: `oct` (HS256), `RSA` (RS256), `EC` of P-256 (ES256), `OKP` of Ed25519
  /// (EdDSA). Others are passed over (RFC 7517 §5), as is what is not for signatures by `use`,
  /// `key_ops` or `alg`. Refused: malformed keys of these kinds, private ones, two of one kid and
  /// algorithm, and a set of which none can be used. An error is one line without a full stop
  /// that numbers the key, from 1, and tells nothing of it.
  static tl::expected<json_web_keys, std::string> read(std::string_view text);

  std::span<const entry> all() const { return all_; }
  /// Whether one of them is a secret: then what was read is one.
  bool has_secret() const;

 private:
  explicit json_web_keys(std::vector<entry> all) : all_(std::move(all)) {}

  std::vector<entry> all_;
};

}  // namespace lithair::http
