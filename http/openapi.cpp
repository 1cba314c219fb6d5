#include "http/openapi.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string_view>

#include "http/dashboard_files.hpp"
#include "http/openapi_documents.hpp"
#include "http/openapi_items.hpp"
#include "http/openapi_models.hpp"
#include "http/openapi_security.hpp"
#include "http/openapi_tags.hpp"
#include "http/operations.hpp"
#include "models/problem/reason_phrase.hpp"
#include "models/schema/projection.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

// What an operation is about, besides what its row says.
struct subject {
  const models::collection* collection = nullptr;
  const models::projection* projection = nullptr;
  const actors::published* published = nullptr;

  std::string name() const {
    if (collection != nullptr) return collection->name;
    if (projection != nullptr) return projection->name;
    return published != nullptr ? std::string{published->name()} : std::string{};
  }
};

// -- headers -------------------------------------------------------------------------------------

struct header_row {
  std::string_view name;
  std::string_view about;
  bool number = false;
};

// In the order of the enum.
constexpr std::array<header_row, answer_header_count> header_rows{{
    {"ETag", "The item's version, in quotes; of a backup its checksum."},
    {"X-Raft-Index", "The write's index in the log.", true},
    {"X-Applied-Index", "What is told is as of this index.", true},
    {"Location", "The path of the new item."},
    {"Idempotency-Replayed", "true: this is the answer to an earlier request of the same key."},
    {"Content-Disposition", "The name of the file."},
    {"Cache-Control", "No cache may answer in the place of the node."},
    {"X-Accel-Buffering", "no: nginx passes the events on at once."},
    {"Preference-Applied", "return=minimal: of some items the answer tells the keys alone."},
    {"X-Served-By", "The id of the node that answered.", true},
    {"X-Request-Id", "The client's own, or one that the node made."},
    {"X-Content-Type-Options", "nosniff: the type is as it says."},
    {"Allow", "The methods that the path takes."},
    {"Accept-Patch", "The media types that a patch may come in (RFC 5789)."},
    {"Retry-After", "When to try again, in seconds.", true},
    {"WWW-Authenticate", "What to show."},
    {"RateLimit-Policy", "How many requests (q) one client may make in so many seconds (w)."},
    {"RateLimit", "How many are left to it (r), and in how many seconds there are more (t)."},
    {"Content-Security-Policy", "What the page may load and run: itself."},
    {"Referrer-Policy", "That it tells nobody where its reader comes from."},
}};

constexpr header_set of_every_answer =
    set_of({answer_header::served_by, answer_header::request_id, answer_header::no_sniffing});

// A header that may be missing is another component than the same one that is always there.
std::string header_name(std::size_t at, bool always) {
  return std::string{header_rows[at].name} + (always ? "" : ".sometimes");
}

void add_headers(json_object& answer, header_set always, header_set sometimes) {
  json_object made;
  for (std::size_t i = 0; i < header_rows.size(); ++i) {
    const auto each = static_cast<answer_header>(i);
    if (contains(always | sometimes, each))
      made[header_rows[i].name] =
          json_object{{"$ref", "#/components/headers/" + header_name(i, contains(always, each))}};
  }
  answer["headers"] = std::move(made);
}

// Those that some answer has.
void add_header_components(json_object& to, const json_object& answer) {
  for (std::size_t i = 0; i < header_rows.size(); ++i) {
    const auto& row = header_rows[i];
    const auto* there = answer.at("headers").as_object().if_contains(row.name);
    if (there == nullptr) continue;
    for (const bool always : {false, true})
      if (there->at("$ref").as_string().ends_with('/' + header_name(i, always)))
        to[header_name(i, always)] =
            json_object{{"description", row.about},
                        {"required", always},
                        {"schema", row.number ? whole_number() : text_schema()}};
  }
}

// -- answers -------------------------------------------------------------------------------------

std::string problem_name(std::uint16_t code) { return "problem." + std::to_string(code); }

