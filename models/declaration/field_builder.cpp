#include "models/declaration/field_builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <re2/re2.h>

#include "models/declaration/literal_value.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/attribute_words.hpp"
#include "models/schema/merge.hpp"
#include "models/schema/rules.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

constexpr std::array all_types{
    value_type::boolean, value_type::integer, value_type::number,    value_type::string,
    value_type::uuid,    value_type::money,   value_type::timestamp, value_type::enumeration,
    value_type::bytes,   value_type::json,
};

/// For error messages, in the order of the enum.
std::string list_of_types() {
  std::string text;
  for (const auto type : all_types) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(type));
  }
  return text + ", list<...>";
}

/// "primary_key, ..., merge and validate with min, ..."
std::string list_of_words() {
  std::string text;
  bool validates = false;
  for (std::size_t i = 0; i < word_names.size(); ++i) {
    const bool first =
        !std::exchange(validates, word_names[i].starts_with(validate_prefix)) && validates;
    text += first ? " and validate with " : text.empty() ? "" : ", ";
    text += short_name_of(static_cast<word>(i));
  }
  return text;
}

std::optional<value_type> type_named(std::string_view name) {
  const auto at =
      std::ranges::find_if(all_types, [name](auto each) { return name_of(each) == name; });
  return at != all_types.end() ? std::optional(*at) : std::nullopt;
}

/// The rule whose name the attribute says, among the first `count`.
template <class Rule>
std::optional<Rule> rule_named(const literal& what, std::uint8_t count) {
  const auto* name = std::get_if<std::string>(&what);
  for (std::uint8_t i = 0; name != nullptr && i < count; ++i) {
    if (name_of(static_cast<Rule>(i)) == *name) {
      return static_cast<Rule>(i);
    }
  }
  return std::nullopt;
}

bool has_length(value_type type) {
  return type == value_type::string || type == value_type::bytes || type == value_type::list;
}

bool has_order(value_type type) {
  return type == value_type::integer || type == value_type::number || type == value_type::money ||
         type == value_type::timestamp;
}

bool can_be_key(value_type type) {
  return type == value_type::integer || type == value_type::string || type == value_type::uuid ||
         type == value_type::timestamp || type == value_type::enumeration;
}

/// json and lists have no order that could be looked up.
bool can_be_found(value_type type) { return type != value_type::json && type != value_type::list; }

}  // namespace

field_builder::field_builder(const std::string& collection_name, const declared_field& from,
                             std::vector<declaration_error>& errors)
    : collection_name_(collection_name), from_(from), errors_(errors) {}

field field_builder::build() {
  made_.name = from_.name;
  // From the name, as everywhere: the declaration's order means nothing.
  made_.id = stable_id(from_.name);
  made_.replicated = false;
  read_type();
  // Without a type no other word can be judged.
  if (made_.type == value_type{}) {
    return std::move(made_);
  }
  // The default is judged by the rules, so it comes after them.
  for (const auto& attribute : from_.attributes) {
    if (attribute.name != "type" && attribute.name != "values" && attribute.name != "default") {
      read_attribute(attribute);
    }
  }
  check_agreement();
  if (const auto* attribute = find("default")) {
    read_default(*attribute);
  }
  return std::move(made_);
}

void field_builder::read_type() {
  made_.type = {};
  const auto* attribute = find("type");
  if (attribute == nullptr) {
    return fail(from_.where, "The field needs a type: " + list_of_types() + ".");
  }
  const auto* name = std::get_if<std::string>(&attribute->what);
  if (name == nullptr) {
    return fail(attribute->where, "A type is a word: " + list_of_types() + ".");
  }
  set_type(*attribute, *name);
  // Of a list its elements may be the enum.
  const bool named = made_.type == value_type::enumeration ||
                     (made_.element && made_.element->type == value_type::enumeration);
  const auto* names = find("values");
  if (named && names == nullptr) {
    fail(attribute->where, "An enum needs its values: values = [\"first\", \"second\"].");
  } else if (names != nullptr && made_.type != value_type{}) {
    read_names(*names);
  }
}

void field_builder::set_type(const declared_attribute& from, std::string_view name) {
  const bool list = name.starts_with("list<") && name.ends_with('>');
  const auto inner = list ? name.substr(5, name.size() - 6) : name;
  const auto type = type_named(inner);
  // A list of lists would have no plain text.
  if (!type || (list && (*type == value_type::bytes || *type == value_type::json))) {
    return fail(from.where, "Unknown type \"" + std::string(name) + "\"; the types are " +
                                list_of_types() + " with plain elements.");
  }
  made_.type = list ? value_type::list : *type;
  if (list) {
    field element;
    element.name = made_.name;
    element.type = *type;
    // Errors about an element name the field.
    made_.element = std::make_shared<const field>(std::move(element));
  }
}

