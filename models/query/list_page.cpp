#include "models/query/list_page.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "models/derived/secondary_indexes.hpp"
#include "models/encoding/json_text.hpp"
#include "models/query/access_path.hpp"
#include "models/query/list_query.hpp"
#include "models/query/match_walk.hpp"
#include "models/query/page_limits.hpp"
#include "models/query/range_cursor.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

using direction = state_view::direction;
using visited = match_walk::visited;

/// For a list that has to be sorted; its order may be that of values of any length.
constexpr std::size_t max_sorted_bytes = std::size_t{32} << 20;

/// An item that belongs into the page, and where it stands.
struct ranked {
  std::string position;
  std::string key;

  std::size_t bytes() const { return sizeof(ranked) + position.size() + key.size(); }
};

/// The first of many items in the order of a list, as many as are wanted.
class first_items {
 public:
  first_items(std::size_t limit, bool descending) : limit_(limit), descending_(descending) {}

  void add(std::string_view position, std::string_view key) {
    if (items_.size() == limit_) {
      if (!order()(position, items_.front().position)) {
        return;
      }
      // The last of those kept gives way: memory stays bounded.
      bytes_ -= items_.front().bytes();
      drop_last();
    }
    items_.push_back({std::string(position), std::string(key)});
    bytes_ += items_.back().bytes();
    std::ranges::push_heap(items_, order(), &ranked::position);
  }

  /// Memory held.
  std::size_t bytes() const { return bytes_; }

  /// Those behind the first `skip`, the last of them first: as a heap in order gives them.
  std::vector<ranked> take_behind(std::uint64_t skip) {
    std::vector<ranked> made;
    while (items_.size() > skip) {
      std::ranges::pop_heap(items_, order(), &ranked::position);
      made.push_back(std::move(items_.back()));
      items_.pop_back();
    }
    return made;
  }

  /// Lets go of some of the others; false once none are left. Of many that takes a while.
  bool forget_some() {
    items_.resize(items_.size() - std::min<std::size_t>(items_.size(), 256));
    return !items_.empty();
  }

 private:
  struct before {
    bool descending;
    bool operator()(std::string_view a, std::string_view b) const {
      return descending ? a > b : a < b;
    }
  };
  before order() const { return {descending_}; }
  void drop_last() {
    std::ranges::pop_heap(items_, order(), &ranked::position);
    items_.pop_back();
  }

  std::size_t limit_;
  bool descending_;
  std::vector<ranked> items_;  // a heap, the last in order in front
  std::size_t bytes_ = 0;
};

/// Finds and renders one page.
class list_cursor final : public query_cursor {
 public:
  explicit list_cursor(const query& q)
      : q_(q),
        from_(choose_access_path(c_, list_.filters, list_.sort)),
        descending_(is_descending(c_, list_.sort)),
        stage_(first_stage()),
        counting_(from_.ranges),
        finding_(c_, list_.filters, from_, is_in_order() ? where_to_read() : from_.ranges,
                 is_in_order() ? order() : direction::ascending),
        // One more than the page holds tells whether there is a next page.
        first_(list_.skip + list_.take + 1, descending_) {}

  bool go_on(const state_view& state, const pause& now) override {
    while (stage_ != stage::done) {
      if (!perform(state, now)) {
        return false;
      }
    }
    return true;
  }

  outcome answer() override {
    outcome made;
    made.status = refused_ ? refused_->status : 200;
    made.body = refused_ ? models::to_json(*refused_) : to_json();
    return made;
  }

 private:
  enum class stage : std::uint8_t {
    counting,   ///< the pairs, each of which stands for a match
    finding,    ///< the items of the page, in the order of the list
    comparing,  ///< all matches, to remember the first of them in order
    showing,    ///< those
    done,
  };

  /// Whether the access gives items in the order of the list.
  /// Only then may reading stop early, without looking at every item.
  bool is_in_order() const {
    return is_in_key_order(c_, list_.sort) ? from_.by_key : is_in_index_order();
  }

  bool is_in_index_order() const {
    return from_.via == access_path::path::index && list_.sort.size() == 1 &&
           list_.sort.front().position == from_.position && index_orders(c_.fields[from_.position]);
  }

  direction order() const {
    return !list_.sort.empty() && list_.sort.front().descending ? direction::descending
                                                                : direction::ascending;
  }

  bool is_past(std::string_view position) const {
    // Behind the token's position: a list may have changed since, so it is found, not counted.
    return list_.after.empty() || (descending_ ? position < list_.after : position > list_.after);
  }

  /// Whether the matches must be looked at one by one to be counted.
  bool counts_on_the_way() const { return list_.total && !list_.filters.empty() && !from_.exact; }

