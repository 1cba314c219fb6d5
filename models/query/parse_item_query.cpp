#include <algorithm>
#include <set>

#include "models/encoding/base64.hpp"
#include "models/encoding/decimal.hpp"
#include "models/problem/problems.hpp"
#include "models/query/item_options.hpp"
#include "models/query/list_query.hpp"
#include "models/query/parameters.hpp"
#include "models/query/query.hpp"
#include "models/schema/projection.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

using parameter_list = std::span<const std::pair<std::string, std::string>>;

item_options all_shown(const collection& c, const rights_to_ask& rights) {
  item_options made;
  made.wanted = shown_fields(c, rights);
  return made;
}

/// A log index, or an RFC 3339 time.
/// An index is all digits, so it can't be taken for a time.
std::optional<problem> read_as_of(std::string text, item_options& out) {
  // The "+" of an offset that was not escaped; a time has no blanks.
  std::ranges::replace(text, ' ', '+');
  if (const auto index = parse_count(text)) {
    out.as_of_index = *index;
  } else if (const auto time = parse_timestamp(text)) {
    out.as_of_time_us = time->us;
  } else {
    return bad_parameter("as_of",
                         "It is a log index, or an RFC 3339 time such as "
                         "2030-01-31T12:00:00Z.");
  }
  return std::nullopt;
}

std::optional<problem> read_item_parameter(const collection& c, std::string_view name,
                                           std::string_view text, item_options& out) {
  if (name == "fields") {
    return read_wanted(c, text, out.wanted);
  }
  return name == "as_of" ? read_as_of(std::string(text), out)
                         : bad_parameter(name, "It is not known here.");
}

std::optional<problem> read_history_parameter(std::string_view name, std::string_view text,
                                              item_options& out) {
  const auto number = parse_count(text);
  if (name == "take" && number && *number >= 1 && *number <= 1000) {
    out.take = *number;
  } else if (name == "after" && number && *number < 1'000'000'000'000) {
    // A version counts an item's changes; the bound leaves room for arithmetic.
    out.after = *number;
  } else if (name == "verify" && (text == "true" || text == "false")) {
    out.verify = text == "true";
  } else {
    return bad_parameter(name, name == "take"     ? "It is a number from 1 to 1000."
                               : name == "after"  ? "It is the version of an event."
                               : name == "verify" ? "It is true or false."
                                                  : "It is not known here.");
  }
  return std::nullopt;
}

std::optional<problem> read_projection_parameter(std::string_view name, std::string_view text,
                                                 list_query& out) {
  const auto number = parse_count(text);
  // A group is bytes, which a page before gave as text.
  const auto group = name == "after" ? from_base64url(text) : std::nullopt;
  if (name == "take" && number && *number >= 1 && *number <= 1000) {
    out.take = *number;
  } else if (name == "skip" && number && *number <= 1'000'000'000) {
    out.skip = *number;
  } else if (group && !group->empty()) {
    out.after = *group;
  } else if (name == "total" && (text == "true" || text == "false")) {
    out.total = text == "true";
  } else {
    return bad_parameter(name, name == "take"    ? "It is a number from 1 to 1000."
                               : name == "skip"  ? "It is a number up to 1000000000."
                               : name == "after" ? "It is the next of an earlier page."
                               : name == "total"
                                   ? "It is true or false."
                                   : "A projection takes skip, take, after and total.");
  }
  return std::nullopt;
}

/// Only what was tracked can be told of the past.
std::optional<problem> check_tracked(const collection& c, const item_options& options) {
  std::vector<field_error> errors;
  // A mixed answer, past fields beside present ones, would be neither.
  for (std::size_t i = 0; i < c.fields.size(); ++i) {
    if (options.wanted[i] && i != c.key_at && !c.fields[i].tracked) {
      errors.push_back({c.fields[i].name, "untracked", "The field has no history."});
    }
  }
  if (!c.tracked && errors.empty()) {
    errors.push_back({"", "untracked", "The collection has no history."});
  }
  if (errors.empty()) {
    return std::nullopt;
  }
  return problem{422, "untracked",
                 "Fields without track_history can't be told of the past; ask with fields=.",
                 std::move(errors)};
}

