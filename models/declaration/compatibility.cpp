#include "models/declaration/compatibility.hpp"

#include <algorithm>

#include "models/schema/access.hpp"

namespace lithair::models {

namespace {

bool same(const value& a, const value& b) { return identical(a, b); }

/// Every value that was valid stays valid, or items could not be written back as they are.
bool has_wider_values(const field& before, const field& now) {
  const auto& a = before.rules;
  const auto& b = now.rules;
  const auto allowed = [&b](const value& choice) {
    return std::ranges::any_of(b.one_of,
                               [&choice](const value& each) { return compare(choice, each) == 0; });
  };
  const bool min = absent(b.min) || (!absent(a.min) && compare(b.min, a.min) <= 0);
  const bool max = absent(b.max) || (!absent(a.max) && compare(b.max, a.max) >= 0);
  const bool choices =
      b.one_of.empty() || (!a.one_of.empty() && std::ranges::all_of(a.one_of, allowed));
  return min && max && choices;
}

bool has_wider_text(const field& before, const field& now) {
  const auto& a = before.rules;
  const auto& b = now.rules;
  const bool shortest = !b.min_length || (a.min_length && *b.min_length <= *a.min_length);
  const bool longest = !b.max_length || (a.max_length && *b.max_length >= *a.max_length);
  // Whether one pattern allows more than another can't be told.
  const bool pattern = b.pattern.empty() || b.pattern == a.pattern;
  const bool format = b.format == text_format::none || b.format == a.format;
  return shortest && longest && pattern && format;
}

/// What is combined is validated while commands are applied, where all nodes must judge alike.
bool combines(const field& f) {
  return f.merge != merge_rule::last_write || f.type == value_type::json;
}

bool has_same_element(const field& before, const field& now) {
  return !before.element == !now.element &&
         (!before.element || before.element->type == now.element->type);
}

class comparison {
 public:
  std::vector<std::string> run(const schema& before, const schema& now) {
    for (const auto& x : before.collections()) {
      const collection* after = now.find(x.name);
      if (after == nullptr) {
        add(x.name, "is not declared any more", "declare it again, or start with empty data");
      } else {
        compare_collections(x, *after);
      }
    }
    return std::move(found_);
  }

 private:
  void compare_collections(const collection& before, const collection& now) {
    // Clients know the path.
    if (before.path != now.path) {
      add(now.name, "has another path", "keep \"" + before.path + '"');
    }
    for (const auto& f : before.fields) {
      // By name: the id, and so the stored field, follows from it.
      const field* after = now.find(f.name);
      const std::string name = now.name + '.' + f.name;
      if (after == nullptr) {
        add(name, "is not declared any more", "keep it; it may be made optional and hidden");
      } else {
        compare_fields(name, f, *after);
      }
    }
    // The items lie with another group then.
    if (is_local(before) != is_local(now)) {
      return add(now.name, is_local(before) ? "gains replicated fields" : "has no replicated field",
                 "declare it under another name");
    }
    for (const auto& f : now.fields) {
      if (before.find(f.name) == nullptr) {
        judge_new(now.name + '.' + f.name, f);
      }
    }
  }

  /// Items that are there lack the field: it must be readable without.
  void judge_new(const std::string& name, const field& f) {
    if (f.required() || f.primary_key) {
      add(name, "is new and required", "make it optional or give it a default");
    }
    if (f.unique || f.tracked) {
      add(name, "is new and unique or tracked",
          "leave that out; items that are there know nothing of it");
    }
    // Nodes that do not know the field yet would delete what all items refer to from now on.
    if (!f.references.empty() && !absent(f.default_value)) {
      add(name, "is new and refers to an item by default", "leave the default out");
    }
  }

  void compare_fields(const std::string& name, const field& before, const field& now) {
    const auto must_stay = [&](bool stays, const std::string& what) {
      if (!stays) {
        add(name, "has another " + what, "keep the old one, or add a field with another name");
      }
    };
    must_stay(before.type == now.type && has_same_element(before, now), "type");
    if (before.type != now.type || !has_same_element(before, now)) {
      // All further comparisons would be of values of two types.
      return;
    }
    must_stay(before.primary_key == now.primary_key, "primary_key");
    must_stay(before.replicated == now.replicated, "replicate");
    must_stay(before.immutable == now.immutable, "immutable");
    must_stay(before.tracked == now.tracked, "track_history");
    must_stay(before.merge == now.merge, "merge");
    must_stay(before.references == now.references && before.on_delete == now.on_delete,
              "references or on_delete");
    // Items from before read as the default, and would change by themselves.
    must_stay(same(before.default_value, now.default_value), "default");
    if (before.optional && !now.optional) {
      add(name, "is not optional any more", "keep it optional");
    }
    if (!before.unique && now.unique) {
      add(name, "is unique now", "leave that out; items that are there may share a value");
    }
    // Nodes that still run the old models would refuse what others accept.
    if (before.unique && !now.unique) {
      add(name, "is not unique any more", "keep that, or add a field with another name");
    }
    compare_rules(name, before, now);
  }

