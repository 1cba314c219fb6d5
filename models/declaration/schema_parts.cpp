#include "models/declaration/schema_parts.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/schema/access.hpp"
#include "models/schema/projection.hpp"

namespace lithair::models {

namespace {

using belonging = std::function<bool(const collection&, const field&)>;

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// A collection with some of the fields, and where each field of the whole one is in it.
struct part {
  const collection* whole = nullptr;
  collection made;
  std::vector<std::size_t> positions;  // by position in the whole; nowhere: left out
};

part part_of(const collection& whole, extent holds, const belonging& belongs) {
  part out{&whole, whole, {}};
  auto& made = out.made;
  made.fields.clear();
  made.referrers.clear();
  made.holds = is_mixed(whole) ? holds : extent::whole;
  for (const auto& f : whole.fields) {
    const bool here = belongs(whole, f);
    out.positions.push_back(here ? made.fields.size() : nowhere);
    if (here) {
      made.fields.push_back(f);
    }
  }
  made.key_at = out.positions[whole.key_at];
  made.tracked = std::ranges::any_of(made.fields, &field::tracked);
  order_fields(made);
  return out;
}

/// Whether all that the rule asks for is in the parts.
bool is_answered(const rule& what, const std::vector<part>& parts) {
  const auto is_target = [&what](const part& each) { return each.made.id == what.target_id; };
  return (what.what != rule::kind::finds || std::ranges::any_of(parts, is_target)) &&
         std::ranges::all_of(what.parts, [&](const rule& x) { return is_answered(x, parts); });
}

/// One group judges a command, by what it has itself.
void check_rules_of(const collection& c, const std::vector<part>& parts) {
  for (std::size_t i = 0; c.access && i < access_kinds; ++i) {
    const auto& rule = c.access->of[i].what;
    if (rule && !is_answered(*rule, parts)) {
      throw std::logic_error("the rules of " + c.name +
                             " ask for items of a model that another group keeps");
    }
  }
}

/// References point from and to collections that have the same home.
void connect(std::vector<part>& parts) {
  for (const auto& from : parts) {
    check_rules_of(from.made, parts);
    for (std::size_t i = 0; i < from.made.fields.size(); ++i) {
      const auto& f = from.made.fields[i];
      if (f.references.empty()) {
        continue;
      }
      const auto to =
          std::ranges::find(parts, f.target_id, [](const part& each) { return each.made.id; });
      if (to == parts.end()) {
        throw std::logic_error("a part of the models refers to " + f.references + " outside of it");
      }
      to->made.referrers.push_back({from.made.id, i});
    }
  }
}

/// What a projection tells of has one place, that of the fields it is made from.
bool is_here(const collection& whole, const belonging& belongs) {
  return std::ranges::all_of(whole.fields, [&](const field& f) {
    return belongs(whole, f) || (!f.replicated && !is_local(whole));
  });
}

/// The same projection, of the fields where they are in the part.
projection moved(projection made, const std::vector<std::size_t>& positions) {
  for (auto& at : made.group_by) {
    at = positions[at];
  }
  for (auto& each : made.filters) {
    each.position = positions[each.position];
  }
  for (auto& each : made.measures) {
    each.position = each.kind == measure_kind::count ? 0 : positions[each.position];
  }
  return made;
}

schema part_of(const schema& full, extent holds, const belonging& belongs) {
  std::vector<part> parts;
  for (const auto& c : full.collections()) {
    if (auto made = part_of(c, holds, belongs); !made.made.fields.empty()) {
      parts.push_back(std::move(made));
    }
  }
  connect(parts);
  std::vector<projection> projections;
  for (const auto& p : full.projections()) {
    const auto of =
        std::ranges::find(parts, p.collection_id, [](const part& each) { return each.made.id; });
    if (of != parts.end() && is_here(*of->whole, belongs)) {
      projections.push_back(moved(p, of->positions));
    }
  }
  std::vector<collection> collections;
  collections.reserve(parts.size());
  for (auto& each : parts) {
    collections.push_back(std::move(each.made));
  }
  return schema(std::move(collections), std::move(projections));
}

}  // namespace

schema replicated_part(const schema& full, const std::function<bool(const collection&)>& belongs) {
  return part_of(full, extent::replicated_part, [&](const collection& c, const field& f) {
    return f.replicated && (!belongs || belongs(c));
  });
}

schema local_part(const schema& full) {
  return part_of(full, extent::local_part, [](const collection& c, const field& f) {
    return !f.replicated || (f.primary_key && is_mixed(c));
  });
}

}  // namespace lithair::models
