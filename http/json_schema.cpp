#include "http/json_schema.hpp"

#include <utility>

namespace lithair::http {

namespace json = boost::json;

json_object record(std::initializer_list<record_member> members) {
  json_object properties;
  json::array required;
  for (const auto& [name, schema] : members) {
    const bool optional = name.ends_with('?');
    const auto plain = optional ? name.substr(0, name.size() - 1) : name;
    properties[plain] = schema;
    if (!optional) required.push_back(json::string(plain));
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

json_object list_of(json_object items) { return {{"type", "array"}, {"items", std::move(items)}}; }

json_object schema_ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string{name}}};
}

json_object whole_number() { return {{"type", "integer"}, {"minimum", 0}}; }

json_object text_schema(std::string_view pattern) {
  json_object made{{"type", "string"}};
  if (!pattern.empty()) made["pattern"] = pattern;
  return made;
}

json_object word_of(std::initializer_list<std::string_view> words) {
  json::array all;
  for (const auto each : words) all.push_back(json::string(each));
  return {{"type", "string"}, {"enum", std::move(all)}};
}

json_object flag_schema() { return {{"type", "boolean"}}; }

json_object or_null(json_object type) {
  const auto* plain = type.if_contains("type");
  if (plain == nullptr) {
    const json_object nothing{{"type", "null"}};
    if (type.contains("$ref")) return {{"anyOf", json::array{std::move(type), nothing}}};
    // Without a type null is among what it allows already.
    if (auto* choices = type.if_contains("anyOf")) choices->as_array().push_back(nothing);
    return type;
  }
  type["type"] = json::array{*plain, "null"};
  if (auto* words = type.if_contains("enum")) words->as_array().push_back(nullptr);
  return type;
}

json_object any_of(json::array choices) {
  if (choices.size() == 1) return std::move(choices.front().get_object());
  return {{"anyOf", std::move(choices)}};
}

json_object described(json_object schema, std::string_view about) {
  schema["description"] = about;
  return schema;
}

}  // namespace lithair::http
