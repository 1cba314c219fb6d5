#include "http/openapi_models.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string>
#include <string_view>

#include "models/command/local_fields.hpp"
#include "models/schema/access.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

// As JSON has it, so that a form can begin with it.
json::value json_of(const models::field& f, const models::value& v) {
  std::string text;
  models::append_value_json(text, f, v);
  return json::parse(text);
}

void add_flag(json::object& to, std::string_view name, bool holds) {
  if (holds) to[name] = true;
}

void add_text(json::object& to, std::string_view name, std::string_view text) {
  if (!text.empty()) to[name] = text;
}

json::object rules_of(const models::field& f) {
  json::object made;
  const auto& rules = f.rules;
  // As text: a form compares nothing, and no digit is lost.
  if (!models::absent(rules.min)) made["min"] = models::to_text(rules.min);
  if (!models::absent(rules.max)) made["max"] = models::to_text(rules.max);
  if (rules.min_length) made["min_length"] = *rules.min_length;
  if (rules.max_length) made["max_length"] = *rules.max_length;
  add_text(made, "pattern", rules.pattern);
  add_text(made, "format", name_of(rules.format));
  if (rules.one_of.empty()) return made;
  json::array all;
  for (const auto& each : rules.one_of) all.push_back(json_of(f, each));
  made["one_of"] = std::move(all);
  return made;
}

json::object described(const models::schema& schema, const models::field& f) {
  json::object made{{"name", f.name}, {"type", name_of(f.type)}};
  if (f.element) made["element"] = name_of(f.element->type);
  const auto& names = f.element ? f.element->names : f.names;
  if (!names.empty()) made["values"] = json::array(names.begin(), names.end());
  add_flag(made, "primary_key", f.primary_key);
  add_flag(made, "unique", f.unique);
  add_flag(made, "indexed", f.indexed);
  add_flag(made, "immutable", f.immutable);
  add_flag(made, "optional", f.optional);
  add_flag(made, "required", f.required() && !f.is_stamped());
  add_flag(made, "replicate", f.replicated);
  add_flag(made, "track_history", f.tracked);
  if (f.merge != models::merge_rule::last_write) made["merge"] = name_of(f.merge);
  if (const auto* target = schema.find(f.target_id); !f.references.empty() && target != nullptr) {
    made["references"] = target->name;
    made["on_delete"] = name_of(f.on_delete);
  }
  if (!models::absent(f.default_value)) made["default"] = json_of(f, f.default_value);
  if (auto rules = rules_of(f); !rules.empty()) made["validate"] = std::move(rules);
  add_text(made, "set", text_of(f.set));
  add_text(made, "set_on_update", text_of(f.set_on_update));
  if (f.access) {
    add_text(made, "read", f.access->read_text);
    add_text(made, "update", f.access->update_text);
  }
  return made;
}

json::object access_of(const models::collection& c) {
  json::object made;
  for (std::size_t i = 0; i < models::access_kinds; ++i) {
    const auto kind = static_cast<models::access_kind>(i);
    add_text(made, name_of(kind), c.access->at(kind).text);
  }
  const auto& quota = c.access->quota;
  if (quota.items != 0) made["items"] = quota.items;
  if (quota.items_per != 0) {
    made["items_per"] = quota.items_per;
    made["per"] = c.fields[quota.per].name;
  }
  if (quota.item_bytes != 0) made["item_bytes"] = quota.item_bytes;
  return made;
}

}  // namespace

json::array models_described(const models::schema& schema) {
  json::array made;
  for (const auto& c : schema.collections()) {
    json::array fields;
    for (const auto& f : c.fields)
      if (f.exposed) fields.push_back(described(schema, f));
    json::object one{{"name", c.name},
                     {"path", c.path},
                     {"key", c.key().name},
                     {"history", c.tracked},
                     {"fields", std::move(fields)}};
    add_flag(one, "local", models::is_local(c));
    add_flag(one, "mixed", models::is_mixed(c));
    if (c.access) one["access"] = access_of(c);
    made.push_back(std::move(one));
  }
  return made;
}

}  // namespace lithair::http