query query_of(const collection& c, query::kind what, std::string key, item_options options,
               const rights_to_ask& rights) {
  query made;
  made.rights = rights;
  made.what = what;
  made.target = &c;
  made.key = std::move(key);
  made.item = std::make_shared<const item_options>(std::move(options));
  return made;
}

/// Rows tell of all items, and of these fields.
bool may_read(const projection& p, const reading_rights& rights) {
  const auto shown = [&rights](std::size_t at) { return rights.shown[at]; };
  return rights.allowed.empty() && std::ranges::all_of(p.group_by, shown) &&
         std::ranges::all_of(p.filters, shown, &filter::position) &&
         std::ranges::all_of(p.measures, [&](const measure& m) {
           return m.kind == measure_kind::count || shown(m.position);
         });
}

/// Reads each parameter once; the first that can't be used is the answer.
template <class Read>
std::optional<problem> read_each(parameter_list parameters, Read read) {
  std::set<std::string_view> seen;
  for (const auto& [name, text] : parameters) {
    // Which of the two would count is anybody's guess.
    if (!seen.insert(name).second) {
      return bad_parameter(name, "It is there twice.");
    }
    if (auto refused = read(name, text)) {
      return refused;
    }
  }
  return std::nullopt;
}

}  // namespace

result<query> item_query(const collection& c, std::string_view key, parameter_list parameters,
                         const rights_to_ask& rights) {
  auto options = all_shown(c, rights);
  auto refused = read_each(parameters, [&](const auto& name, const auto& text) {
    return read_item_parameter(c, name, text, options);
  });
  // Only the past needs tracked fields.
  if (!refused && (options.as_of_index || options.as_of_time_us)) {
    refused = check_tracked(c, options);
  }
  if (refused) {
    return tl::make_unexpected(std::move(*refused));
  }
  // A key of another form names no item, whatever the parameters say.
  auto stored = parse_key(c, key);
  if (!stored) {
    return tl::make_unexpected(not_found());
  }
  return query_of(c, query::kind::item, std::move(*stored), std::move(options), rights);
}

result<query> item_query(const collection& c, std::string_view key) {
  return item_query(c, key, {});
}

result<query> projection_query(const schema& s, std::string_view name, parameter_list parameters,
                               const rights_to_ask& rights) {
  const projection* p = s.find_projection(name);
  const collection* c = p != nullptr ? s.find(p->collection_id) : nullptr;
  if (c == nullptr) {
    return tl::make_unexpected(problem{404, "not_found", "There is no such projection.", {}});
  }
  if (rights && !may_read(*p, *rights)) {
    return tl::make_unexpected(forbidden("The projection tells of what is not for all to read."));
  }
  list_query list;
  if (auto refused = read_each(parameters, [&list](const auto& parameter, const auto& text) {
        return read_projection_parameter(parameter, text, list);
      })) {
    return tl::make_unexpected(std::move(*refused));
  }
  query made;
  made.what = query::kind::projection;
  made.target = c;
  made.from = p;
  made.list = std::make_shared<const list_query>(std::move(list));
  return made;
}

result<query> history_query(const collection& c, std::string_view key, parameter_list parameters,
                            const rights_to_ask& rights) {
  auto options = all_shown(c, rights);
  if (auto refused = read_each(parameters, [&options](const auto& name, const auto& text) {
        return read_history_parameter(name, text, options);
      })) {
    return tl::make_unexpected(std::move(*refused));
  }
  auto stored = parse_key(c, key);
  // No item of this collection has a history.
  if (!stored || !c.tracked) {
    return tl::make_unexpected(not_found());
  }
  return query_of(c, query::kind::history, std::move(*stored), std::move(options), rights);
}

}  // namespace lithair::models
