#include "test/cluster/harness/history.hpp"

#include <algorithm>
#include <map>

namespace lithair::test {
namespace {

/// All operations on one value. It was in the register at least between `first_end` and
/// `last_begin` when these rise; else some moment between `last_begin` and `first_end` is enough
/// for it.
struct span {
  std::int64_t value = 0;
  std::int64_t write_began = operation::never;
  std::int64_t first_end = operation::never;
  std::int64_t last_begin = std::numeric_limits<std::int64_t>::min();
  std::int64_t first_read_end = operation::never;
  bool read = false;
  bool written = false;
  bool certain = false;  ///< the write was acknowledged

  bool held() const { return first_end < last_begin; }
};

void add(span& into, const operation& x) {
  into.value = x.value;
  into.first_end = std::min(into.first_end, x.ended);
  into.last_begin = std::max(into.last_begin, x.began);
  if (x.what == operation::kind::write) {
    into.written = true;
    into.write_began = x.began;
    into.certain = x.ended != operation::never;
  } else {
    into.read = true;
    into.first_read_end = std::min(into.first_read_end, x.ended);
  }
}

std::map<std::int64_t, span> spans_of(const std::vector<operation>& operations) {
  std::map<std::int64_t, span> made;
  const auto before = std::numeric_limits<std::int64_t>::min();
  add(made[0], {operation::kind::write, 0, before, before});
  for (const auto& x : operations) add(made[x.value], x);
  // A write of unknown outcome that nobody read need not have taken place.
  std::erase_if(made, [](const auto& x) { return !x.second.read && !x.second.certain; });
  return made;
}

std::string name(const span& x) { return "value " + std::to_string(x.value); }

}  // namespace

std::string why_not_linearizable(const std::vector<operation>& operations) {
  std::vector<span> held;
  std::vector<span> brief;
  for (const auto& [value, x] : spans_of(operations)) {
    if (!x.written) return name(x) + " was read, but never written";
    if (x.first_read_end < x.write_began) return name(x) + " was read before it was written";
    (x.held() ? held : brief).push_back(x);
  }
  std::ranges::sort(held, {}, &span::first_end);
  for (std::size_t i = 1; i < held.size(); ++i) {
    if (held[i].first_end < held[i - 1].last_begin) {
      return name(held[i - 1]) + " was there before and after " + name(held[i]);
    }
  }
  // The held spans follow one another now: only the last that begins before a brief one can enclose
  // it.
  for (const auto& x : brief) {
    const auto after = std::ranges::lower_bound(held, x.last_begin, {}, &span::first_end);
    if (after == held.begin()) continue;
    const auto& around = *std::prev(after);
    if (x.first_end < around.last_begin) {
      return name(around) + " was there before and after " + name(x);
    }
  }
  return {};
}

}  // namespace lithair::test
