#include "http/identity_verifier.hpp"

#include <utility>

#include "http/json_web_signature.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::http {

identity_verifier::identity_verifier(json_web_keys keys, token_expectations expected)
    : expected_(std::move(expected)),
      keys_(std::make_shared<const json_web_keys>(std::move(keys))) {}

tl::expected<std::shared_ptr<const identity>, std::string> identity_verifier::identify(
    std::string_view token, std::int64_t now) {
  // Not digested either: what it costs is bounded.
  const bool may_be_known = token.size() <= largest_token;
  auto digest = may_be_known ? models::sha256(token) : std::string{};
  std::shared_ptr<const json_web_keys> keys;
  {
    const std::lock_guard guard{mutex_};
    if (auto who = recall(digest, now)) return who;
    keys = keys_;
  }
  auto read = read_token(token, *keys, expected_, now);
  if (!read) return tl::unexpected(std::move(read.error()));
  auto who = std::make_shared<const identity>(std::move(*read));
  const std::lock_guard guard{mutex_};
  // The keys may have been replaced meanwhile: it counts for this time.
  if (keys == keys_) remember(std::move(digest), who);
  return who;
}

void identity_verifier::use(json_web_keys keys) {
  auto made = std::make_shared<const json_web_keys>(std::move(keys));
  const std::lock_guard guard{mutex_};
  keys_.swap(made);
  recent_.clear();
  older_.clear();
}

std::size_t identity_verifier::remembered() const {
  const std::lock_guard guard{mutex_};
  return recent_.size() + older_.size();
}

std::shared_ptr<const identity> identity_verifier::recall(const std::string& digest,
                                                          std::int64_t now) {
  auto found = recent_.find(digest);
  if (found == recent_.end()) {
    auto moved = older_.extract(digest);
    if (moved.empty()) return nullptr;
    remember(std::move(moved.key()), std::move(moved.mapped()));
    found = recent_.find(digest);
  }
  if (now < found->second->expires) return found->second;
  recent_.erase(found);
  return nullptr;
}

void identity_verifier::remember(std::string digest, std::shared_ptr<const identity> who) {
  if (recent_.size() == most_remembered / 2) older_ = std::exchange(recent_, {});
  older_.erase(digest);
  recent_.insert_or_assign(std::move(digest), std::move(who));
}

}  // namespace lithair::http
