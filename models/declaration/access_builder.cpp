#include "models/declaration/access_builder.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "models/declaration/rule_text.hpp"
#include "models/schema/access.hpp"
#include "models/schema/attribute_words.hpp"

namespace lithair::models {

namespace {

std::optional<access_kind> kind_named(std::string_view name) {
  for (std::size_t i = 0; i < access_kinds; ++i) {
    if (name_of(static_cast<access_kind>(i)) == name) {
      return static_cast<access_kind>(i);
    }
  }
  return std::nullopt;
}

const declared_attribute* find(const declared_field& in, word which) {
  const auto at = std::ranges::find(in.attributes, name_of(which), &declared_attribute::name);
  return at == in.attributes.end() ? nullptr : &*at;
}

class access_builder {
 public:
  access_builder(const declared_collection& from, const std::vector<collection>& all,
                 collection& into, std::vector<declaration_error>& errors)
      : from_(from), all_(all), into_(into), errors_(errors) {}

  void build() {
    if (!from_.access.empty()) {
      read_collection();
    }
    for (std::size_t i = 0; i < from_.fields.size(); ++i) {
      read_field(from_.fields[i], into_.fields[i]);
      read_stamps(from_.fields[i], into_.fields[i]);
    }
  }

 private:
  void read_collection() {
    auto made = std::make_shared<access_rules>();
    for (const auto& each : from_.access) {
      const auto what = kind_named(each.name);
      if (!what) {
        read_quota(each, made->quota);
      } else if (auto read = read_text(each, *what, from_.name)) {
        made->of[static_cast<std::size_t>(*what)] = {std::move(read),
                                                     std::get<std::string>(each.what)};
      }
    }
    const auto is_per = [](const declared_attribute& each) { return each.name == "per"; };
    const auto per = std::ranges::find_if(from_.access, is_per);
    if ((per != from_.access.end()) != (made->quota.items_per != 0)) {
      fail(from_.access.front().where, from_.name,
           "items_per and per are said together: how many items each value of which field has.");
    }
    into_.access = std::move(made);
  }

  void read_quota(const declared_attribute& said, item_quota& into) {
    const auto* number = std::get_if<std::int64_t>(&said.what);
    const auto* text = std::get_if<std::string>(&said.what);
    if (said.name == "items") {
      if (number == nullptr || *number < 1) {
        return fail(said.where, from_.name, "items is a number, 1 or more.");
      }
      into.items = static_cast<std::uint64_t>(*number);
    } else if (said.name == "items_per") {
      if (number == nullptr || *number < 1 || *number > most_items_per) {
        return fail(said.where, from_.name, "items_per is a number, 1 to 10000.");
      }
      into.items_per = static_cast<std::uint64_t>(*number);
    } else if (said.name == "item_bytes") {
      if (number == nullptr || *number < least_item_bytes) {
        return fail(said.where, from_.name, "item_bytes is a number, 64 or more.");
      }
      into.item_bytes = static_cast<std::uint64_t>(*number);
    } else if (said.name == "per") {
      into.per = text != nullptr ? into_.position(*text) : into_.fields.size();
      if (into.per == into_.fields.size() || !into_.fields[into.per].indexed ||
          (is_mixed(into_) && !into_.fields[into.per].replicated)) {
        into.per = 0;
        fail(said.where, from_.name, "per is a field of the model that is indexed.");
      }
    } else {
      fail(said.where, from_.name,
           "Unknown rule \"" + said.name +
               "\"; the rules are read, create, update and delete, and items, items_per, per and "
               "item_bytes.");
    }
  }

