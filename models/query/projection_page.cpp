#include "models/query/projection_page.hpp"

#include "models/derived/projection_rows.hpp"
#include "models/encoding/base64.hpp"
#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/query/list_query.hpp"
#include "models/query/page_limits.hpp"
#include "models/query/range_cursor.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

std::string integer_text(wide_integer given) {
  const bool negative = given < 0;
  std::string digits;
  // Digits from the last; the smallest negative number has no positive twin, but no sum comes near.
  for (wide_integer rest = negative ? -given : given; rest != 0 || digits.empty(); rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  return (negative ? "-" : "") + digits;
}

/// Billionths as a decimal with two digits behind the point, or as many as it takes.
std::string amount_text(wide_integer nanos) {
  std::string digits = integer_text(nanos < 0 ? -nanos : nanos);
  // A zero before the point at least.
  digits.insert(0, digits.size() < 10 ? 10 - digits.size() : 0, '0');
  const std::size_t point = digits.size() - 9;
  digits.insert(point, ".");
  // Two digits behind the point, as amounts of money are usually written.
  while (digits.size() > point + 3 && digits.back() == '0') {
    digits.pop_back();
  }
  return (nanos < 0 ? "-" : "") + digits;
}

/// Rounded to the nearest billionth, halves away from zero.
wide_integer divide(wide_integer sum, std::uint64_t count) {
  // Half the divisor before dividing rounds; the sign decides in which direction.
  const wide_integer half = count / 2;
  return (sum < 0 ? sum - half : sum + half) / static_cast<wide_integer>(count);
}

class renderer {
 public:
  renderer(const collection& c, const projection& p, const state_view& state)
      : c_(c), p_(p), state_(state) {}

  void append(std::string& out, std::string_view group, const projection_row& row) {
    out += '{';
    for (std::size_t i = 0; i < p_.group_by.size(); ++i) {
      const field& f = c_.fields[p_.group_by[i]];
      begin(out, f.name);
      // Groups that are absent are rows too, and show null.
      if (absent(row.group[i])) {
        out += "null";
      } else {
        append_value_json(out, f, row.group[i]);
      }
    }
    for (std::size_t i = 0; i < p_.measures.size(); ++i) {
      begin(out, p_.measures[i].name);
      append_measure(out, i, group, row);
    }
    out += '}';
  }

 private:
  static void begin(std::string& out, std::string_view name) {
    out += out.back() == '{' ? "" : ",";
    append_json_key(out, name);
  }

  void append_measure(std::string& out, std::size_t at, std::string_view group,
                      const projection_row& row) {
    const auto& m = p_.measures[at];
    const auto& tally = row.tallies[at];
    // Money is text in JSON; a double would lose digits.
    const bool amount = c_.fields[m.position].type == value_type::money;
    if (m.kind == measure_kind::count) {
      out += std::to_string(row.items);
    } else if (tally.values == 0) {
      // No item of the group has the field.
      out += "null";
    } else if (m.kind == measure_kind::sum) {
      out += amount ? '"' + amount_text(tally.sum) + '"' : integer_text(tally.sum);
    } else if (m.kind == measure_kind::avg && amount) {
      out += '"' + amount_text(divide(tally.sum, tally.values)) + '"';
    } else if (m.kind == measure_kind::avg) {
      append_number(out, static_cast<double>(tally.sum) / static_cast<double>(tally.values));
    } else {
      append_extreme(out, at, group);
    }
  }

  void append_extreme(std::string& out, std::size_t at, std::string_view group) {
    const auto& m = p_.measures[at];
    // The first or last value is the extreme, so one pair is read.
    const auto range = until_its_end(extreme_prefix(p_, at, group));
    const auto order = m.kind == measure_kind::min ? state_view::direction::ascending
                                                   : state_view::direction::descending;
    bool found = false;
    state_.scan(range.lower, range.upper, order, [&](std::string_view, std::string_view bytes) {
      msgpack::reader in(bytes);
      in.read_array();
      in.read_unsigned();
      append_json(out, c_.fields[m.position], in.read_any());
      found = true;
      return false;
    });
    out += found ? "" : "null";
  }

  const collection& c_;
  const projection& p_;
  const state_view& state_;
};

class page_cursor final : public query_cursor {
 public:
  explicit page_cursor(const query& q)
      : q_(q), prefix_(row_prefix(*q.from)), walk_({where_to_read()}) {}

  bool go_on(const state_view& state, const pause& now) override {
    renderer render(*q_.target, *q_.from, state);
    projection_row row;
    return walk_.go_on(state, now, [&](std::string_view key, std::string_view bytes) {
      const std::string_view group = key.substr(prefix_.size());
      // All rows are met where they are counted, also those before the page.
      ++total_;
      if (takes(group) && read_row(*q_.target, *q_.from, bytes, row)) {
        rows_ += rows_.empty() ? "" : ",";
        render.append(rows_, group, row);
        last_ = group;
      }
      return list_.total || !more_;
    });
  }

  outcome answer() override {
    outcome made;
    made.status = 200;
    made.body = to_json();
    return made;
  }

 private:
  /// All rows where they are to be counted, else those from where the page begins.
  key_range where_to_read() const {
    auto range = until_its_end(prefix_);
    if (!list_.after.empty() && !list_.total) {
      range.lower = prefix_ + list_.after + '\0';
    }
    return range;
  }

  bool takes(std::string_view group) {
    // Behind the token's group, or behind `skip` rows.
    if ((!list_.after.empty() && group <= list_.after) || ++behind_ <= list_.skip) {
      return false;
    }
    // One more than the page shows that there is a next one.
    more_ = shown_ == list_.take || rows_.size() >= max_page_bytes;
    shown_ += more_ ? 0 : 1;
    return !more_;
  }

  std::string to_json() const {
    std::string out = "{\"data\":[" + rows_ + "],";
    if (list_.total) {
      out += "\"total\":" + std::to_string(total_) + ',';
    }
    out += "\"skip\":" + std::to_string(list_.skip) + ",\"take\":" + std::to_string(list_.take);
    out += more_ ? ",\"has_more\":true,\"next\":\"" + to_base64url(last_) + "\"}"
                 : ",\"has_more\":false,\"next\":null}";
    return out;
  }

  const query q_;
  const list_query& list_ = *q_.list;
  const std::string prefix_;
  range_cursor walk_;
  std::string rows_;
  std::string last_;  // group of the last row
  std::uint64_t total_ = 0;
  std::uint64_t behind_ = 0;  // rows behind where the page begins
  std::uint64_t shown_ = 0;
  bool more_ = false;
};

}  // namespace

std::unique_ptr<query_cursor> begin_projection_page(const query& q) {
  return std::make_unique<page_cursor>(q);
}

}  // namespace lithair::models
