#include "models/list_page.hpp"

#include <algorithm>
#include <queue>

#include "models/access.hpp"
#include "models/json_text.hpp"

namespace lithair::models {

namespace {

using direction = state_view::direction;

std::uint64_t items_in(const collection& c, const state_view& state) {
  const auto stored = state.get(counter_key(c));
  return stored ? read_big_endian(*stored) : 0;
}

/// An item that belongs into the page, and where it stands.
struct ranked {
  std::string position;
  std::string key;
};

/// Finds and renders one page.
class pager {
 public:
  pager(const collection& c, const list_query& list, const state_view& state)
      : c_(c),
        list_(list),
        state_(state),
        from_(choose_access(c, list.filters, list.sort)),
        falls_(falls(c, list.sort)) {}

  std::string run() {
    if (is_in_order()) {
      stream();
    } else {
      sort();
    }
    return to_json();
  }

 private:
  /// Whether the access gives items in the order of the list.
  bool is_in_order() const {
    return is_in_key_order(c_, list_.sort) ? from_.by_key : is_in_index_order();
  }

  bool is_in_index_order() const {
    return from_.via == access::path::index && list_.sort.size() == 1 &&
           list_.sort.front().position == from_.position && index_orders(c_.fields[from_.position]);
  }

  direction order() const {
    return !list_.sort.empty() && list_.sort.front().descending ? direction::descending
                                                                : direction::ascending;
  }

  bool is_past(std::string_view position) const {
    return list_.after.empty() || (falls_ ? position < list_.after : position > list_.after);
  }

  /// Reads items until the page is full, or to the end when they are to be counted on the way.
  void stream() {
    const bool counts = list_.total && !list_.filters.empty() && !from_.exact;
    access from = from_;
    if (!counts) {
      total_ = !list_.total            ? 0
               : list_.filters.empty() ? items_in(c_, state_)
                                       : count_pairs(from_, state_);
      begin_behind(from);
    }
    std::uint64_t behind = 0;
    std::string position;
    visit_matches(from, order(), [&](std::string_view key, const stored_fields& fields) {
      total_ += counts ? 1 : 0;
      position.clear();
      append_position(position, c_, list_.sort, fields, key);
      if (!is_past(position) || ++behind <= list_.skip) {
        return true;
      }
      if (shown_ < list_.take) {
        add(fields, position);
      } else {
        more_ = true;
      }
      return !more_ || counts;
    });
  }

  /// Leaves out the ranges, and parts of them, that lie before where the page begins.
  void begin_behind(access& from) const {
    const std::string at = pair_at(list_.after);
    if (at.empty()) {
      return;
    }
    for (auto& range : from.ranges) {
      if (order() == direction::ascending) {
        range.lower = std::max(range.lower, at);
      } else {
        range.upper = std::min(range.upper, at + '\0');
      }
    }
  }

  /// The key of the pair that stands for a position; empty when it can't be told.
  std::string pair_at(const std::string& position) const {
    if (position.empty() || from_.via == access::path::unique) {
      return {};
    }
    if (from_.via == access::path::records) {
      return record_key(c_, position);
    }
    const field& f = c_.fields[from_.position];
    if (is_in_key_order(c_, list_.sort)) {
      std::string at = from_.ranges.front().lower;
      append_sortable_key(at, c_, position);
      return at;
    }
    std::string at = all_entries(c_, f).lower;
    const bool inverted = list_.sort.front().descending;
    for (const char byte : position.substr(1)) {
      at += inverted ? static_cast<char>(~byte) : byte;
    }
    return at;
  }

  /// Reads all matches, remembers the first of them in order, and reads those again.
  void sort() {
    const auto first = first_in_order(list_.skip + list_.take + 1);
    stored_record record;
    for (std::size_t i = list_.skip; i < first.size() && !more_; ++i) {
      more_ = shown_ == list_.take;
      const auto bytes = state_.get(record_key(c_, first[i].key));
      if (!more_ && bytes && read_record(*bytes, record)) {
        add(record.fields, first[i].position);
      }
    }
  }

  std::vector<ranked> first_in_order(std::size_t limit) {
    const auto earlier = [this](const ranked& x, const ranked& y) {
      return falls_ ? x.position > y.position : x.position < y.position;
    };
    std::priority_queue<ranked, std::vector<ranked>, decltype(earlier)> first(earlier);
    ranked x;
    visit_matches(from_, direction::ascending,
                  [&](std::string_view key, const stored_fields& fields) {
                    ++total_;
                    x.position.clear();
                    append_position(x.position, c_, list_.sort, fields, key);
                    if (is_past(x.position) && (first.size() < limit || earlier(x, first.top()))) {
                      x.key = key;
                      first.push(x);
                    }
                    if (first.size() > limit) {
                      first.pop();
                    }
                    return true;
                  });
    std::vector<ranked> made(first.size());
    for (auto at = made.rbegin(); at != made.rend(); ++at) {
      *at = first.top();
      first.pop();
    }
    return made;
  }

  template <class Visit>
  void visit_matches(const access& from, direction order, Visit visit) {
    stored_record record;
    visit_items(c_, from, state_, order, [&](std::string_view key, std::string_view bytes) {
      ++examined_;
      if (!read_record(bytes, record) || !matches(c_, list_.filters, record.fields)) {
        return true;
      }
      return visit(key, record.fields);
    });
  }

  void add(const stored_fields& fields, const std::string& position) {
    rows_ += shown_++ == 0 ? "" : ",";
    append_json(rows_, c_, fields, list_.wanted);
    last_ = position;
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
    out += '}';
    return out;
  }

  void append_explanation(std::string& out) const {
    const bool all = from_.via == access::path::records && from_.ranges.size() == 1 &&
                     from_.ranges.front().lower == all_records(c_).lower &&
                     from_.ranges.front().upper == all_records(c_).upper;
    const auto via = all                                  ? "scan"
                     : from_.via == access::path::records ? "primary_key"
                     : from_.via == access::path::unique  ? "unique"
                                                          : "index";
    out += std::string(",\"explain\":{\"access\":\"") + via + '"';
    if (!all) {
      out += ",\"field\":";
      append_json_string(out, c_.fields[from_.position].name);
    }
    out += ",\"examined\":" + std::to_string(examined_);
    out += is_in_order() ? ",\"sorted\":false}" : ",\"sorted\":true}";
  }

  const collection& c_;
  const list_query& list_;
  const state_view& state_;
  const access from_;
  const bool falls_;
  std::string rows_;
  std::string last_;  // position of the last row
  std::uint64_t shown_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t examined_ = 0;
  bool more_ = false;
};

}  // namespace

std::string list_page(const collection& c, const list_query& list, const state_view& state) {
  return pager(c, list, state).run();
}

std::uint64_t count_items(const collection& c, const std::vector<filter>& filters,
                          const state_view& state) {
  if (filters.empty()) {
    return items_in(c, state);
  }
  const access from = choose_access(c, filters, {});
  if (from.exact) {
    return count_pairs(from, state);
  }
  std::uint64_t count = 0;
  stored_record record;
  visit_items(c, from, state, direction::ascending, [&](std::string_view, std::string_view bytes) {
    count += read_record(bytes, record) && matches(c, filters, record.fields) ? 1 : 0;
    return true;
  });
  return count;
}

}  // namespace lithair::models
