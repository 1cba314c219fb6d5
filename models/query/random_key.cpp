#include "models/query/random_key.hpp"

#include <algorithm>
#include <utility>

#include "models/problem/problems.hpp"
#include "models/query/match_walk.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

using direction = state_view::direction;

std::optional<std::string> first_key(const state_view& state, const key_range& range,
                                     direction order) {
  // The first pair is enough.
  std::optional<std::string> found;
  state.scan(range.lower, range.upper, order, [&](std::string_view pair_key, std::string_view) {
    found = key_in_record_key(pair_key);
    return false;
  });
  return found;
}

/// Up to 8 bytes of the key behind its first `skip` bytes, as a number.
std::uint64_t number_in(std::string_view key, std::size_t skip) {
  // Short keys count as if zeroes followed.
  std::string bytes(key.substr(std::min(skip, key.size())));
  bytes.resize(8, '\0');
  return read_big_endian(bytes);
}

/// A point between the smallest and the greatest key, as the range of what lies behind it; none:
/// there are no items.
std::optional<key_range> behind_random_point(const collection& c, const state_view& state,
                                             std::uint64_t random) {
  key_range range = all_records(c);
  const auto low = first_key(state, range, direction::ascending);
  const auto high = first_key(state, range, direction::descending);
  if (!low || !high) {
    return std::nullopt;
  }
  // Where all keys begin alike, the point must differ behind that.
  const auto differ = std::ranges::mismatch(*low, *high).in1 - low->begin();
  const auto common = static_cast<std::size_t>(differ);
  const std::uint64_t from = number_in(*low, common);
  // The span may be all 64 bits, where one more would be 0.
  const std::uint64_t span = number_in(*high, common) - from;
  std::string point = high->substr(0, common);
  append_big_endian(point, span + 1 == 0 ? random : from + random % (span + 1));
  range.lower = record_key(c, point);
  return range;
}

/// Looks for an item that may be read, behind the point and then before it.
class random_cursor final : public query_cursor {
 public:
  explicit random_cursor(const query& q) : q_(q) {}

  bool go_on(const state_view& state, const pause& now) override {
    if (stage_ == stage::beginning) {
      const auto behind = behind_random_point(*q_.target, state, q_.random);
      if (!behind) {
        return true;
      }
      point_ = behind->lower;
      walk(*behind, stage::behind);
    }
    while (true) {
      const auto found = [this](std::string_view key, const stored_fields&) {
        key_ = key;
        return match_walk::visited::ended;
      };
      if (!walk_->go_on(state, now, found)) {
        return false;
      }
      if (key_ || stage_ == stage::before) {
        return true;
      }
      key_range before = all_records(*q_.target);
      before.upper = point_;
      walk(before, stage::before);
    }
  }

  outcome answer() override { return answer_random(*q_.target, key_); }

 private:
  enum class stage : std::uint8_t { beginning, behind, before };

  void walk(const key_range& range, stage now) {
    stage_ = now;
    walk_.emplace(*q_.target, q_.rights->allowed, from_, std::vector<key_range>{range});
  }

  const query q_;
  const access_path from_{access_path::path::records, 0, {}, false, true};
  stage stage_ = stage::beginning;
  std::string point_;
  std::optional<match_walk> walk_;
  std::optional<std::string> key_;
};

}  // namespace

std::optional<std::string> random_key(const collection& c, const state_view& state,
                                      std::uint64_t random) {
  const auto behind = behind_random_point(c, state, random);
  if (!behind) {
    return std::nullopt;
  }
  const auto found = first_key(state, *behind, direction::ascending);
  // Behind the last key there is none: then the last one is taken.
  return found ? found : first_key(state, all_records(c), direction::descending);
}

outcome answer_random(const collection& c, const std::optional<std::string>& key) {
  if (!key) {
    return nothing_found();
  }
  outcome made;
  made.status = 200;
  made.body = "{\"id\":";
  append_json(made.body, from_key(c.key(), *key).value_or(value{}));
  made.body += '}';
  return made;
}

std::unique_ptr<query_cursor> begin_random(const query& q) {
  return std::make_unique<random_cursor>(q);
}

outcome nothing_found() {
  outcome made;
  made.status = 404;
  made.body = to_json(not_found());
  return made;
}

}  // namespace lithair::models
