#include "models/command/executor.hpp"

#include "models/problem/problems.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// A deletion that would touch more items than this is refused: it would hold up every other
/// command.
constexpr std::size_t max_followed = 10'000;

}  // namespace

executor::executor(const setting& with, const state_view& state)
    : with_(with), view_(state, changes_) {}

result<decision> executor::run(const collection& c, const operation_part& part) {
  auto made = step(c, part);
  // A list and not recursion: chains of references may be long.
  while (made && !removed_.empty()) {
    const removed_item item = std::move(removed_.front());
    removed_.pop_front();
    if (auto refused = follow_references(item)) {
      return tl::make_unexpected(std::move(*refused));
    }
  }
  return made;
}

result<decision> executor::step(const collection& c, const operation_part& part) {
  auto made = decide(with_, c, part, view_, changes_);
  // The next operation must see what this one did.
  view_.refresh();
  if (made && part.op == operation::remove && !c.referrers.empty()) {
    removed_.push_back({&c, std::string(part.key)});
  }
  return made;
}

std::optional<problem> executor::follow_references(const removed_item& item) {
  for (const auto& from : item.c->referrers) {
    if (auto refused = follow(item, from)) {
      return refused;
    }
  }
  return std::nullopt;
}

std::optional<problem> executor::follow(const removed_item& item, const referrer& from) {
  const collection* c = with_.models.find(from.collection_id);
  if (c == nullptr) {
    return std::nullopt;
  }
  const field& f = c->fields[from.position];
  const auto v = from_key(item.c->key(), item.key);
  // References are always indexed, so this reads only what refers.
  const auto range = entries_of(*c, f, v.value_or(value{}));
  std::vector<std::string> keys;
  view_.scan(range.lower, range.upper, state_view::direction::ascending,
             [&](std::string_view, std::string_view key) {
               keys.emplace_back(key);
               // One more than allowed is enough to know.
               return keys.size() + followed_ <= max_followed;
             });
  followed_ += keys.size();
  // One item that refers is enough.
  if (!keys.empty() && f.on_delete == delete_rule::restrict_) {
    return still_referenced(c->name, f.exposed ? f.name : "");
  }
  if (followed_ > max_followed) {
    return problem{409, "conflict", "The deletion would touch more than 10000 items.", {}};
  }
  // Keys are gathered first: settling an item changes the entries that were scanned.
  for (const auto& key : keys) {
    if (auto refused = settle(*c, f, key)) {
      return refused;
    }
  }
  return std::nullopt;
}

/// Deletes an item that referred to one that is gone, or takes the reference from it.
std::optional<problem> executor::settle(const collection& c, const field& f,
                                        const std::string& key) {
  operation_part part;
  part.collection_id = c.id;
  part.key = key;
  part.op = f.on_delete == delete_rule::cascade ? operation::remove : operation::patch;
  if (part.op == operation::patch) {
    // nil removes the field.
    part.fields = {{f.id, "\xc0"}};
  }
  const auto made = step(c, part);
  return made ? std::nullopt : std::optional(made.error());
}

}  // namespace lithair::models
