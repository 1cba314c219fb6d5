#include "http/openapi_items.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "http/ecma_pattern.hpp"
#include "models/command/local_fields.hpp"
#include "models/query/read_filter.hpp"
#include "models/schema/access.hpp"
#include "models/schema/projection.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

using models::value_type;

constexpr std::string_view decimal_taken = R"(^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$)";
constexpr std::string_view decimal_shown = R"(^-?(0|[1-9][0-9]*)(\.[0-9]{1,9})?$)";
// RFC 3339 with any offset, but for leap seconds.
constexpr std::string_view time_taken =
    R"(^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$)";
constexpr std::string_view base64_pattern =
    R"(^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==)?|[A-Za-z0-9+/]{3}=?)?$)";
// What `validate.format` takes, see models/schema/rules.cpp; "email" of JSON Schema takes less.
constexpr std::string_view email_pattern =
    R"re(^([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7F])+(\.([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7F])+)*@([A-Za-z0-9]|[^\x00-\x7F])([A-Za-z0-9-]|[^\x00-\x7F])*(\.([A-Za-z0-9]|[^\x00-\x7F])([A-Za-z0-9-]|[^\x00-\x7F])*)*$)re";
constexpr std::string_view url_pattern =
    R"re(^[A-Za-z]([A-Za-z0-9+.-]|[^\x00-\x7F])*:\/\/[^\/?\x00-\x20\x7F"<>\\][^\x00-\x20\x7F"<>\\]*$)re";

bool is_answer(usage why) { return why == usage::shown || why == usage::selected; }

void describe(json_object& to, const std::string& sentence) {
  auto& about = to["description"];
  const std::string before =
      about.is_string() ? std::string{about.get_string()} + ' ' : std::string{};
  about = before + sentence;
}

json_object type_of(const models::field& f, bool shown) {
  switch (f.type) {
    case value_type::boolean:
      return flag_schema();
    case value_type::integer:
      return {{"type", "integer"}, {"format", "int64"}};
    case value_type::number:
      return {{"type", "number"}, {"format", "double"}};
    case value_type::uuid:
      return {{"type", "string"}, {"format", "uuid"}};
    case value_type::money:
      if (shown) return described(text_schema(decimal_shown), "A decimal number, digits kept.");
      return {
          {"anyOf", json::array{text_schema(decimal_taken), json_object{{"type", "number"}}}},
          {"description", "A decimal number with at most 18 digits, 9 of them behind the point."}};
    case value_type::timestamp:
      return {{"type", "string"}, {"format", "date-time"}, {"pattern", time_taken}};
    case value_type::enumeration:
      return {{"type", "string"}, {"enum", json::array(f.names.begin(), f.names.end())}};
    case value_type::bytes:
      return {{"type", "string"}, {"contentEncoding", "base64"}, {"pattern", base64_pattern}};
    case value_type::list:
      return list_of(type_of(*f.element, shown));
    case value_type::string:
      return text_schema();
    case value_type::json:
      break;
  }
  return described({}, "Any JSON but null.");
}

// Numbers are told to programs, bounds of money and moments to people.
void add_bound(json_object& to, std::string_view name, std::string_view in_words,
               const models::value& v) {
  if (const auto* whole = std::get_if<std::int64_t>(&v))
    to[name] = *whole;
  else if (const auto* real = std::get_if<double>(&v))
    to[name] = *real;
  else if (!models::absent(v))
    describe(to, std::string{in_words} + ' ' + models::to_text(v) + '.');
}

void add_length(json_object& to, const models::field& f, std::string_view name,
                const std::optional<std::uint64_t>& bound) {
  if (!bound) return;
  // Of bytes it counts what the base64 stands for, which JSON Schema can't say.
  if (f.type == value_type::bytes)
    return describe(to, (name == "min" ? "At least " : "At most ") + std::to_string(*bound) +
                            (*bound == 1 ? " byte." : " bytes."));
  to[std::string{name} + (f.type == value_type::list ? "Items" : "Length")] = *bound;
}

void add_pattern(json_object& to, std::string_view pattern) {
  if (!to.contains("pattern")) {
    to["pattern"] = pattern;
  } else {
    auto& all = to["allOf"];
    if (!all.is_array()) all = json::array{};
    all.get_array().push_back(json_object{{"pattern", pattern}});
  }
}

void add_text_rules(json_object& to, const models::constraints& rules) {
  if (rules.format == models::text_format::email) add_pattern(to, email_pattern);
  if (rules.format == models::text_format::url) add_pattern(to, url_pattern);
  if (rules.format == models::text_format::uuid) to["format"] = "uuid";
  if (rules.pattern.empty()) return;
  if (const auto pattern = ecma_pattern(rules.pattern))
    add_pattern(to, *pattern);
  else
    describe(to, "Matches " + rules.pattern + " (RE2).");
}

// Of text and numbers; money and moments are equal by value, so a list of spellings is no rule.
void add_choices(json_object& to, const models::field& f) {
  if (f.rules.one_of.empty()) return;
  const bool plain =
      f.type == value_type::string || f.type == value_type::integer || f.type == value_type::number;
  json::array all;
  std::string words;
  for (const auto& each : f.rules.one_of) {
    std::string text;
    models::append_value_json(text, f, each);
    all.push_back(json::parse(text));
    words += (words.empty() ? "" : ", ") + models::to_text(each);
  }
  if (plain)
    to["enum"] = std::move(all);
  else
    describe(to, "One of " + words + ".");
}

// In words: generators of typed clients make what has a default a member that must be sent.
void add_default(json_object& to, const models::field& f) {
  if (models::absent(f.default_value)) return;
  std::string text;
  models::append_value_json(text, f, f.default_value);
  describe(to, "Without it: " + text + ".");
}

// A field that streams tell of, or that lists know.
bool can_be_asked_for(const models::collection& c, const models::field& f, bool of_stream) {
  return f.exposed && (!of_stream || f.replicated || !models::is_mixed(c));
}

std::string names_pattern(const std::vector<std::string>& names, std::string_view sign) {
  std::string one = std::string{sign} + '(';
  for (const auto& each : names) one += (one.back() == '(' ? "" : "|") + each;
  one += ')';
  return '^' + one + "(," + one + ")*$";
}

json_object type_of(const models::collection& c, const models::measure& m) {
  const auto& f = c.fields[m.position];
  if (m.kind == models::measure_kind::count) return whole_number();
  if (m.kind == models::measure_kind::avg && f.type != value_type::money)
    return or_null({{"type", "number"}});
  // A sum may have more than 64 bits, and more digits than one amount.
  if (m.kind == models::measure_kind::sum && f.type == value_type::integer)
    return or_null({{"type", "integer"}});
  if (f.type == value_type::money)
    return or_null(text_schema(R"(^-?(0|[1-9][0-9]*)(\.[0-9]{1,9})?$)"));
  return or_null(type_of(f, true));
}

}  // namespace

