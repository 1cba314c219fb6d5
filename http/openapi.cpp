#include "http/openapi.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <string_view>

#include "http/openapi_operations.hpp"

#include "models/command/local_fields.hpp"
#include "models/query/read_filter.hpp"
#include "models/schema/projection.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

using models::value_type;

json::object type_of(const models::field& f) {
  switch (f.type) {
    case value_type::boolean:
      return {{"type", "boolean"}};
    case value_type::integer:
      return {{"type", "integer"}, {"format", "int64"}};
    case value_type::number:
      return {{"type", "number"}, {"format", "double"}};
    case value_type::uuid:
      return {{"type", "string"}, {"format", "uuid"}};
    case value_type::money:
      return {{"type", "string"},
              {"description", "A decimal number with its digits kept."},
              {"examples", json::array{"0.10"}}};
    case value_type::timestamp:
      return {{"type", "string"}, {"format", "date-time"}};
    case value_type::enumeration:
      return {{"type", "string"}, {"enum", json::array(f.names.begin(), f.names.end())}};
    case value_type::string:
      return {{"type", "string"}};
    default:
      return {};  // any JSON
  }
}

// Only what JSON Schema can say too; bounds of money and moments are text and stay with the server.
void add_bound(json::object& to, std::string_view name, const models::value& v) {
  if (const auto* whole = std::get_if<std::int64_t>(&v)) to[name] = *whole;
  if (const auto* real = std::get_if<double>(&v)) to[name] = *real;
}

void add_default(json::object& to, const models::value& v) {
  add_bound(to, "default", v);
  if (const auto* flag = std::get_if<bool>(&v)) to["default"] = *flag;
  if (const auto* text = std::get_if<std::string>(&v)) to["default"] = *text;
}

json::object property(const models::field& f) {
  auto result = type_of(f);
  add_bound(result, "minimum", f.rules.min);
  add_bound(result, "maximum", f.rules.max);
  // Of bytes they count what the base64 stands for, which JSON Schema can't say.
  const bool list = f.type == value_type::list;
  if (f.rules.min_length && f.type != value_type::bytes)
    result[list ? "minItems" : "minLength"] = *f.rules.min_length;
  if (f.rules.max_length && f.type != value_type::bytes)
    result[list ? "maxItems" : "maxLength"] = *f.rules.max_length;
  if (!f.rules.pattern.empty()) result["pattern"] = f.rules.pattern;
  if (f.rules.format == models::text_format::email) result["format"] = "email";
  if (f.rules.format == models::text_format::url) result["format"] = "uri";
  add_default(result, f.default_value);
  return result;
}

// Hidden fields may be sent, and are shown here as little as anywhere else.
json::object item_schema(const models::collection& c, bool writing) {
  json::object properties;
  json::array required;
  for (const auto& f : c.fields) {
    if (!f.exposed) continue;
    properties[f.name] = property(f);
    const bool always =
        // A request must send what nothing fills in; an answer has all that is not optional.
        writing ? f.required() || (f.primary_key && f.type != value_type::uuid) : !f.optional;
    if (always) required.push_back(json::string(f.name));
  }
  const bool is_whole = std::ranges::all_of(c.fields, &models::field::exposed);
  return {{"type", "object"},
          {"properties", properties},
          {"required", required},
          {"additionalProperties", writing && !is_whole}};
}

json::object list_schema(const std::string& item) {
  return {{"type", "object"},
          {"properties",
           json::object{
               {"data", json::object{{"type", "array"}, {"items", json::object{{"$ref", item}}}}},
               {"total", json::object{{"type", "integer"}}},
               {"skip", json::object{{"type", "integer"}}},
               {"take", json::object{{"type", "integer"}}},
               {"has_more", json::object{{"type", "boolean"}}},
               {"next", json::object{{"type", json::array{"string", "null"}}}}}}};
}

std::string schema_ref(const std::string& name) { return "#/components/schemas/" + name; }

json::object body(const std::string& schema, std::string_view media = "application/json") {
  return {{media, json::object{{"schema", json::object{{"$ref", schema}}}}}};
}

json::object answer(std::string_view description, const std::string& schema) {
  return {{"description", description}, {"content", body(schema)}};
}

json::object operation(std::string_view summary, const std::string& tag, std::string_view code,
                       json::object ok) {
  return {{"summary", summary},
          {"tags", json::array{json::string(tag)}},
          {"responses", json::object{{code, std::move(ok)}}}};
}

json::object shared(const std::string& parameter) {
  return {{"$ref", "#/components/parameters/" + parameter}};
}

json::array read_parameters() { return {shared("consistency"), shared("applied")}; }

json::object parameter(std::string_view name, std::string_view in, std::string_view description,
                       json::object schema) {
  return {{"name", name},
          {"in", in},
          {"required", in == "path"},
          {"description", description},
          {"schema", std::move(schema)}};
}

