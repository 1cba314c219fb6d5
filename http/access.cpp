#include "http/access.hpp"

#include <algorithm>
#include <array>

#include "http/bearer_token.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::http {

namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 3> role_names{"read", "write", "admin"};

}  // namespace

std::string_view name_of(access_role role) { return role_names[static_cast<std::size_t>(role)]; }

std::optional<access_role> read_role(std::string_view name) {
  const auto found = std::ranges::find(role_names, name);
  if (found == role_names.end()) return std::nullopt;
  return static_cast<access_role>(found - role_names.begin());
}

bool access_token::may_use(std::string_view collection) const {
  return collections.empty() || std::ranges::find(collections, collection) != collections.end();
}

access_table::access_table(std::vector<entry> all, access_default without) : without_(without) {
  for (auto& each : all) by_digest_.insert(std::move(each));
}

const access_token* access_table::find(const std::string& digest) const {
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : &found->second;
}

std::string digest_shown(std::string_view authorization) {
  const auto shown = bearer_of(authorization);
  return shown.empty() ? std::string{} : models::sha256(shown);
}

bool may_follow(const access_office& by, const std::string& digest, std::string_view collection) {
  const auto table = by.table();
  if (table->is_open()) return true;
  const auto* token = digest.empty() ? nullptr : table->find(digest);
  return token != nullptr && token->may_use(collection);
}

}  // namespace lithair::http
