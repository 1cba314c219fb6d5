#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "models/schema/subject.hpp"

namespace lithair::http {

/// Whom a JSON Web Token (RFC 7519) names.
struct identity {
  models::subject who;
  std::int64_t expires = 0;  ///< seconds since 1970; the token counts before it, leeway included
};

/// Judges tokens of an identity provider. Any thread; an answer takes some 100 us at most.
class identity_office {
 public:
  virtual ~identity_office() = default;
  /// Whom the token names as of `now`, seconds since 1970; else why it does not count: one sentence
  /// that tells nothing of the token.
  virtual tl::expected<std::shared_ptr<const identity>, std::string> identify(
      std::string_view token, std::int64_t now) = 0;
};

}  // namespace lithair::http
