#include "models/derived/projection_rows.hpp"

#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

std::string prefix(char kind, const projection& p) {
  std::string made(1, kind);
  append_big_endian(made, p.id);
  return made;
}

/// The key of a row within its projection. A mark before each value keeps absent apart from all
/// else.
std::string group_of(const collection& c, const projection& p, const stored_fields& fields) {
  std::string made;
  for (const auto at : p.group_by) {
    const value x = value_of(c.fields[at], fields);
    made += absent(x) ? '\0' : '\1';
    if (!absent(x)) {
      append_bounded(made, x);
    }
  }
  return made;
}

/// Of values that are equal the same one: what is stored must not tell in which order items came,
/// for a node may have counted them by their keys. Amounts get two digits, as their sums do, and
/// more where they need them.
value canonical(value v) {
  constexpr std::int64_t limit = 100'000'000'000'000'000;  // 18 digits are the most
  if (auto* amount = std::get_if<money>(&v)) {
    while (amount->scale > 0 && amount->units % 10 == 0) {
      amount->units /= 10;
      --amount->scale;
    }
    while (amount->scale < 2 && std::abs(amount->units) < limit) {
      amount->units *= 10;
      ++amount->scale;
    }
  } else if (auto* number = std::get_if<double>(&v); number != nullptr && *number == 0) {
    *number = 0;  // not -0
  }
  return v;
}

bool is_extreme(const measure& one) {
  return one.kind == measure_kind::min || one.kind == measure_kind::max;
}

/// Of money in billionths, so that amounts of any scale add up exactly.
wide_integer amount_of(const value& v) {
  const auto* amount = std::get_if<money>(&v);
  return amount != nullptr ? in_nanos(*amount) : wide_integer{std::get<std::int64_t>(v)};
}

std::string write_row(const projection_row& row) {
  std::string made;
  msgpack::write_array(made, 3);
  msgpack::write_unsigned(made, row.items);
  msgpack::write_array(made, row.group.size());
  for (const auto& v : row.group) {
    write_value(made, v);
  }
  msgpack::write_array(made, row.tallies.size());
  for (const auto& tally : row.tallies) {
    msgpack::write_array(made, 3);
    msgpack::write_unsigned(made, tally.values);
    // Sign and magnitude are split at 64 bits; the low half is unsigned.
    msgpack::write_signed(made, static_cast<std::int64_t>(tally.sum >> 64));
    msgpack::write_unsigned(made, static_cast<std::uint64_t>(tally.sum));
  }
  return made;
}

bool read_group(const collection& c, const projection& p, msgpack::reader& in,
                projection_row& out) {
  if (in.read_array() != p.group_by.size()) {
    return false;
  }
  for (const auto at : p.group_by) {
    const auto bytes = in.read_any();
    const bool nil = msgpack::reader(bytes).take_nil();
    auto v = nil ? value{} : read_value(c.fields[at], bytes).value_or(value{});
    out.group.push_back(std::move(v));
  }
  return in.good();
}

}  // namespace

std::string row_prefix(const projection& p) { return prefix('p', p); }

std::string extreme_prefix(const projection& p, std::size_t at, std::string_view group) {
  std::string made = prefix('q', p);
  // At most 32 measures, so one byte is enough.
  made += static_cast<char>(at);
  return made.append(group);
}

bool read_row(const collection& c, const projection& p, std::string_view bytes,
              projection_row& out) {
  out = {};
  msgpack::reader in(bytes);
  if (in.read_array() != 3) {
    return false;
  }
  out.items = in.read_unsigned();
  if (!read_group(c, p, in, out) || in.read_array() != p.measures.size()) {
    return false;
  }
  for (std::size_t i = 0; i < p.measures.size(); ++i) {
    if (in.read_array() != 3) {
      return false;
    }
    auto& tally = out.tallies.emplace_back();
    tally.values = in.read_unsigned();
    const wide_integer high = in.read_signed();
    // Multiplied and not shifted: a negative number must keep its sign.
    tally.sum = high * (wide_integer{1} << 64) + in.read_unsigned();
  }
  return in.finished();
}

