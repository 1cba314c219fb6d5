#include "apps/lithair/identity_keeper.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <stdexcept>
#include <utility>

#include "http/bearer_token.hpp"

namespace lithair::apps {
namespace {

using http::json_web_keys;

tl::expected<json_web_keys, std::string> read_keys(const std::string& path) {
  const auto file = http::read_small_file(path, json_web_keys::largest_text);
  if (!file) return tl::unexpected(file.error());
  // Whoever changes it says who everybody is.
  if (file->is_writable_for_others())
    return tl::unexpected(path + " can be changed by other users; say chmod go-w " + path);
  auto keys = json_web_keys::read(file->content);
  if (!keys) return tl::unexpected(path + ": " + keys.error());
  if (keys->has_secret() && file->is_open_to_others())
    return tl::unexpected(
        path + " holds a secret (oct) and is open to other users; say chmod 600 " + path);
  return keys;
}

std::shared_ptr<http::identity_verifier> office_of(const jwt_settings& of) {
  auto keys = read_keys(of.keys_file);
  if (!keys) throw std::runtime_error(keys.error());
  http::token_expectations expected;
  expected.issuer = of.issuer;
  expected.audience = of.audience;
  expected.roles_claim = of.roles_claim;
  return std::make_shared<http::identity_verifier>(std::move(*keys), std::move(expected));
}

}  // namespace

identity_keeper::identity_keeper(jwt_settings of)
    : settings_(std::move(of)), office_(office_of(settings_)) {}

void identity_keeper::read_file_again() {
  auto keys = read_keys(settings_.keys_file);
  if (!keys) {
    spdlog::error("--jwt-keys: {}; the keys of before stay", keys.error());
    return;
  }
  const auto count = keys->all().size();
  office_->use(std::move(*keys));
  spdlog::info("SIGHUP: the keys of {} count from now on, {} of them", settings_.keys_file, count);
}

std::string open_identities(settings& chosen) {
  if (!chosen.jwt) return {};
  try {
    chosen.identities = std::make_shared<identity_keeper>(*chosen.jwt);
  } catch (const std::exception& error) {
    return std::string("--jwt-keys: ") + error.what();
  }
  chosen.http.identities = chosen.identities->office();
  return {};
}

}  // namespace lithair::apps
