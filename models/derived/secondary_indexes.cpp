#include "models/derived/secondary_indexes.hpp"

#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

value value_in(const field& f, const stored_fields* fields) {
  return fields != nullptr ? value_of(f, *fields) : value{};
}

/// Calls `visit(field, before, after)` for the fields with entries whose value changes.
template <class Visit>
void for_each_change(const transition& change, Visit visit) {
  for (const auto& f : change.c.fields) {
    if (!f.unique && !f.indexed) {
      continue;
    }
    const value before = value_in(f, change.before);
    const value after = value_in(f, change.after);
    // By value: 0.1 and 0.10 have one entry, which need not change.
    if (compare(before, after) != 0) {
      visit(f, before, after);
    }
  }
}

}  // namespace

void check_unique(const transition& change, const state_view& state,
                  std::vector<field_error>& errors) {
  for_each_change(change, [&](const field& f, const value&, const value& after) {
    // Equal values are equal bytes in the key, so one look is enough.
    if (f.unique && !absent(after) && state.get(unique_key(change.c, f, after))) {
      errors.push_back({f.name, "unique", "Another item has this value."});
    }
  });
}

void check_references(const transition& change, const schema& models, const state_view& state,
                      std::vector<field_error>& errors) {
  for_each_change(change, [&](const field& f, const value&, const value& after) {
    const collection* target = f.references.empty() ? nullptr : models.find(f.target_id);
    if (target == nullptr || absent(after)) {
      return;
    }
    const std::string key = to_key(after);
    // An item may name itself while it is created.
    const bool self = target == &change.c && key == change.key;
    if (!self && !state.get(record_key(*target, key))) {
      errors.push_back({f.name, "reference", "There is no such item in " + f.references + "."});
    }
  });
}

void derive_entries(const transition& change, change_set& out) {
  for_each_change(change, [&](const field& f, const value& before, const value& after) {
    if (f.unique && !absent(before)) {
      out.push_back({unique_key(change.c, f, before), std::nullopt});
    }
    if (f.unique && !absent(after)) {
      out.push_back({unique_key(change.c, f, after), std::string(change.key)});
    }
    if (f.indexed && !absent(before)) {
      out.push_back({index_key(change.c, f, before, change.key), std::nullopt});
    }
    if (f.indexed && !absent(after)) {
      out.push_back({index_key(change.c, f, after, change.key), std::string(change.key)});
    }
  });
}

void derive_counter(const transition& change, const state_view& state, change_set& out) {
  // An update leaves the number as it is.
  if ((change.before == nullptr) == (change.after == nullptr)) {
    return;
  }
  const std::uint64_t count = items_in(change.c, state);
  std::string next;
  append_big_endian(next, change.after == nullptr ? count - 1 : count + 1);
  out.push_back({counter_key(change.c), std::move(next)});
}

std::uint64_t items_in(const collection& c, const state_view& state) {
  const auto stored = state.get(counter_key(c));
  // Missing means 0: the first item makes the pair.
  return stored ? read_big_endian(*stored) : 0;
}

}  // namespace lithair::models