// What a count takes, and a list besides how to page.
json::array filter_parameters(const models::collection& c) {
  json::array result = read_parameters();
  for (const auto& f : c.fields)
    if (f.exposed)
      result.push_back(parameter(f.name, "query", "A filter: " + models::filter_forms(f) + '.',
                                 {{"type", "string"}}));
  return result;
}

json::array list_parameters(const models::collection& c) {
  json::array result{
      parameter("skip", "query", "Items to leave out first.",
                {{"type", "integer"}, {"minimum", 0}}),
      parameter("take", "query", "Items to answer at most.",
                {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}),
      parameter("after", "query", "The next of an earlier page.", {{"type", "string"}}),
      parameter("sort", "query", "Fields to order by; - for descending.", {{"type", "string"}}),
      parameter("fields", "query", "Fields to answer only.", {{"type", "string"}}),
      parameter("total", "query", "false: leave the total out, which is faster.",
                {{"type", "boolean"}}),
  };
  for (auto& x : filter_parameters(c)) result.push_back(std::move(x));
  return result;
}

json::object collection_path(const models::collection& c) {
  auto list = operation("List items", c.name, "200",
                        answer("A page of items.", schema_ref(c.name + ".list")));
  list["parameters"] = list_parameters(c);
  auto create = operation("Create an item", c.name, "201", answer("The item.", schema_ref(c.name)));
  create["requestBody"] =
      json::object{{"required", true}, {"content", body(schema_ref(c.name + ".write"))}};
  create["parameters"] = json::array{shared("idempotency_key")};
  return {{"get", std::move(list)}, {"post", std::move(create)}};
}

json::array key_parameter(const models::collection& c) {
  return {parameter("id", "path", "The item's key.", type_of(c.key()))};
}

json::object item_path(const models::collection& c) {
  auto replace =
      operation("Replace an item", c.name, "200", answer("The item.", schema_ref(c.name)));
  replace["requestBody"] =
      json::object{{"required", true}, {"content", body(schema_ref(c.name + ".write"))}};
  auto patch =
      operation("Change fields of an item", c.name, "200", answer("The item.", schema_ref(c.name)));
  patch["requestBody"] = json::object{
      {"required", true},
      {"content", json::object{{"application/merge-patch+json",
                                json::object{{"schema", json::object{{"type", "object"}}}}}}}};
  auto read = operation("Read an item", c.name, "200", answer("The item.", schema_ref(c.name)));
  read["parameters"] = read_parameters();
  read["parameters"].get_array().push_back(shared("if_none_match"));
  auto remove = operation("Delete an item", c.name, "204", {{"description", "Deleted."}});
  for (auto* x : {&replace, &patch, &remove})
    (*x)["parameters"] = json::array{shared("idempotency_key"), shared("if_match")};
  replace["parameters"].get_array().push_back(shared("if_none_match"));
  return {{"parameters", key_parameter(c)},
          {"get", std::move(read)},
          {"put", std::move(replace)},
          {"patch", std::move(patch)},
          {"delete", std::move(remove)}};
}

json::object history_path(const models::collection& c) {
  return {{"parameters", key_parameter(c)},
          {"get", operation("The events of an item whose fields are tracked", c.name, "200",
                            answer("The events.", schema_ref("_history")))}};
}

json::object stream_path(const models::collection& c) {
  const json::object text{{"type", "string"}};
  const json::object events{{"text/event-stream", json::object{{"schema", text}}}};
  auto follow = operation(
      "Follow the changes", c.name, "200",
      {{"description", "Server-Sent Events: create, update, delete."}, {"content", events}});
  json::array all{
      parameter("Last-Event-ID", "header",
                "The last id seen; what comes behind is told, or 410 when that is not kept or the "
                "id is of another log.",
                text),
      parameter("after", "query", "The same for the first time; 0: all that is kept.", text),
      parameter("fields", "query", "The fields to show.", text),
  };
  for (const auto& f : c.fields)
    if (f.exposed && (f.replicated || !models::is_mixed(c)))
      all.push_back(parameter(f.name, "query", "A filter as of lists.", text));
  follow["parameters"] = std::move(all);
  return {{"get", std::move(follow)}};
}

json::object bulk_path(const models::collection& c) {
  const auto array_of = [&](const std::string& schema) {
    const json::object items{{"$ref", schema_ref(schema)}};
    const json::object array{{"type", "array"}, {"items", items}};
    return json::object{{"application/json", json::object{{"schema", array}}}};
  };
  auto create = operation("Create items, all or none", c.name, "201",
                          {{"description", "The items."}, {"content", array_of(c.name)}});
  create["parameters"] = json::array{shared("idempotency_key")};
  create["requestBody"] =
      json::object{{"required", true}, {"content", array_of(c.name + ".write")}};
  return {{"post", std::move(create)}};
}