void field_builder::read_names(const declared_attribute& from) {
  const auto* names = std::get_if<std::vector<std::string>>(&from.what);
  const bool list = made_.element && made_.element->type == value_type::enumeration;
  if (made_.type != value_type::enumeration && !list) {
    return fail(from.where, "Only an enum has values; validate.one_of limits other types.");
  }
  if (names == nullptr || names->empty()) {
    return fail(from.where, "The values of an enum are a list of at least one word.");
  }
  // Names become keys of indexes and items, so they keep the bound on keys.
  for (const auto& name : *names) {
    if (name.empty() || name.size() > max_key_bytes || !is_utf8(name)) {
      fail(from.where, "A value of an enum has 1 to 200 bytes of UTF-8.");
    } else if (std::ranges::count(*names, name) > 1) {
      return fail(from.where, "The value \"" + name + "\" is there twice.");
    }
  }
  made_.names = *names;
  // The element is shared and constant: it is replaced, not changed.
  if (list) {
    field element = *made_.element;
    element.names = *names;
    made_.element = std::make_shared<const field>(std::move(element));
  }
}

void field_builder::read_attribute(const declared_attribute& from) {
  const auto which = word_named(from.name);
  // A word that nobody knows is more likely a typing error than harmless.
  if (!which) {
    return fail(from.where, "Unknown attribute \"" + from.name + "\"; the attributes are " +
                                list_of_words() + '.');
  }
  const auto flag = std::ranges::find(flag_words, *which, &flag_word::which);
  if (flag != flag_words.end()) {
    made_.*flag->member = read_flag(from);
  }
  switch (*which) {
    case word::primary_key:
      return check_key_type();
    case word::references:
      return read_reference(from);
    case word::on_delete:
      return read_delete_rule(from);
    case word::merge:
      return read_merge_rule(from);
    case word::min:
      return read_bound(from, made_.rules.min);
    case word::max:
      return read_bound(from, made_.rules.max);
    case word::min_length:
      return read_length(from, made_.rules.min_length);
    case word::max_length:
      return read_length(from, made_.rules.max_length);
    case word::pattern:
      return read_pattern(from);
    case word::format:
      return read_format(from);
    case word::one_of:
      return read_choices(from);
    default:
      return;  // a flag, or the default, which is read when all else is known
  }
}

bool field_builder::read_flag(const declared_attribute& from) {
  if (const auto* flag = std::get_if<bool>(&from.what)) {
    return *flag;
  }
  fail(from.where, from.name + " is true or false.");
  return false;
}

void field_builder::read_default(const declared_attribute& from) {
  value made = to_value(from);
  if (absent(made)) {
    return;
  }
  std::vector<field_error> broken;
  check_rules(made_, made, broken);
  for (const auto& error : broken) {
    fail(from.where, "The default breaks a rule of the field: " + error.message);
  }
  made_.default_value = std::move(made);
}

void field_builder::read_bound(const declared_attribute& from, value& bound) {
  if (!has_order(made_.type)) {
    return fail(from.where, from.name + " is for integer, number, money and timestamp fields.");
  }
  bound = to_value(from);
}

void field_builder::read_length(const declared_attribute& from,
                                std::optional<std::uint64_t>& bound) {
  const auto* length = std::get_if<std::int64_t>(&from.what);
  if (!has_length(made_.type)) {
    return fail(from.where, from.name + " is for string, bytes and list fields.");
  }
  if (length == nullptr || *length < 0) {
    return fail(from.where, from.name + " is a number, not below zero.");
  }
  bound = static_cast<std::uint64_t>(*length);
}

void field_builder::read_pattern(const declared_attribute& from) {
  const auto* text = std::get_if<std::string>(&from.what);
  if (made_.type != value_type::string || text == nullptr) {
    return fail(from.where, "validate.pattern is a text, for string fields.");
  }
  // Errors are told to the user, not to stderr.
  re2::RE2::Options quiet;
  quiet.set_log_errors(false);
  const auto matcher = std::make_shared<re2::RE2>(*text, quiet);
  if (!matcher->ok()) {
    return fail(from.where,
                "The pattern is no regular expression of RE2: " + matcher->error() + ".");
  }
  made_.rules.pattern = *text;
  made_.rules.matcher = matcher;
}

void field_builder::read_format(const declared_attribute& from) {
  const auto* text = std::get_if<std::string>(&from.what);
  if (made_.type != value_type::string) {
    return fail(from.where, "validate.format is for string fields.");
  }
  for (const auto format : {text_format::email, text_format::url, text_format::uuid}) {
    if (text != nullptr && *text == name_of(format)) {
      made_.rules.format = format;
    }
  }
  if (made_.rules.format == text_format::none) {
    fail(from.where, "The formats are email, url and uuid.");
  }
}