namespace {

// Who may not read it is not shown it.
bool is_for_some(const models::field& f) { return f.access && f.access->read; }

void add_access(json_object& to, const models::field& f) {
  if (is_for_some(f)) describe(to, "Shown to: " + f.access->read_text + ".");
  if (f.access && f.access->update)
    describe(to, "Set and changed by: " + f.access->update_text + ".");
  if (f.set.from != models::stamp_source::none)
    describe(to, "Set to " + text_of(f.set) + " when the item is made.");
  if (f.set_on_update.from != models::stamp_source::none)
    describe(to, "Set to " + text_of(f.set_on_update) + " with each write.");
}

}  // namespace

json_object schema_of(const models::field& f, usage why) {
  auto made = type_of(f, is_answer(why));
  // What a patch is combined with is judged when it is known what comes out.
  if (why == usage::patched && f.merge != models::merge_rule::last_write) return made;
  add_bound(made, "minimum", "At least", f.rules.min);
  add_bound(made, "maximum", "At most", f.rules.max);
  add_length(made, f, "min", f.rules.min_length);
  add_length(made, f, "max", f.rules.max_length);
  add_text_rules(made, f.rules);
  add_choices(made, f);
  return made;
}

json_object schema_of(const models::collection& c, usage why) {
  json_object properties;
  json::array required;
  for (const auto& f : c.fields) {
    if (!f.exposed) continue;
    auto made = schema_of(f, why);
    // A request must send what nothing fills in; an answer has all that is not optional, but for
    // what another node keeps for itself.
    bool always = false;
    if (why == usage::shown)
      always = !f.optional && (f.replicated || !models::is_mixed(c)) && !is_for_some(f);
    else if (f.is_stamped())
      always = false;
    else if (why == usage::created)
      always = f.required() || (f.primary_key && f.type != value_type::uuid);
    else if (why == usage::keyed)
      always = f.required();
    else if (why == usage::replaced)
      always = f.required() && !f.immutable;
    const bool needed = f.required() && why != usage::replaced && !f.is_stamped();
    // null means absent, or in a patch: be gone.
    if (!is_answer(why) && !always && !needed && !(f.primary_key && why == usage::patched))
      made = or_null(std::move(made));
    if (!is_answer(why) && why != usage::patched) add_default(made, f);
    add_access(made, f);
    properties[f.name] = std::move(made);
    if (always) required.push_back(json::string(f.name));
  }
  const bool is_whole = std::ranges::all_of(c.fields, &models::field::exposed);
  json_object made{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) made["required"] = std::move(required);
  made["additionalProperties"] = !is_answer(why) && !is_whole;
  return made;
}

json_object page_schema(json_object item) {
  return record({{"data", list_of(std::move(item))},
                 {"total?", whole_number()},
                 {"skip", whole_number()},
                 {"take", whole_number()},
                 {"has_more", flag_schema()},
                 {"next", or_null(text_schema())},
                 {"explain?", schema_ref("lithair.explanation")}});
}