json::object random_id_path(const models::collection& c) {
  const json::object found{{"type", "object"},
                           {"properties", json::object{{"id", type_of(c.key())}}}};
  const json::object content{{"application/json", json::object{{"schema", found}}}};
  auto pick = operation("The key of any item", c.name, "200",
                        {{"description", "A key."}, {"content", content}});
  pick["parameters"] = read_parameters();
  return {{"get", std::move(pick)}};
}

json::object count_path(const models::collection& c) {
  auto count =
      operation("Count items", c.name, "200", answer("The number of items.", schema_ref("_count")));
  count["parameters"] = filter_parameters(c);
  return {{"get", std::move(count)}};
}

json::object or_null(json::object type) {
  if (const auto* plain = type.if_contains("type")) type["type"] = json::array{*plain, "null"};
  return type;
}

json::object type_of(const models::collection& c, const models::measure& m) {
  const auto& f = c.fields[m.position];
  if (m.kind == models::measure_kind::count) return {{"type", "integer"}};
  if (m.kind == models::measure_kind::avg && f.type != value_type::money)
    return {{"type", json::array{"number", "null"}}};
  return or_null(type_of(f));
}

json::object projection_path(const models::collection& c, const models::projection& p) {
  json::object row;
  for (const auto at : p.group_by) row[c.fields[at].name] = or_null(type_of(c.fields[at]));
  for (const auto& m : p.measures) row[m.name] = type_of(c, m);
  json::object page{
      {"type", "object"},
      {"properties",
       json::object{
           {"data", json::object{{"type", "array"},
                                 {"items", json::object{{"type", "object"}, {"properties", row}}}}},
           {"total", json::object{{"type", "integer"}}},
           {"next", json::object{{"type", json::array{"string", "null"}}}}}}};
  json::object ok{{"description", "A page of rows, in order of their groups."},
                  {"content", json::object{{"application/json", json::object{{"schema", page}}}}}};
  auto read = operation("Read the projection " + p.name, "projections", "200", std::move(ok));
  read["parameters"] = json::array{
      parameter("skip", "query", "Rows to leave out first.", {{"type", "integer"}, {"minimum", 0}}),
      parameter("take", "query", "Rows to answer at most.",
                {{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}),
      parameter("after", "query", "The next of an earlier page.", {{"type", "string"}}),
      parameter("total", "query", "false: leave the total out, which is faster.",
                {{"type", "boolean"}}),
  };
  for (auto& x : read_parameters()) read["parameters"].get_array().push_back(std::move(x));
  return {{"get", std::move(read)}};
}

// What it tells, only its program knows.
json::object published_path(const actors::published& published) {
  json::object page{{"type", "object"}, {"properties", json::object{{"data", json::object{}}}}};
  json::object ok{{"description", "The projection as of X-Applied-Index."},
                  {"content", json::object{{"application/json", json::object{{"schema", page}}}}}};
  auto read = operation(
      "Read the projection " + std::string(published.name()) + " of " + published.from().name,
      "projections", "200", std::move(ok));
  read["parameters"] = read_parameters();
  return {{"get", std::move(read)}};
}

// A name for each operation, and that each may also end in a problem.
void complete_operations(json::object& paths) {
  constexpr std::string_view verbs[] = {"get", "post", "put", "patch", "delete"};
  for (auto& [path, item] : paths) {
    for (auto& [verb, operation] : item.as_object()) {
      if (std::ranges::find(verbs, std::string_view{verb}) == std::end(verbs)) continue;
      auto id = std::string{verb} + std::string{path};
      std::ranges::replace_if(
          id, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
      operation.as_object()["operationId"] = id;
      operation.at("responses").as_object()["default"] =
          json::object{{"$ref", "#/components/responses/problem"}};
    }
  }
}

}  // namespace

std::string openapi_text(const models::schema& schema, const published_projections& published) {
  auto result = fixed_description();
  auto& paths = result["paths"].as_object();
  auto& schemas = result["components"].as_object()["schemas"].as_object();
  for (const auto& c : schema.collections()) {
    paths[c.path] = collection_path(c);
    paths[c.path + "/{id}"] = item_path(c);
    paths[c.path + "/{id}/history"] = history_path(c);
    paths[c.path + "/stream"] = stream_path(c);
    paths[c.path + "/count"] = count_path(c);
    paths[c.path + "/random-id"] = random_id_path(c);
    paths[c.path + "/_bulk"] = bulk_path(c);
    schemas[c.name] = item_schema(c, false);
    schemas[c.name + ".write"] = item_schema(c, true);
    schemas[c.name + ".list"] = list_schema(schema_ref(c.name));
  }
  for (const auto& p : schema.projections())
    paths["/api/projections/" + p.name] = projection_path(*schema.find(p.collection_id), p);
  for (const auto& x : published)
    paths["/api/projections/" + std::string(x->name())] = published_path(*x);
  complete_operations(paths);
  result["openapi"] = "3.1.0";
  result["info"] = json::object{{"title", "Lithair"}, {"version", LITHAIR_VERSION}};
  return json::serialize(result);
}

}  // namespace lithair::http