  stage first_stage() const {
    // Sorting looks at every match anyway, so its total comes for free.
    if (!is_in_order()) {
      return stage::comparing;
    }
    return list_.total && !counts_on_the_way() ? stage::counting : stage::finding;
  }

  /// One stage to its end; false when it paused.
  bool perform(const state_view& state, const pause& now) {
    switch (stage_) {
      case stage::counting:
        return count(state, now) && enter(stage::finding);
      case stage::finding:
        return find(state, now) && enter(stage::done);
      case stage::comparing:
        return compare(state, now) && enter(refused_ ? stage::done : stage::showing);
      case stage::showing:
        return show(state, now) && enter(stage::done);
      case stage::done:
        break;
    }
    return true;
  }

  bool enter(stage next) {
    if (next == stage::showing) {
      // What belongs to the page is known now.
      picked_ = first_.take_behind(list_.skip);
    }
    stage_ = next;
    return true;
  }

  bool count(const state_view& state, const pause& now) {
    // Without filters the counter knows.
    if (list_.filters.empty()) {
      total_ = items_in(c_, state);
      return true;
    }
    return counting_.count(state, now, total_);
  }

  /// Reads items until the page is full, or to the end when they are to be counted on the way.
  bool find(const state_view& state, const pause& now) {
    return finding_.go_on(state, now, [&](std::string_view key, const stored_fields& fields) {
      if (!adds_ && !belongs(key, fields)) {
        // A full page ends the reading, unless the rest must be counted.
        return more_ && !counts_on_the_way() ? visited::ended : visited::done;
      }
      return add(fields, position_, now) ? visited::done : visited::again;
    });
  }

  /// Whether a match is to be shown. Each is to be asked for once.
  bool belongs(std::string_view key, const stored_fields& fields) {
    // Counted before the page begins: a total is of all matches.
    total_ += counts_on_the_way() ? 1 : 0;
    stand(fields, key);
    if (!is_past(position_) || ++behind_ <= list_.skip) {
      return false;
    }
    more_ = !has_room();
    return !more_;
  }

  /// The ranges without those, and parts of them, that lie before where the page begins.
  std::vector<key_range> where_to_read() const {
    auto ranges = from_.ranges;
    // Counting on the way needs all of it, so nothing is skipped.
    const std::string at = counts_on_the_way() ? std::string() : pair_at(list_.after);
    if (at.empty()) {
      return ranges;
    }
    for (auto& range : ranges) {
      if (order() == direction::ascending) {
        range.lower = std::max(range.lower, at);
      } else {
        range.upper = std::min(range.upper, at + '\0');
      }
    }
    return ranges;
  }

  /// The key of the pair that stands for a position; empty when it can't be told.
  std::string pair_at(const std::string& position) const {
    // A unique value's pair does not tell where its item stands.
    if (position.empty() || from_.via == access_path::path::unique) {
      return {};
    }
    if (from_.via == access_path::path::records) {
      return record_key(c_, position);
    }
    const field& f = c_.fields[from_.position];
    // One range, of one value: behind that only the key follows.
    if (is_in_key_order(c_, list_.sort)) {
      std::string at = from_.ranges.front().lower;
      append_sortable_key(at, c_, position);
      return at;
    }
    std::string at = all_entries(c_, f).lower;
    // The position has the mark of presence in front, which the index lacks.
    const bool inverted = list_.sort.front().descending;
    for (const char byte : position.substr(1)) {
      // The position was inverted where the term falls; the key of the pair is not.
      at += inverted ? static_cast<char>(~byte) : byte;
    }
    return at;
  }

  bool compare(const state_view& state, const pause& now) {
    return finding_.go_on(state, now, [this](std::string_view key, const stored_fields& fields) {
      ++total_;
      stand(fields, key);
      if (is_past(position_)) {
        // Items before the page would only be dropped again.
        first_.add(position_, key);
      }
      // Values may be long, so the count alone does not bound memory.
      if (first_.bytes() > max_sorted_bytes) {
        refused_ =
            problem{400,
                    "too_much_to_sort",
                    "The values to sort by take too much memory; ask for less with \"skip\", "
                    "and go on with \"after\".",
                    {}};
      }
      return refused_ ? visited::ended : visited::done;
    });
  }

  bool show(const state_view& state, const pause& now) {
    while (first_.forget_some()) {
      if (now()) {
        return false;
      }
    }
    while (!picked_.empty() && !more_) {
      const auto& next = picked_.back();
      more_ = !adds_ && !has_room();
      const bool is_there = adds_ || (!more_ && pick(state, next.key));
      if (is_there && !add(picked_record_.fields, next.position, now)) {
        return false;
      }
      picked_.pop_back();
      if (now()) {
        return picked_.empty() || more_;
      }
    }
    return true;
  }