json_object row_schema(const models::collection& c, const models::projection& p) {
  json_object properties;
  json::array required;
  for (const auto at : p.group_by) {
    properties[c.fields[at].name] = or_null(type_of(c.fields[at], true));
    required.push_back(json::string(c.fields[at].name));
  }
  for (const auto& m : p.measures) {
    properties[m.name] = type_of(c, m);
    required.push_back(json::string(m.name));
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

json::array filter_parameters(const models::collection& c, bool of_stream) {
  json::array made;
  for (const auto& f : c.fields) {
    if (!can_be_asked_for(c, f, of_stream)) continue;
    const auto form = models::expected_form(f.element ? *f.element : f);
    const json_object one = text_schema();
    made.push_back(json_object{
        {"name", f.name},
        {"in", "query"},
        {"description", models::filter_forms(f) + ". v is " + form + ". Several must all hold."},
        {"schema", json_object{{"anyOf", json::array{one, list_of(one)}}}}});
  }
  return made;
}

std::string sort_pattern(const models::collection& c) {
  std::vector<std::string> names;
  for (const auto& f : c.fields)
    if (f.exposed && f.type != value_type::json && f.type != value_type::list)
      names.push_back(f.name);
  return names_pattern(names, "-?");
}

std::string fields_pattern(const models::collection& c) {
  std::vector<std::string> names;
  for (const auto& f : c.fields)
    if (f.exposed) names.push_back(f.name);
  return names_pattern(names, "");
}

namespace {

// What tracked fields became; null: nothing any more.
json_object changes_schema(const models::collection& c) {
  json_object properties;
  for (const auto& f : c.fields)
    if (f.exposed && f.tracked) properties[f.name] = or_null(type_of(f, true));
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

json_object history_schema(const models::collection& c) {
  auto event = record({{"version", whole_number()},
                       {"index", whole_number()},
                       {"time", json_object{{"type", "string"}, {"format", "date-time"}}},
                       {"type", word_of({"created", "updated", "deleted"})},
                       {"by?", described(text_schema(), "Whose token was shown.")},
                       {"changes", changes_schema(c)}});
  return record({{"id", type_of(c.key(), true)},
                 {"events", list_of(std::move(event))},
                 {"has_more", flag_schema()},
                 {"next", or_null(whole_number())},
                 {"verified?", flag_schema()},
                 {"broken_at?", whole_number()}});
}

// One operation of a transaction on this collection.
json_object operation_schema(const models::collection& c) {
  const auto name = json_object{{"const", c.name}};
  const auto verb = [](std::string_view word) { return json_object{{"const", word}}; };
  // A key may be told by its text too, as in a path, or as a number that is its text.
  const auto other = c.key().type == value_type::integer ? text_schema(R"(^-?[0-9]+$)")
                                                         : json_object{{"type", "number"}};
  const auto key = any_of({type_of(c.key(), false), other});
  // The key of a new item stands in the item or beside it.
  return any_of({record({{"op", verb("create")},
                         {"collection", name},
                         {"item", schema_ref(c.name + ".create")}}),
                 record({{"op", verb("create")},
                         {"collection", name},
                         {"id", key},
                         {"item", schema_ref(c.name + ".create.keyed")}}),
                 record({{"op", verb("replace")},
                         {"collection", name},
                         {"id", key},
                         {"item", schema_ref(c.name + ".replace")},
                         {"if_version?", whole_number()}}),
                 record({{"op", verb("patch")},
                         {"collection", name},
                         {"id", key},
                         {"item", schema_ref(c.name + ".patch")},
                         {"if_version?", whole_number()}}),
                 record({{"op", verb("delete")},
                         {"collection", name},
                         {"id", key},
                         {"if_version?", whole_number()}})});
}

}  // namespace

void add_schemas(const models::collection& c, json_object& to) {
  const auto add = [&](std::string_view suffix, json_object schema) {
    to[c.name + std::string{suffix}] = std::move(schema);
  };
  auto many = list_of(schema_ref(c.name + ".create"));
  many["maxItems"] = 10'000;
  add("", schema_of(c, usage::shown));
  add(".selected", schema_of(c, usage::selected));
  add(".create", schema_of(c, usage::created));
  add(".create.keyed", schema_of(c, usage::keyed));
  add(".replace", schema_of(c, usage::replaced));
  add(".patch", schema_of(c, usage::patched));
  add(".many", std::move(many));
  add(".items", list_of(schema_ref(c.name)));
  add(".page", page_schema(schema_ref(c.name)));
  add(".page.selected", page_schema(schema_ref(c.name + ".selected")));
  add(".found", record({{"id", type_of(c.key(), true)}}));
  if (c.tracked) add(".history", history_schema(c));
  add(".operation", operation_schema(c));
}

}  // namespace lithair::http