  void read_field(const declared_field& from, field& f) {
    auto made = std::make_shared<field_access>();
    for (const auto which : {word::access_read, word::access_update}) {
      const auto* said = find(from, which);
      if (said == nullptr) {
        continue;
      }
      const auto subject = from_.name + '.' + from.name;
      if (!into_.access) {
        fail(said->where, subject,
             "A field has access rules only where its model has: access = { read = \"@user\" }.");
      } else if (f.primary_key) {
        fail(said->where, subject, "The key is for all who may read the item.");
      }
      const bool reads = which == word::access_read;
      if (!reads && is_mixed(into_) && !f.replicated) {
        fail(said->where, subject,
             "A field without replicate beside others that have it has no rule for update.");
      }
      auto read = read_text(*said, access_kind::read, subject);
      if (read && !is_about_caller(*read)) {
        fail(said->where, subject,
             "A field's rule asks about the caller alone: role(NAME), @user, @user.NAME = 'text'.");
      } else if (read) {
        (reads ? made->read_text : made->update_text) = std::get<std::string>(said->what);
        (reads ? made->read : made->update) = std::move(read);
      }
      f.access = made;
    }
  }

  std::optional<rule> read_text(const declared_attribute& said, access_kind what,
                                const std::string& subject) {
    const auto* text = std::get_if<std::string>(&said.what);
    if (text == nullptr) {
      fail(said.where, subject, "A rule is text, such as \"role(staff)\".");
      return std::nullopt;
    }
    auto made = read_rule(all_, into_, what, *text);
    if (!made) {
      auto where = said.where;
      // A text without escapes is as long in the file as it is here.
      if (said.text_begins.line != 0) {
        where = said.text_begins;
        where.column += static_cast<std::uint32_t>(made.error().at);
      }
      fail(where, subject, "The rule for " + said.name + ": " + made.error().message);
      return std::nullopt;
    }
    return std::move(*made);
  }

  void read_stamps(const declared_field& from, field& f) {
    for (const auto which : {word::set, word::set_on_update}) {
      const auto* said = find(from, which);
      if (said == nullptr) {
        continue;
      }
      const auto* text = std::get_if<std::string>(&said->what);
      const auto made = text != nullptr ? read_stamp(*text) : std::nullopt;
      if (!made) {
        fail(said->where, from_.name + '.' + from.name,
             std::string(name_of(which)) + " is \"@now\", \"@user.id\" or \"@user.NAME\".");
        continue;
      }
      (which == word::set ? f.set : f.set_on_update) = *made;
      check_stamp(*said, from, f);
    }
  }

  void check_stamp(const declared_attribute& said, const declared_field& from, field& f) {
    const auto complain = [&](std::string message) {
      fail(said.where, from_.name + '.' + from.name, std::move(message));
    };
    const bool by_time =
        f.set.from == stamp_source::now || f.set_on_update.from == stamp_source::now;
    if (by_time && f.type != value_type::timestamp) {
      complain("@now is for timestamp fields.");
    }
    if (f.type == value_type::json || f.type == value_type::list || f.type == value_type::bytes) {
      complain("A field of this type can't be set from @user.");
    }
    if (f.primary_key || !absent(f.default_value) || f.merge != merge_rule::last_write) {
      complain("A field that is set by itself is no key, and has no default and no merge.");
    }
    if (f.set.from != stamp_source::none && f.set_on_update.from != stamp_source::none) {
      complain("A field has set or set_on_update; set_on_update sets it from the beginning.");
    }
    if (f.set_on_update.from != stamp_source::none && f.immutable) {
      complain("An immutable field is not set again.");
    }
    if (is_mixed(into_) && !f.replicated) {
      complain("A field that is set by itself has replicate = true.");
    }
    if (f.access && f.access->update) {
      complain("A field that is set by itself is changed by nobody: it has no rule for update.");
    }
    // Who made it stays who made it.
    f.immutable = f.immutable || f.set.from != stamp_source::none;
  }

  void fail(const place& where, const std::string& subject, std::string message) {
    errors_.push_back({where, subject, std::move(message)});
  }

  const declared_collection& from_;
  const std::vector<collection>& all_;
  collection& into_;
  std::vector<declaration_error>& errors_;
};

}  // namespace

void build_access(const declared_collection& from, const std::vector<collection>& all,
                  collection& into, std::vector<declaration_error>& errors) {
  access_builder(from, all, into, errors).build();
}

}  // namespace lithair::models
