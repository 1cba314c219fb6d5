#include "apps/lithairctl/item_model.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>

#include "apps/lithairctl/document.hpp"

namespace lithair::ctl {

namespace json = boost::json;

namespace {

field_kind kind_of(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr || !type->is_string()) return field_kind::json;
  const std::string_view name = type->get_string();
  if (name == "string") return field_kind::text;
  if (name == "boolean") return field_kind::boolean;
  if (name == "integer") return field_kind::integer;
  if (name == "number") return field_kind::number;
  return field_kind::json;
}

template <class Number>
std::optional<json::value> number_of(std::string_view text) {
  Number made{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), made);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return json::value(made);
}

std::optional<json::value> json_of(std::string_view text) {
  boost::system::error_code error;
  auto made = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return std::nullopt;
  return made;
}

bool needs(const json::object& schema, std::string_view name) {
  return std::ranges::any_of(array_in(schema, "required"),
                             [name](const auto& x) { return cell_of(x) == name; });
}

}  // namespace

item_model::item_model(const json::object& description, const std::string& collection) {
  const auto& schemas = object_in(object_in(description, "components"), "schemas");
  const auto& shown = object_in(schemas, collection);
  const auto& created = object_in(schemas, collection + ".create");
  if (shown.empty())
    throw failure(exit_status::not_found, "There is no collection " + collection + " here.");
  for (const auto& x : object_in(shown, "properties")) {
    if (!x.value().is_object()) continue;
    const std::string name = x.key();
    const auto& rules = x.value().get_object();
    fields_.push_back({name, kind_of(rules), needs(created, name), rules});
  }
}

const item_field* item_model::find(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &item_field::name);
  return found == fields_.end() ? nullptr : &*found;
}

std::optional<json::value> item_model::value_of(std::string_view field, std::string_view text,
                                                std::string& wrong) const {
  const auto* known = find(field);
  std::optional<json::value> made;
  switch (known == nullptr ? field_kind::text : known->kind) {
    case field_kind::text:
      return json::value(json::string_view(text.data(), text.size()));
    case field_kind::boolean:
      if (text == "true" || text == "false") return json::value(text == "true");
      wrong = "must be true or false";
      break;
    case field_kind::integer:
      made = number_of<std::int64_t>(text);
      wrong = "must be a whole number";
      break;
    case field_kind::number:
      made = number_of<double>(text);
      wrong = "must be a number";
      break;
    case field_kind::json:
      made = json_of(text);
      wrong = "must be JSON, such as [\"a\",\"b\"]";
      break;
  }
  return made;
}

std::string path_of(caller& by, const std::string& collection) {
  if (collection.starts_with('/')) return collection;
  const auto index = object_of(by.expect({.target = "/"}));
  std::string names;
  for (const auto& each : array_in(index, "collections")) {
    if (!each.is_object()) continue;
    const auto name = text_in(each.get_object(), "name");
    if (name == collection) return text_in(each.get_object(), "path");
    names += (names.empty() ? "" : ", ") + name;
  }
  throw failure(exit_status::not_found,
                "There is no collection " + collection + " here; there are: " + names + ".");
}

item_model model_of(caller& by, const std::string& collection) {
  return {object_of(by.expect({.target = "/openapi.json"})), collection};
}

}  // namespace lithair::ctl