  void compare_rules(const std::string& name, const field& before, const field& now) {
    const auto kept = [&now](const std::string& value_name) {
      return std::ranges::find(now.names, value_name) != now.names.end();
    };
    if (!std::ranges::all_of(before.names, kept)) {
      add(name, "lacks values that it had", "keep all of them");
    }
    // Wider alone is fine where rules are checked before the log only.
    const bool wider = has_wider_values(before, now) && has_wider_text(before, now);
    const bool narrower = has_wider_values(now, before) && has_wider_text(now, before);
    if (!wider) {
      add(name, "is validated more narrowly", "keep the old bounds or widen them");
    } else if (combines(now) && !narrower) {
      add(name, "combines and is validated differently", "keep its validation as it was");
    }
  }

  void add(const std::string& subject, const std::string& what, const std::string& advice) {
    found_.push_back(subject + ' ' + what + "; " + advice + '.');
  }

  std::vector<std::string> found_;
};

// What decides who may do what, as text.
std::string rules_of(const collection& c) {
  std::string made = c.access ? "rules" : "";
  const auto add = [&made](std::string_view text) { made.append("\n").append(text); };
  for (std::size_t i = 0; c.access && i < access_kinds; ++i) add(c.access->of[i].text);
  if (c.access && c.access->quota.is_set()) {
    const auto& quota = c.access->quota;
    add(std::to_string(quota.items));
    add(std::to_string(quota.items_per));
    add(c.fields[quota.per].name);
    add(std::to_string(quota.item_bytes));
  }
  for (const auto at : c.by_id) {
    const auto& f = c.fields[at];
    if (!f.access && !f.is_stamped()) continue;
    add(f.name);
    add(f.access ? f.access->read_text : "");
    add(f.access ? f.access->update_text : "");
    add(text_of(f.set));
    add(text_of(f.set_on_update));
  }
  return made;
}

// Of a field that a program has and a node serves: what differs; empty: nothing that matters.
std::string_view difference(const field& its, const field& served) {
  if (its.type != served.type || !has_same_element(its, served)) return "is of another type there";
  if (its.primary_key != served.primary_key) return "is the primary key of one of them only";
  if (its.names != served.names) return "has other values there";
  if (its.optional != served.optional) return "is optional at one of them only";
  if (its.merge != served.merge) return "is merged in another way there";
  return {};
}

}  // namespace

std::string why_not_use(const schema& its, const schema& served) {
  for (const auto& mine : its.collections()) {
    const collection* there = served.find(mine.name);
    if (there == nullptr) return mine.name + " is not served there";
    for (const auto& f : mine.fields) {
      const field* other = there->find(f.name);
      const auto what = other == nullptr ? "is not served there" : difference(f, *other);
      if (!what.empty()) return mine.name + '.' + f.name + ' ' + std::string{what};
    }
  }
  return {};
}

std::vector<std::string> incompatibilities(const schema& before, const schema& now) {
  return comparison().run(before, now);
}

std::string why_not_join(const schema& ours, const schema& its) {
  if (auto found = incompatibilities(ours, its); !found.empty()) return found.front();
  for (const auto& c : ours.collections()) {
    const collection* other = its.find(c.name);
    if (other != nullptr && rules_of(c) != rules_of(*other))
      return c.name + " has other access rules than the members have; declare theirs.";
    for (const auto& f : c.fields) {
      const field* theirs = other == nullptr ? nullptr : other->find(f.name);
      if (theirs == nullptr || theirs->exposed == f.exposed) continue;
      const auto name = c.name + '.' + f.name;
      return f.exposed ? name + " is hidden, and the members show it; leave expose = false out."
                       : name + " is shown, and the members hide it; declare expose = false.";
    }
  }
  return {};
}

}  // namespace lithair::models