void field_builder::read_choices(const declared_attribute& from) {
  const auto* choices = std::get_if<std::vector<std::string>>(&from.what);
  if (made_.type == value_type::boolean || made_.type == value_type::enumeration ||
      made_.type == value_type::bytes || !can_be_found(made_.type)) {
    return fail(
        from.where,
        "validate.one_of is for integer, number, string, uuid, money and timestamp fields.");
  }
  if (choices == nullptr || choices->empty()) {
    return fail(from.where, "validate.one_of is a list of at least one value.");
  }
  for (const auto& text : *choices) {
    if (auto choice = parse_text(made_, text)) {
      made_.rules.one_of.push_back(std::move(*choice));
    } else {
      fail(from.where, "\"" + text + "\" is not " + expected_form(made_) + ".");
    }
  }
}

void field_builder::read_reference(const declared_attribute& from) {
  const auto* name = std::get_if<std::string>(&from.what);
  if (name == nullptr || name->empty()) {
    return fail(from.where, "references is the name of a model.");
  }
  // By name only: the model may be declared later; the schema builder looks.
  made_.references = *name;
  made_.target_id = stable_id(*name);
  made_.indexed = true;  // Whoever deletes the target must find the item.
}

void field_builder::read_delete_rule(const declared_attribute& from) {
  const auto rule = rule_named<delete_rule>(from.what, 3);
  if (!rule) {
    return fail(from.where, "on_delete is \"restrict\", \"cascade\" or \"set_null\".");
  }
  made_.on_delete = *rule;
}

void field_builder::read_merge_rule(const declared_attribute& from) {
  const auto rule = rule_named<merge_rule>(from.what, 6);
  if (!rule) {
    return fail(from.where,
                "merge is \"last_write\", \"add\", \"max\", \"min\", \"union\" or \"append\".");
  }
  if (!can_merge(made_.type, *rule)) {
    return fail(from.where,
                "Fields of this type can't combine by \"" + std::string(name_of(*rule)) + "\".");
  }
  made_.merge = *rule;
}

void field_builder::check_key_type() {
  if (made_.primary_key && !can_be_key(made_.type)) {
    fail(from_.where, "A primary key is an integer, string, uuid, timestamp or enum.");
  }
}

void field_builder::check_agreement() {
  const auto& rules = made_.rules;
  if (!absent(rules.min) && !absent(rules.max) && compare(rules.min, rules.max) > 0) {
    fail(from_.where, "validate.min is above validate.max.");
  }
  if (rules.min_length && rules.max_length && *rules.min_length > *rules.max_length) {
    fail(from_.where, "validate.min_length is above validate.max_length.");
  }
  if (!can_be_found(made_.type) && (made_.unique || made_.indexed)) {
    fail(from_.where, "A json or list field is neither unique nor indexed.");
  }
  if (made_.references.empty() && find("on_delete") != nullptr) {
    fail(from_.where, "on_delete needs references.");
  }
  // Without a value it must still be a whole item.
  if (made_.on_delete == delete_rule::set_null && (!made_.optional || made_.immutable)) {
    fail(from_.where, "A reference with on_delete = \"set_null\" is optional and not immutable.");
  }
  // Null would give the default back, which may be what is deleted.
  if (made_.on_delete == delete_rule::set_null && find("default") != nullptr) {
    fail(from_.where, "A reference with on_delete = \"set_null\" has no default.");
  }
  if (made_.immutable && made_.merge != merge_rule::last_write) {
    fail(from_.where, "An immutable field has nothing to combine.");
  }
  check_key();
}

void field_builder::check_key() {
  if (made_.primary_key) {
    if (made_.optional || find("default") != nullptr) {
      fail(from_.where, "A primary key is neither optional nor has a default.");
    }
    if (!made_.exposed) {
      fail(from_.where, "A primary key can't be hidden: it names the item in its path.");
    }
    if (!made_.references.empty() || made_.merge != merge_rule::last_write) {
      fail(from_.where, "A primary key refers to nothing and does not combine.");
    }
    // Not said by the user, but true, and readers rely on it.
    made_.immutable = true;
    made_.unique = false;  // Being the key says so already.
    made_.indexed = false;
  }
}

value field_builder::to_value(const declared_attribute& from) {
  if (auto made = value_of(made_, from.what)) {
    return std::move(*made);
  }
  fail(from.where, from.name + " must be " + expected_form(made_) + ".");
  return {};
}

const declared_attribute* field_builder::find(std::string_view name) const {
  const auto at = std::ranges::find(from_.attributes, name, &declared_attribute::name);
  return at != from_.attributes.end() ? &*at : nullptr;
}

void field_builder::fail(const place& where, std::string message) {
  errors_.push_back({where, collection_name_ + "." + from_.name, std::move(message)});
}

}  // namespace lithair::models
