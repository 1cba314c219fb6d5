#include "apps/lithair/auth_file.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>
#include <utility>

#include "actors/tls/sealing.hpp"
#include "http/bearer_token.hpp"
#include "models/declaration/toml.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::apps {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr std::size_t least_token = 32;
constexpr std::size_t digest_digits = 64;

/// What is wrong, and where.
class wrong_file : public std::runtime_error {
 public:
  wrong_file(const toml::source_region& at, const std::string& what)
      : std::runtime_error(std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column) +
                           ": " + what) {}
};

std::string text_at_node(const toml::node& node, std::string_view key) {
  if (const auto* text = node.as_string()) return text->get();
  throw wrong_file(node.source(), std::string{key} + " must be a text");
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string digest_in(const toml::node& node) {
  const auto digits = text_at_node(node, "sha256");
  std::string made;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = digit_of(digits[i]);
    const int low = digit_of(digits[i + 1]);
    if (high < 0 || low < 0) break;
    made += static_cast<char>(high * 16 + low);
  }
  if (digits.size() != digest_digits || made.size() * 2 != digest_digits)
    throw wrong_file(node.source(), "sha256 must be 64 hexadecimal digits in lower case");
  return made;
}

std::string digest_of_token(const toml::node& node) {
  constexpr auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  const auto token = text_at_node(node, "token");
  if (token.size() < least_token || !std::ranges::all_of(token, visible))
    throw wrong_file(node.source(), "token must have at least 32 visible characters");
  return models::sha256(token);
}

std::int64_t end_in(const toml::node& node) {
  const auto* when = node.as_date_time();
  if (when == nullptr || !when->get().offset)
    throw wrong_file(node.source(), "expires must be a time like 2027-01-01T00:00:00Z");
  const auto& at = when->get();
  using namespace std::chrono;
  const sys_days day = year{at.date.year} / at.date.month / at.date.day;
  return duration_cast<seconds>(day.time_since_epoch()).count() +
         std::int64_t{at.time.hour} * 3600 + std::int64_t{at.time.minute} * 60 + at.time.second -
         std::int64_t{at.offset->minutes} * 60;
}

/// Reads one file.
class token_reader {
 public:
  explicit token_reader(const std::function<bool(std::string_view)>& serves) : serves_(serves) {}

  std::vector<booked_access> tokens_in(const toml::table& file) const {
    std::vector<booked_access> made;
    std::set<std::string> digests;
    for (const auto& [key, node] : file) {
      const auto* all = node.as_array();
      if (key.str() != "tokens" || all == nullptr || !all->is_array_of_tables())
        throw wrong_file(node.source(), "only [[tokens]] are known here");
      for (const auto& each : *all) {
        made.push_back(token_in(*each.as_table()));
        if (!digests.insert(made.back().digest).second)
          throw wrong_file(each.source(), "the same token is there twice");
      }
    }
    return made;
  }

 private:
  booked_access token_in(const toml::table& of) const {
    booked_access made;
    bool has_role = false;
    for (const auto& [key, node] : of) {
      if (key.str() == "role") has_role = true;
      take(key.str(), node, made);
    }
    if (made.name.empty()) throw wrong_file(of.source(), "a token needs a name");
    if (!has_role) throw wrong_file(of.source(), "a token needs a role");
    if (made.digest.empty()) throw wrong_file(of.source(), "a token needs token or sha256");
    if (made.role == http::access_role::admin && !made.collections.empty())
      throw wrong_file(of.source(), "an admin's token is not for some collections only");
    return made;
  }

  void take(std::string_view name, const toml::node& node, booked_access& into) const {
    if (name == "name") {
      into.name = text_at_node(node, name);
    } else if (name == "role") {
      const auto role = http::read_role(text_at_node(node, name));
      if (!role)
        throw wrong_file(node.source(),
                         "role must be read, write, admin, or one that access rules ask for");
      into.role = role->role;
      into.own_role = role->own;
    } else if (name == "collections") {
      into.collections = collections_in(node);
    } else if (name == "expires") {
      into.expires = end_in(node);
    } else if (name == "sha256" || name == "token") {
      if (!into.digest.empty())
        throw wrong_file(node.source(), "say the token or its sha256, and one of them");
      into.digest = actors::base64url(name == "token" ? digest_of_token(node) : digest_in(node));
    } else {
      throw wrong_file(node.source(), "nothing is known of " + std::string{name});
    }
  }

  // One that is misspelt would be of no use, and nobody would know why.
  std::vector<std::string> collections_in(const toml::node& node) const {
    std::vector<std::string> made;
    const auto* all = node.as_array();
    if (all == nullptr || all->empty())
      throw wrong_file(node.source(), "collections must be a list of names");
    for (const auto& each : *all) {
      made.push_back(text_at_node(each, "a collection"));
      if (!serves_(made.back()))
        throw wrong_file(each.source(), "there is no collection of the name " + made.back());
    }
    return made;
  }

  const std::function<bool(std::string_view)>& serves_;
};

}  // namespace

tl::expected<std::vector<booked_access>, std::string> read_auth_file(
    const std::string& path, const std::function<bool(std::string_view)>& serves) {
  const auto text = http::read_private_file(path, largest_file);
  if (!text) return tl::unexpected(text.error());
  if (text->size() > largest_file) return tl::unexpected(path + " is larger than 1 MiB");
  const auto file = toml::parse(*text);
  if (!file) {
    const auto& at = file.error().source().begin;
    return tl::unexpected(path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                          ": " + std::string{file.error().description()});
  }
  try {
    return token_reader{serves}.tokens_in(file.table());
  } catch (const wrong_file& error) {
    return tl::unexpected(path + ":" + error.what());
  }
}

}  // namespace lithair::apps