projection_row& projection_rows::row_of(const std::string& group, const stored_fields& fields) {
  const auto [at, is_new] = rows_.try_emplace(group);
  // An update may touch a row twice, taking and adding: it is read once.
  if (!is_new) {
    return at->second;
  }
  const auto stored = state_.get(row_prefix(p_) + group);
  if (!stored || !read_row(c_, p_, *stored, at->second)) {
    // No row yet: the group's values are those of the item that comes.
    at->second = {};
    for (const auto position : p_.group_by) {
      at->second.group.push_back(canonical(value_of(c_.fields[position], fields)));
    }
    at->second.tallies.resize(p_.measures.size());
  }
  return at->second;
}

void projection_rows::count(const stored_fields& fields, int sign) {
  // Items that do not pass count for nothing, before and after.
  if (!matches(c_, p_.filters, fields)) {
    return;
  }
  const std::string group = group_of(c_, p_, fields);
  auto& row = row_of(group, fields);
  // -1 as unsigned wraps, and so does the sum: it comes out right.
  row.items += static_cast<std::uint64_t>(sign);
  for (std::size_t i = 0; i < p_.measures.size(); ++i) {
    const auto& m = p_.measures[i];
    const value x =
        m.kind == measure_kind::count ? value{} : value_of(c_.fields[m.position], fields);
    // Absent values are in no sum and no average.
    if (absent(x)) {
      continue;
    }
    row.tallies[i].values += static_cast<std::uint64_t>(sign);
    if (is_extreme(m)) {
      std::string key = extreme_prefix(p_, i, group);
      append_bounded(key, x);
      auto& entry = extremes_[std::move(key)];
      entry.delta += sign;
      entry.v = canonical(x);
    } else {
      row.tallies[i].sum += sign * amount_of(x);
    }
  }
}

void projection_rows::finish(change_set& out) {
  for (const auto& [group, row] : rows_) {
    // By key, since it is a map: the changes are in one order on all nodes.
    std::string key = row_prefix(p_) + group;
    // A row without items is gone, as if it never was.
    if (row.items == 0) {
      out.push_back({std::move(key), std::nullopt});
    } else {
      out.push_back({std::move(key), write_row(row)});
    }
  }
  for (const auto& [key, entry] : extremes_) {
    const auto stored = state_.get(key);
    msgpack::reader in(stored ? std::string_view(*stored) : std::string_view{});
    // How many items had this value.
    const std::uint64_t before = stored && in.read_array() == 2 ? in.read_unsigned() : 0;
    const std::uint64_t now = before + static_cast<std::uint64_t>(entry.delta);
    // The last one is gone, and with it the entry.
    if (now == 0) {
      out.push_back({key, std::nullopt});
    } else if (before == 0) {
      std::string made;
      msgpack::write_array(made, 2);
      msgpack::write_unsigned(made, now);
      write_value(made, entry.v);
      out.push_back({key, std::move(made)});
    } else if (now != before) {
      std::string made;
      msgpack::write_array(made, 2);
      msgpack::write_unsigned(made, now);
      made += in.rest();
      out.push_back({key, std::move(made)});
    }
  }
}

void derive_projections(const transition& change, const schema& models, const state_view& state,
                        change_set& out) {
  for (const auto& p : models.projections()) {
    // A projection of another collection has nothing to do with it.
    if (p.collection_id != change.c.id) {
      continue;
    }
    projection_rows work(change.c, p, state);
    // Taken first: a group's row may go and come again in one update.
    if (change.before != nullptr) {
      work.count(*change.before, -1);
    }
    if (change.after != nullptr) {
      work.count(*change.after, 1);
    }
    work.finish(out);
  }
}

}  // namespace lithair::models
