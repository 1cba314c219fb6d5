#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/access.hpp"
#include "http/exchange.hpp"

/// What a request's access token lets it do.
namespace lithair::http {

/// Who asks, as far as a token tells. What it points to lives with the guest.
struct guest {
  std::shared_ptr<const access_table> table;  ///< none: nobody has to show a token
  std::string digest;                         ///< of what was shown; empty: nothing was
  const access_token* token = nullptr;        ///< of the table; none: no such token

  /// Whether tokens are asked for at all.
  bool is_guarded() const { return table != nullptr; }
  bool may(access_role role) const { return token != nullptr && token->role >= role; }
};

/// As of now.
guest guest_of(const request& r, const site& site);

/// Why a row of `caller::anyone` is not for this guest; none: it may ask. 401 where no token is
/// shown or one that does not count, 403 where it is not enough (RFC 6750 §3.1).
std::optional<response> check_guest(const guest& who, const operation& row, const matched& place,
                                    const site& site);
/// Of several collections, by their ids in a command.
std::optional<response> check_command(const guest& who, std::string_view command, const site& site);
/// 401, or 403 when a token was shown that is not an admin's.
response must_be_admin(const guest& who);

/// Whether whoever showed this may follow the collection still.
bool may_follow(const access_office& by, const std::string& digest, std::string_view collection);

}  // namespace lithair::http
