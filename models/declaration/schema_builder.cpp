#include "models/declaration/schema_builder.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "models/declaration/access_builder.hpp"
#include "models/declaration/field_builder.hpp"
#include "models/declaration/projection_builder.hpp"
#include "models/schema/cluster_records.hpp"

namespace lithair::models {

namespace {

/// Positions of fields are 16 bits.
constexpr std::size_t max_fields = 1000;
/// Names are in each JSON object and in every error.
constexpr std::size_t max_name = 64;

/// What list parameters are called; a filter on such a field could not be told from them.
constexpr std::array<std::string_view, 9> reserved_fields{
    "skip", "take", "after", "sort", "fields", "consistency", "explain", "as_of", "verify"};
constexpr std::array<std::string_view, 1> reserved_collections{"projections"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name(std::string_view text, std::string_view also) {
  return !text.empty() && text.size() <= max_name && is_letter(text.front()) &&
         std::ranges::all_of(text, [also](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
         });
}

/// "/api/" and then segments of plain characters.
bool is_path(std::string_view text) {
  // No "_": routes such as _bulk and _txn are ours. No "." in front: clients resolve "..".
  return text.starts_with("/api/") && !text.ends_with('/') && text.size() <= 200 &&
         text.find("//") == std::string_view::npos && text.find("/.") == std::string_view::npos &&
         text.find("/_") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '_' ||
                  c == '.' || c == '~';
         });
}

class schema_builder {
 public:
  declared<schema> build(const std::vector<declared_collection>& from,
                         const std::vector<declared_projection>& projections) {
    if (from.empty()) {
      errors_.push_back({{}, "", "No model is declared."});
    }
    // All models first, as references may point forward.
    for (const auto& x : from) {
      add_collection(x);
    }
    for (const auto& x : from) {
      connect(x);
    }
    // Rules of models whose fields are wrong would only give more errors.
    for (std::size_t i = 0; errors_.empty() && i < from.size(); ++i) {
      build_access(from[i], made_, made_[i], wrong_rules_);
    }
    std::ranges::move(wrong_rules_, std::back_inserter(errors_));
    std::vector<projection> projected;
    for (const auto& x : projections) {
      if (!is_name(x.name, "_-")) {
        errors_.push_back(
            {x.where, "projections." + x.name, "A projection's name is like that of a model."});
      }
      // Projections of wrong models would only give more errors.
      if (errors_.empty()) {
        build_projection(x, made_, projected, errors_);
      }
    }
    if (!errors_.empty()) {
      return tl::make_unexpected(sorted_errors());
    }
    return schema(std::move(made_), std::move(projected));
  }

 private:
  void add_collection(const declared_collection& from) {
    collection x;
    x.name = from.name;
    x.id = stable_id(from.name);
    x.path = from.path.empty() ? "/api/" + from.name : from.path;
    check_collection_name(from, x);
    check_path(from, x);
    const auto errors_before = errors_.size();
    for (const auto& field_from : from.fields) {
      check_field_name(from, field_from, x);
      x.fields.push_back(field_builder(from.name, field_from, errors_).build());
    }
    find_key(from, x, errors_.size() == errors_before);
    order_fields(x);
    x.tracked = std::ranges::any_of(x.fields, &field::tracked);
    // Which fields are local can't be told while some are wrong.
    if (errors_.size() == errors_before) {
      check_local_fields(from, x);
    }
    made_.push_back(std::move(x));
  }

  void check_collection_name(const declared_collection& from, const collection& c) {
    if (!is_name(from.name, "_-")) {
      fail(from, "A model's name begins with a letter and has at most 64 letters, digits, _ or -.");
    } else if (std::ranges::find(reserved_collections, from.name) != reserved_collections.end()) {
      fail(from, "This name is taken by a route of the server.");
    } else if (c.id == cluster_records_id) {
      fail(from, "The name has a number that the server has for itself; choose another one.");
    }
    for (const auto& other : made_) {
      if (other.name == c.name) {
        fail(from, "There are two models of this name.");
      } else if (other.id == c.id) {
        // Two names with one id would share their pairs in the state.
        fail(from, "The name has the same number as \"" + other.name + "\"; choose another one.");
      }
    }
  }

  void check_path(const declared_collection& from, const collection& c) {
    if (!is_path(c.path)) {
      return fail(from, "A path begins with /api/, does not end with / and has plain characters.");
    }
    if ((c.path + '/').starts_with("/api/projections/")) {
      fail(from, "The path /api/projections belongs to the projections.");
    }
    // Routes are found by their segments, so no path may lie within another.
    for (const auto& other : made_) {
      if (c.path == other.path || c.path.starts_with(other.path + "/") ||
          other.path.starts_with(c.path + "/")) {
        fail(from, "The path " + c.path + " is or lies within that of \"" + other.name + "\".");
      }
    }
  }