  /// As it was compared, for the view is of one moment. Read once, however long.
  bool pick(const state_view& state, std::string_view key) {
    picked_bytes_ = state.get(record_key(c_, key)).value_or(std::string());
    return read_record(picked_bytes_, picked_record_);
  }

  /// Whether one more row belongs to the page. It never has room again once it had none.
  bool has_room() const { return shown_ < list_.take && rows_.size() < max_page_bytes; }

  void stand(const stored_fields& fields, std::string_view key) {
    position_.clear();
    append_position(position_, c_, list_.sort, fields, key);
  }

  /// False: it is not whole yet.
  bool add(const stored_fields& fields, const std::string& position, const pause& now) {
    if (!std::exchange(adds_, true)) {
      rows_ += shown_ == 0 ? "" : ",";
    }
    if (!row_.go_on(rows_, fields, now)) {
      return false;
    }
    adds_ = false;
    ++shown_;
    last_ = position;
    return true;
  }

  std::string to_json() const {
    std::string out = "{\"data\":[" + rows_ + "],";
    if (list_.total) {
      out += "\"total\":" + std::to_string(total_) + ',';
    }
    out += "\"skip\":" + std::to_string(list_.skip) + ",\"take\":" + std::to_string(list_.take);
    out += more_ ? ",\"has_more\":true,\"next\":" : ",\"has_more\":false,\"next\":";
    if (more_) {
      append_json_string(out, to_token(c_, list_.sort, last_));
    } else {
      out += "null";
    }
    if (list_.explain) {
      append_explanation(out);
    }
    return out + '}';
  }

  void append_explanation(std::string& out) const {
    const bool all = from_.via == access_path::path::records && from_.ranges.size() == 1 &&
                     from_.ranges.front() == all_records(c_);
    const auto via = all                                       ? "scan"
                     : from_.via == access_path::path::records ? "primary_key"
                     : from_.via == access_path::path::unique  ? "unique"
                                                               : "index";
    out += std::string(",\"explain\":{\"access\":\"") + via + '"';
    // A rule may have found them by what is not for the client to know.
    if (!all && (!q_.rights || q_.rights->shown[from_.position])) {
      out += ",\"field\":";
      append_json_string(out, c_.fields[from_.position].name);
    }
    // How many were looked at would tell of those that are kept from the client.
    out += q_.is_restricted() ? ",\"access_rule\":true"
                              : ",\"examined\":" + std::to_string(finding_.examined());
    out += is_in_order() ? ",\"sorted\":false}" : ",\"sorted\":true}";
  }

  const query q_;
  const collection& c_ = *q_.target;
  const list_query& list_ = *q_.list;
  const access_path from_;
  const bool descending_;
  stage stage_;
  range_cursor counting_;
  match_walk finding_;  // of the items of the page, or of all matches
  first_items first_;
  std::vector<ranked> picked_;  // the next of them last
  std::string picked_bytes_;    // the item that is shown
  stored_record picked_record_;
  std::string position_;  // scratch
  std::string rows_;
  item_writer row_{c_, &list_.wanted};
  bool adds_ = false;         // a row that is not whole yet
  std::string last_;          // position of the last row
  std::uint64_t behind_ = 0;  // matches behind where the page begins
  std::uint64_t shown_ = 0;
  std::uint64_t total_ = 0;
  bool more_ = false;
  std::optional<problem> refused_;
};

/// Counts the matches.
class count_cursor final : public query_cursor {
 public:
  explicit count_cursor(const query& q)
      : q_(q),
        from_(choose_access_path(*q.target, q.list->filters, {})),
        counting_(from_.ranges),
        matches_(*q.target, q_.list->filters, from_, from_.ranges) {}

  bool go_on(const state_view& state, const pause& now) override {
    if (q_.list->filters.empty()) {
      count_ = items_in(*q_.target, state);
      return true;
    }
    if (from_.exact) {
      return counting_.count(state, now, count_);
    }
    return matches_.go_on(state, now, [this](std::string_view, const stored_fields&) {
      ++count_;
      return visited::done;
    });
  }

  outcome answer() override {
    outcome made;
    made.status = 200;
    made.body = "{\"count\":" + std::to_string(count_) + "}";
    return made;
  }

 private:
  const query q_;
  const access_path from_;
  range_cursor counting_;  // the pairs, each of which stands for a match
  match_walk matches_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<query_cursor> begin_list(const query& q) {
  return std::make_unique<list_cursor>(q);
}

std::unique_ptr<query_cursor> begin_count(const query& q) {
  return std::make_unique<count_cursor>(q);
}

}  // namespace lithair::models