// Every status that any operation may end in.
json_object problem_components() {
  std::vector<std::uint16_t> all(usual_problems().begin(), usual_problems().end());
  for (const auto& row : all_operations())
    for (const auto code : row.problems)
      if (code != 0) all.push_back(code);
  std::ranges::sort(all);
  json_object made;
  for (const auto code : all) {
    const auto name = problem_name(code);
    if (made.contains(name)) continue;
    json_object answer{
        {"description", models::reason_phrase(code)},
        {"content", json_object{{"application/problem+json",
                                 json_object{{"schema", schema_ref("lithair.problem")}}}}}};
    header_set always = of_every_answer;
    header_set sometimes = set_of({answer_header::raft_index, answer_header::applied_index,
                                   answer_header::replayed, answer_header::retry_after});
    if (code == 401) always |= set_of({answer_header::authenticate});
    if (code == 503) always |= set_of({answer_header::retry_after});
    if (code == 429) sometimes |= set_of({answer_header::rate_policy, answer_header::rate_left});
    if (code == 415) sometimes |= set_of({answer_header::accept_patch});
    add_headers(answer, always, sometimes);
    made[name] = std::move(answer);
  }
  return made;
}

json_object schema_of(document what, const operation& row, const subject& of) {
  const auto name = facts_of(what).schema;
  if (!name.starts_with('.')) return schema_ref(name);
  if (what == document::rows)
    // What a program's own tells, only the program knows.
    return of.published != nullptr ? json_object{{"type", "object"}}
                                   : schema_ref("projections." + of.name());
  const std::string whole = of.name() + (what == document::item ? "" : std::string{name});
  if (!contains(row.takes, parameter::fields)) return schema_ref(whole);
  return any_of({schema_ref(whole), schema_ref(whole + ".selected")});
}

json_object content_of(document what, const operation& row, const subject& of) {
  json_object made;
  for (const auto media : facts_of(what).media)
    if (!media.empty()) made[media] = json_object{{"schema", schema_of(what, row, of)}};
  return made;
}

json_object answers_of(const operation& row, const subject& of) {
  json_object made;
  for (const auto& each : row.answers) {
    if (each.status == 0) continue;
    const auto about = each.what == document::none
                           ? models::reason_phrase(static_cast<std::uint16_t>(each.status))
                           : facts_of(each.what).about;
    json_object answer{{"description", about}};
    if (each.what != document::none) answer["content"] = content_of(each.what, row, of);
    if (each.what == document::changes)
      answer["x-event-data"] = json_object{{"create", schema_ref(of.name() + ".selected")},
                                           {"update", schema_ref(of.name() + ".selected")},
                                           {"delete", schema_ref(of.name() + ".found")}};
    add_headers(answer, of_every_answer | each.always, each.sometimes);
    made[std::to_string(each.status)] = std::move(answer);
  }
  std::vector<std::uint16_t> problems(usual_problems().begin(), usual_problems().end());
  for (const auto code : row.problems)
    if (code != 0) problems.push_back(code);
  std::ranges::sort(problems);
  for (const auto code : problems)
    made[std::to_string(code)] =
        json_object{{"$ref", "#/components/responses/" + problem_name(code)}};
  return made;
}

// -- parameters ----------------------------------------------------------------------------------