  void check_field_name(const declared_collection& from, const declared_field& field_from,
                        const collection& c) {
    const auto complain = [&](std::string message) { fail(from, field_from, std::move(message)); };
    if (!is_name(field_from.name, "_")) {
      complain("A field's name begins with a letter and has at most 64 letters, digits or _.");
    } else if (std::ranges::find(reserved_fields, field_from.name) != reserved_fields.end()) {
      // A filter on such a field could not be told from the parameter.
      complain("This name is taken by a parameter of lists.");
    }
    for (const auto& other : c.fields) {
      if (other.name == field_from.name) {
        complain("There are two fields of this name.");
      } else if (other.id == stable_id(field_from.name)) {
        // Two fields with one id would be one in records.
        complain("The name has the same number as \"" + other.name + "\"; choose another one.");
      }
    }
  }

  /// `fields_are_right`: else the key may be among those that are not, and its absence is no news.
  void find_key(const declared_collection& from, collection& c, bool fields_are_right) {
    const auto keys = std::ranges::count_if(c.fields, &field::primary_key);
    if (from.fields.size() > max_fields) {
      fail(from, "A model has at most 1000 fields.");
    }
    if (keys == 0 && fields_are_right) {
      fail(from, "No field has primary_key = true.");
    } else if (keys > 1) {
      fail(from, "More than one field has primary_key = true.");
    }
    const auto key = std::ranges::find_if(c.fields, &field::primary_key);
    c.key_at = key == c.fields.end() ? 0 : static_cast<std::size_t>(key - c.fields.begin());
  }

  /// A model is replicated, or local to each node, or has local fields beside replicated ones.
  void check_local_fields(const declared_collection& from, const collection& c) {
    if (!is_mixed(c)) {
      return;
    }
    for (std::size_t i = 0; i < c.fields.size(); ++i) {
      const field& f = c.fields[i];
      if (f.replicated) {
        continue;
      }
      if (f.primary_key) {
        fail(from, from.fields[i], "The key needs replicate = true, as other fields have it.");
      } else if (f.required()) {
        fail(from, from.fields[i],
             "A field without replicate is optional or has a default, for other nodes' items lack "
             "it.");
      } else if (f.unique || f.indexed || f.immutable || f.tracked || !f.references.empty() ||
                 f.merge != merge_rule::last_write) {
        fail(from, from.fields[i],
             "A field without replicate beside others that have it can't be unique, indexed, "
             "immutable, track_history, references or merge.");
      }
    }
  }

  /// Finds the collections that references name, which may be declared later.
  /// One group decides both: what another has can't be checked while a command is applied.
  void connect(const declared_collection& from) {
    const auto self = std::ranges::find(made_, from.name, &collection::name);
    for (std::size_t i = 0; i < self->fields.size() && i < from.fields.size(); ++i) {
      const field& f = self->fields[i];
      if (f.references.empty()) {
        continue;
      }
      const auto target = std::ranges::find(made_, f.references, &collection::name);
      if (target == made_.end()) {
        fail(from, from.fields[i], "There is no model \"" + f.references + "\" to refer to.");
      } else if (target->fields.empty() || target->key().type != f.type) {
        fail(from, from.fields[i],
             "The field and the key of \"" + f.references + "\" are not of the same type.");
      } else if (is_local(*target) != is_local(*self)) {
        fail(from, from.fields[i],
             "A model that is replicated and one that is not can't refer to each other.");
      } else {
        target->referrers.push_back({self->id, i});
      }
    }
  }

  void fail(const declared_collection& from, std::string message) {
    errors_.push_back({from.where, from.name, std::move(message)});
  }

  void fail(const declared_collection& from, const declared_field& at, std::string message) {
    errors_.push_back({at.where, from.name + "." + at.name, std::move(message)});
  }

  std::vector<declaration_error> sorted_errors() {
    std::ranges::stable_sort(errors_, {}, [](const declaration_error& each) {
      return std::tuple(each.where.line, each.where.column);
    });
    return std::move(errors_);
  }

  std::vector<declaration_error> errors_;
  std::vector<declaration_error> wrong_rules_;
  std::vector<collection> made_;
};

}  // namespace

declared<schema> build_schema(const std::vector<declared_collection>& collections,
                              const std::vector<declared_projection>& projections) {
  return schema_builder().build(collections, projections);
}

}  // namespace lithair::models
