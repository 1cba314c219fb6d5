#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/identity.hpp"
#include "http/json_web_keys.hpp"
#include "http/json_web_token.hpp"

namespace lithair::http {

/// Judges JSON Web Tokens by a key set, which may be replaced meanwhile, and remembers those that
/// counted: clients show the same one again and again. Any thread.
///
///     token ──▶ known by its SHA-256? ──yes──▶ until exp + leeway: whom it names
///                    │no
///                    ▼
///               read_token ──right──▶ remembered, by the keys of now
///
class identity_verifier final : public identity_office {
 public:
  /// Tokens that are remembered. Of more, those that were not seen for longest are judged anew.
  static constexpr std::size_t most_remembered = 1024;

  identity_verifier(json_web_keys keys, token_expectations expected);

  /// About a microsecond for a token that is remembered. `nbf` and `iat` are judged the first time.
  tl::expected<std::shared_ptr<const identity>, std::string> identify(std::string_view token,
                                                                      std::int64_t now) override;
  /// From the next token on these keys count and no others; all that was remembered is forgotten.
  void use(json_web_keys keys);
  /// Tokens that are remembered now.
  std::size_t remembered() const;

 private:
  using known = std::unordered_map<std::string, std::shared_ptr<const identity>>;

  std::shared_ptr<const identity> recall(const std::string& digest, std::int64_t now);
  void remember(std::string digest, std::shared_ptr<const identity> who);

  const token_expectations expected_;
  mutable std::mutex mutex_;
  // Guarded by mutex_, as all that follows.
  std::shared_ptr<const json_web_keys> keys_;
  // When the first of them is half of all, it becomes the second, whose place that gives up; what
  // is found in the second moves to the first.
  known recent_;
  known older_;
};

}  // namespace lithair::http