json_object value_schema(const parameter_facts& of) {
  json_object made;
  switch (of.form) {
    case grammar::number:
      made = {
          {"type", "integer"}, {"format", "int64"}, {"minimum", of.least}, {"maximum", of.most}};
      break;
    case grammar::flag:
      made = flag_schema();
      break;
    case grammar::choice: {
      json::array words;
      for (auto rest = of.words; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        words.push_back(json::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
      made = {{"type", "string"}, {"enum", std::move(words)}};
      break;
    }
    case grammar::text:
      made = text_schema(of.pattern);
  }
  if (of.form == grammar::flag && !of.usual.empty()) made["default"] = of.usual == "true";
  if (of.form == grammar::number && !of.usual.empty()) made["default"] = 0;
  return made;
}

void add_parameter(json::array& to, parameter which, const subject& of, bool of_stream) {
  const auto& row = facts_of(which);
  if (which == parameter::filters) {
    for (auto& each : filter_parameters(*of.collection, of_stream)) {
      // A field that is called like a parameter can't be asked for by its name.
      const bool taken = std::ranges::any_of(
          to, [&each](const json::value& other) { return other.at("name") == each.at("name"); });
      if (!taken) to.push_back(std::move(each));
    }
    return;
  }
  auto schema = value_schema(row);
  if (which == parameter::sort) schema["pattern"] = sort_pattern(*of.collection);
  if (which == parameter::fields) schema["pattern"] = fields_pattern(*of.collection);
  to.push_back(json_object{{"name", row.name},
                           {"in", row.in_header ? "header" : "query"},
                           {"description", row.about},
                           {"schema", std::move(schema)}});
}

json::array parameters_of(const operation& row, const subject& of) {
  json::array made;
  auto takes = row.takes;
  // Only what is tracked can be told of the past, and a program's own projection is told whole.
  if (of.collection != nullptr && !of.collection->tracked) takes &= ~set_of({parameter::as_of});
  if (of.published != nullptr)
    takes &= set_of({parameter::consistency, parameter::consistency_header, parameter::min_index});
  for (std::size_t i = 0; i < parameter_count; ++i)
    if (contains(takes, static_cast<parameter>(i)) &&
        static_cast<parameter>(i) != parameter::filters)
      add_parameter(made, static_cast<parameter>(i), of, false);
  if (contains(takes, parameter::filters))
    add_parameter(made, parameter::filters, of, row.at == endpoint::stream);
  return made;
}

json_object path_parameter(std::string_view about, json_object schema) {
  return {{"name", "id"},
          {"in", "path"},
          {"required", true},
          {"description", about},
          {"schema", std::move(schema)}};
}

json_object dashboard_parameter() {
  json::array names;
  for (const auto& each : dashboard_files())
    if (each.name != dashboard_index) names.push_back(json::string(each.name));
  return path_parameter("The file's name.", {{"type", "string"}, {"enum", std::move(names)}});
}

// -- operations ----------------------------------------------------------------------------------

std::string_view verb_of(method verb) {
  switch (verb) {
    case method::post:
      return "post";
    case method::put:
      return "put";
    case method::patch:
      return "patch";
    case method::remove:
      return "delete";
    default:
      return "get";
  }
}

json_object operation_of(const operation& row, const subject& of, std::string id) {
  json_object made{
      {"operationId", std::move(id)},
      {"summary", row.summary},
      {"tags", json::array{row.tag.empty() ? json::string(of.name()) : json::string(row.tag)}}};
  if (!row.about.empty()) made["description"] = row.about;
  if (auto all = parameters_of(row, of); !all.empty()) made["parameters"] = std::move(all);
  if (row.lets_others_be) made["x-other-parameters"] = true;
  if (row.body != document::none)
    made["requestBody"] =
        json_object{{"required", true}, {"content", content_of(row.body, row, of)}};
  made["responses"] = answers_of(row, of);
  made["security"] = security_of(row.who);
  return made;
}

// "/health" is "lithair.health".
std::string id_of_path(std::string_view path) {
  std::string made = "lithair." + std::string{path.substr(1)};
  std::ranges::replace(made, '/', '.');
  return made;
}

class writer {
 public:
  explicit writer(const models::schema& schema, const published_projections& published)
      : schema_(schema), published_(published) {}

  json_object paths() {
    for (const auto& row : all_operations()) {
      const auto& where = facts_of(row.at);
      const std::string below = where.below.empty() ? "" : '/' + std::string{where.below};
      switch (where.at) {
        case root::fixed:
          add_fixed(row, where);
          break;
        case root::token:
          add("/_admin/tokens/{id}", row, {}, std::string{row.id},
              path_parameter("The token's number.", whole_number()));
          break;
        case root::entry:
          add("/_admin/explain/{id}", row, {}, std::string{row.id},
              path_parameter("The entry's index.", whole_number()));
          break;
        case root::docs_part:
          add("/docs/{id}", row, {}, std::string{row.id},
              path_parameter("The page's name.", {{"type", "string"}}));
          break;
        case root::dashboard:
          add("/_admin/{id}", row, {}, std::string{row.id}, dashboard_parameter());
          break;
        case root::member:
          add("/cluster/members/{id}" + below, row, {}, std::string{row.id},
              path_parameter("The member's node id.", whole_number()));
          break;
        case root::collection:
          for (const auto& c : schema_.collections())
            add(c.path + below, row, {&c}, id(c, row), {});
          break;
        case root::item:
          add_items(row, below);
          break;
        case root::projection:
          add_projections(row);
          break;
        case root::none:
          break;
      }
    }
    return std::move(paths_);
  }

 private:
  static std::string id(const models::collection& c, const operation& row) {
    return c.name + '.' + std::string{row.id};
  }

  void add(const std::string& path, const operation& row, const subject& of, std::string id,
           json_object parameter) {
    auto& item = paths_[path];
    if (!item.is_object()) item = json_object{};
    if (!parameter.empty()) item.get_object()["parameters"] = json::array{std::move(parameter)};
    item.get_object()[verb_of(row.verb)] = operation_of(row, of, std::move(id));
  }

  void add_fixed(const operation& row, const endpoint_facts& where) {
    for (const auto path : where.paths) {
      if (path.empty()) continue;
      const bool first = path == where.paths.front();
      add(std::string{path}, row, {}, first ? std::string{row.id} : id_of_path(path), {});
    }
  }

  void add_items(const operation& row, const std::string& below) {
    for (const auto& c : schema_.collections()) {
      // Of what is not tracked no item has a history.
      if (row.at == endpoint::history && !c.tracked) continue;
      add(c.path + "/{id}" + below, row, {&c}, id(c, row),
          path_parameter("The item's key.", http::schema_of(c.key(), usage::created)));
    }
  }

  void add_projections(const operation& row) {
    for (const auto& p : schema_.projections())
      add("/api/projections/" + p.name, row, {nullptr, &p}, "projections." + p.name, {});
    for (const auto& x : published_) {
      const std::string name{x->name()};
      add("/api/projections/" + name, row, {nullptr, nullptr, x.get()}, "projections." + name, {});
    }
  }

  const models::schema& schema_;
  const published_projections& published_;
  json_object paths_;
};

// All headers that answers of these paths and these problems refer to.
json_object header_components(const json_object& paths, const json_object& problems) {
  json_object made;
  for (const auto& each : problems) add_header_components(made, each.value().as_object());
  for (const auto& path : paths)
    for (const auto& verb : path.value().as_object()) {
      if (!verb.value().is_object()) continue;
      for (const auto& each : verb.value().at("responses").as_object())
        if (each.value().as_object().contains("headers"))
          add_header_components(made, each.value().as_object());
    }
  return made;
}

json_object all_schemas(const models::schema& schema) {
  auto made = fixed_schemas(schema);
  for (const auto& c : schema.collections()) add_schemas(c, made);
  for (const auto& p : schema.projections())
    made["projections." + p.name] = page_schema(row_schema(*schema.find(p.collection_id), p));
  return made;
}

}  // namespace

std::string openapi_text(const models::schema& schema, const published_projections& published) {
  auto paths = writer(schema, published).paths();
  auto problems = problem_components();
  auto seen = header_components(paths, problems);
  const json_object made{
      {"openapi", "3.1.0"},
      {"info",
       json_object{{"title", "Lithair"},
                   {"version", LITHAIR_VERSION},
                   {"description",
                    "Every path takes OPTIONS, which answers 204 with Allow, and HEAD where it "
                    "takes GET; another method is 405 with Allow. Where application/json is taken "
                    "so is any +json type, but not for a patch."},
                   {"license", json_object{{"name", "MIT"}, {"identifier", "MIT"}}}}},
      {"servers", json::array{json_object{{"url", "/"}, {"description", "The node itself."}}}},
      {"tags", described_tags(schema)},
      {"paths", std::move(paths)},
      {"x-models", models_described(schema)},
      {"components", json_object{{"schemas", all_schemas(schema)},
                                 {"responses", std::move(problems)},
                                 {"headers", std::move(seen)},
                                 {"securitySchemes", security_schemes()}}}};
  return json::serialize(made);
}

}  // namespace lithair::http
