#include "http/access.hpp"

#include <algorithm>
#include <array>

namespace lithair::http {

namespace {

// In the order of the enum.
constexpr std::array<std::string_view, 4> role_names{"", "read", "write", "admin"};
constexpr std::size_t longest_role = 64;

bool is_role_name(std::string_view name) {
  constexpr auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  constexpr auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= longest_role && small(name.front()) &&
         std::ranges::all_of(name, fits);
}

std::shared_ptr<const models::subject> bound_by_rules(const access_token& of) {
  if (of.role == access_role::admin) return nullptr;
  const auto role = of.role == access_role::own ? of.own_role : std::string{name_of(of.role)};
  return std::make_shared<const models::subject>(models::subject{of.name, {role}, {}});
}

}  // namespace

std::string_view name_of(access_role role) { return role_names[static_cast<std::size_t>(role)]; }

std::optional<named_role> read_role(std::string_view name) {
  if (!is_role_name(name)) return std::nullopt;
  const auto found = std::ranges::find(role_names, name);
  if (found == role_names.end()) return named_role{access_role::own, std::string{name}};
  return named_role{static_cast<access_role>(found - role_names.begin()), {}};
}

bool access_token::may_use(std::string_view collection) const {
  return collections.empty() || std::ranges::find(collections, collection) != collections.end();
}

access_table::access_table(std::vector<entry> all, access_default without) : without_(without) {
  for (auto& each : all) {
    each.second.bound = bound_by_rules(each.second);
    by_digest_.insert(std::move(each));
  }
}

const access_token* access_table::find(const std::string& digest) const {
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : &found->second;
}

std::shared_ptr<const models::subject> guest::bound() const {
  static const auto nobody = std::make_shared<const models::subject>();
  if (!is_guarded()) return nullptr;
  if (token != nullptr) return token->bound;
  return named != nullptr ? std::shared_ptr<const models::subject>{named, &named->who} : nobody;
}

std::string_view guest::name() const {
  if (token != nullptr) return token->name;
  return named != nullptr ? std::string_view{named->who.id} : std::string_view{};
}

bool may_follow(const access_office& by, const std::string& digest, std::string_view collection) {
  const auto table = by.table();
  if (table->is_open()) return true;
  const auto* token = digest.empty() ? nullptr : table->find(digest);
  return token != nullptr && token->may_use(collection);
}

}  // namespace lithair::http
