#include "models/command/executor.hpp"

#include <utility>

#include "models/command/merges_ahead.hpp"
#include "models/derived/change_recorder.hpp"
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

void executor::begin(const collection& c, const operation_part& part) {
  c_ = &c;
  part_ = &part;
  made_.reset();
  if (with_.merges != nullptr) {
    with_.merges->begin(c, part, view_);
  }
}

bool executor::go_on(const std::function<bool()>& is_late) {
  if (!made_) {
    if (with_.merges != nullptr && !with_.merges->go_on(is_late)) {
      return false;
    }
    made_ = step(*c_, *part_);
  }
  // A queue and not recursion: chains of references may be long.
  while (*made_ && !removed_.empty()) {
    if (auto refused = follow()) {
      *made_ = tl::make_unexpected(std::move(*refused));
    }
    // Asked behind each, so that every call comes further.
    if (*made_ && !removed_.empty() && is_late()) {
      return false;
    }
  }
  return true;
}

bool executor::clear(const std::function<bool()>& is_late) {
  do {
    for (int i = 0; i < 64 && !changes_.empty(); ++i) {
      changes_.erase(changes_.begin());
    }
  } while (!changes_.empty() && !is_late());
  return changes_.empty();
}

result<decision> executor::step(const collection& c, const operation_part& part) {
  added_.clear();
  auto made = decide(with_, c, part, view_, added_);
  if (!made) {
    return made;
  }
  if (is_too_large(*made)) {
    return tl::make_unexpected(command_too_large(max_command_bytes));
  }
  for (auto& each : added_) {
    if (each.key.size() > max_pair_key) {
      return tl::make_unexpected(key_too_long());
    }
    // The next operation must see what this one did; of equal keys the later change wins.
    changes_.insert_or_assign(std::move(each.key), std::move(each.value));
  }
  if (part.op == operation::remove && !c.referrers.empty()) {
    removed_.push_back({&c, std::string(part.key)});
  }
  return made;
}

bool executor::is_too_large(const decision& made) {
  for (const auto& each : added_) {
    bytes_ += each.key.size() + (each.value ? each.value->size() : 0);
  }
  // Also where nobody waits for the answer: all nodes must count the same.
  bytes_ += made.size;
  return bytes_ + (with_.record != nullptr ? with_.record->bytes() : 0) > max_command_bytes;
}

std::optional<problem> executor::follow() {
  if (!settling_.empty()) {
    const std::string key = std::move(settling_.front());
    settling_.pop_front();
    return settle(key);
  }
  const auto& referrers = removed_.front().c->referrers;
  if (referrer_ < referrers.size()) {
    return find_referring(referrers[referrer_++]);
  }
  removed_.pop_front();
  referrer_ = 0;
  return std::nullopt;
}

std::optional<problem> executor::find_referring(const referrer& from) {
  const auto& item = removed_.front();
  referring_ = with_.models.find(from.collection_id);
  if (referring_ == nullptr) {
    return std::nullopt;
  }
  reference_ = &referring_->fields[from.position];
  const auto v = from_key(item.c->key(), item.key);
  // References are always indexed, so this reads only what refers.
  const auto range = entries_of(*referring_, *reference_, v.value_or(value{}));
  // Keys are gathered first: settling an item changes the entries that are scanned.
  view_.scan(range.lower, range.upper, state_view::direction::ascending,
             [&](std::string_view, std::string_view key) {
               settling_.emplace_back(key);
               // One more than allowed is enough to know.
               return settling_.size() + followed_ <= max_followed;
             });
  followed_ += settling_.size();
  // One item that refers is enough.
  if (!settling_.empty() && reference_->on_delete == delete_rule::restrict_) {
    return still_referenced(referring_->name, reference_->exposed ? reference_->name : "");
  }
  if (followed_ > max_followed) {
    return problem{409, "conflict", "The deletion would touch more than 10000 items.", {}};
  }
  return std::nullopt;
}

std::optional<problem> executor::settle(const std::string& key) {
  operation_part part;
  part.collection_id = referring_->id;
  part.key = key;
  part.follows = true;
  part.op = reference_->on_delete == delete_rule::cascade ? operation::remove : operation::patch;
  if (part.op == operation::patch) {
    // nil removes the field.
    part.fields = {{reference_->id, "\xc0"}};
  }
  const auto made = step(*referring_, part);
  return made ? std::nullopt : std::optional(made.error());
}

}  // namespace lithair::models
