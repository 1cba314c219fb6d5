#include "models/schema/filter_codec.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

constexpr std::uint64_t is_negated = 1;
constexpr std::uint64_t is_of_new = 2;
constexpr std::uint64_t has_other = 4;
constexpr std::uint64_t other_is_of_new = 8;

/// More than rules have, which are within each other 32 times at most.
constexpr std::size_t max_depth = 40;

std::uint64_t flags_of(const filter& of) {
  return (of.negated ? is_negated : 0) | (of.of_new ? is_of_new : 0) | (of.other ? has_other : 0) |
         (of.other && of.other->of_new ? other_is_of_new : 0);
}

void write_others(std::string& out, const collection& c, const related_items& of) {
  msgpack::write_unsigned(out, of.target->id);
  if (of.reference) {
    msgpack::write_array(out, 2);
    msgpack::write_unsigned(out, c.fields[of.reference->position].id);
    msgpack::write_bool(out, of.reference->of_new);
  } else {
    msgpack::write_unsigned(out, of.target->fields[of.looked_up].id);
  }
  msgpack::write_array(out, of.ties.size());
  for (const auto& each : of.ties) {
    msgpack::write_array(out, 3);
    msgpack::write_unsigned(out, of.target->fields[each.position].id);
    msgpack::write_unsigned(out, c.fields[each.with.position].id);
    msgpack::write_bool(out, each.with.of_new);
  }
  write_filters(out, *of.target, of.conditions);
}

void write_filter(std::string& out, const collection& c, const filter& of) {
  msgpack::write_array(out, of.any ? 3 : of.others ? 6 : 4);
  msgpack::write_unsigned(out, flags_of(of));
  msgpack::write_unsigned(out, static_cast<std::uint64_t>(of.how));
  if (of.any) {
    msgpack::write_array(out, of.any->size());
    for (const auto& each : *of.any) {
      write_filters(out, c, each);
    }
    return;
  }
  if (of.others) {
    return write_others(out, c, *of.others);
  }
  msgpack::write_unsigned(out, c.fields[of.position].id);
  if (of.other) {
    return msgpack::write_unsigned(out, c.fields[of.other->position].id);
  }
  msgpack::write_array(out, of.values.size());
  for (const auto& each : of.values) {
    write_value(out, each);
  }
}

class filter_reader {
 public:
  filter_reader(msgpack::reader& in, const schema& s, const collection& c)
      : in_(in), schema_(s), c_(c) {}

  std::optional<filter_list> read_list(std::size_t depth) {
    filter_list made;
    for (auto left = in_.read_array(); left > 0 && in_.good(); --left) {
      auto one = read_filter(depth);
      if (!one) {
        return std::nullopt;
      }
      made.push_back(std::move(*one));
    }
    return in_.good() ? std::optional(std::move(made)) : std::nullopt;
  }

 private:
  std::optional<filter> read_filter(std::size_t depth) {
    const auto parts = in_.read_array();
    const auto flags = in_.read_unsigned();
    const auto how = in_.read_unsigned();
    filter made;
    if (how > static_cast<std::uint64_t>(comparison_word::related) || flags > 15 ||
        depth > max_depth) {
      return std::nullopt;
    }
    made.how = static_cast<comparison_word>(how);
    made.negated = (flags & is_negated) != 0;
    made.of_new = (flags & is_of_new) != 0;
    const bool is_any = made.how == comparison_word::any_condition;
    const bool is_related = made.how == comparison_word::related;
    if (parts != (is_any ? 3u : is_related ? 6u : 4u) || made.how == comparison_word::contains) {
      return std::nullopt;
    }
    const bool good = is_any       ? read_any(made, depth)
                      : is_related ? read_others(made, depth)
                                   : read_test(made, flags);
    return good && in_.good() ? std::optional(std::move(made)) : std::nullopt;
  }

  bool read_any(filter& out, std::size_t depth) {
    out.position = c_.key_at;
    std::vector<filter_list> ways;
    for (auto left = in_.read_array(); left > 0 && in_.good(); --left) {
      auto way = read_list(depth + 1);
      if (!way) {
        return false;
      }
      ways.push_back(std::move(*way));
    }
    out.any = std::make_shared<const std::vector<filter_list>>(std::move(ways));
    return true;
  }

  bool read_others(filter& out, std::size_t depth) {
    out.position = c_.key_at;
    related_items made;
    const auto id = in_.read_unsigned();
    made.target = id <= 0xffffffff ? schema_.find(static_cast<std::uint32_t>(id)) : nullptr;
    if (made.target == nullptr) {
      return false;
    }
    if (in_.next() == msgpack::kind::array) {
      const auto parts = in_.read_array();
      const auto at = position_of(c_, in_.read_unsigned());
      made.reference = field_side{at.value_or(0), in_.read_bool()};
      if (parts != 2 || !at) {
        return false;
      }
    } else if (const auto at = position_of(*made.target, in_.read_unsigned());
               at && can_be_looked_up(made.target->fields[*at])) {
      made.looked_up = *at;
    } else {
      // Without the index nothing would be found, and others find it.
      return false;
    }
    for (auto left = in_.read_array(); left > 0 && in_.good(); --left) {
      const auto parts = in_.read_array();
      const auto theirs = position_of(*made.target, in_.read_unsigned());
      const auto ours = position_of(c_, in_.read_unsigned());
      const bool of_new = in_.read_bool();
      if (parts != 3 || !theirs || !ours) {
        return false;
      }
      made.ties.push_back({*theirs, {*ours, of_new}});
    }
    auto conditions = filter_reader(in_, schema_, *made.target).read_list(depth + 1);
    if (!conditions) {
      return false;
    }
    made.conditions = std::move(*conditions);
    out.others = std::make_shared<const related_items>(std::move(made));
    return true;
  }

  bool read_test(filter& out, std::uint64_t flags) {
    const auto at = position_of(c_, in_.read_unsigned());
    if (!at) {
      return false;
    }
    out.position = *at;
    if ((flags & has_other) != 0) {
      const auto other = position_of(c_, in_.read_unsigned());
      out.other = field_side{other.value_or(0), (flags & other_is_of_new) != 0};
      return other.has_value();
    }
    const field& f = c_.fields[*at];
    for (auto left = in_.read_array(); left > 0 && in_.good(); --left) {
      auto v = read_value(f.element ? *f.element : f, in_.read_any());
      if (!v) {
        return false;
      }
      out.values.push_back(std::move(*v));
    }
    return has_values_for(out);
  }

  /// As judging takes for granted.
  static bool has_values_for(const filter& of) {
    using enum comparison_word;
    if (of.how == any_of) {
      return std::ranges::is_sorted(
          of.values, [](const value& a, const value& b) { return compare(a, b) < 0; });
    }
    return of.values.size() == (of.how == absent || of.how == present ? 0u : 1u);
  }

  static std::optional<std::size_t> position_of(const collection& c, std::uint64_t id) {
    for (std::size_t i = 0; i < c.fields.size(); ++i) {
      if (c.fields[i].id == id) {
        return i;
      }
    }
    return std::nullopt;
  }

  msgpack::reader& in_;
  const schema& schema_;
  const collection& c_;
};

}  // namespace

void write_filters(std::string& out, const collection& c, const filter_list& all) {
  msgpack::write_array(out, all.size());
  for (const auto& each : all) {
    write_filter(out, c, each);
  }
}

std::optional<filter_list> read_filters(msgpack::reader& in, const schema& s, const collection& c) {
  return filter_reader(in, s, c).read_list(0);
}

}  // namespace lithair::models
