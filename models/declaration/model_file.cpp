#include "models/declaration/model_file.hpp"

#include <algorithm>
#include <fstream>
#include <tuple>

#include "models/declaration/schema_builder.hpp"
#include "models/declaration/toml.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

/// The largest model file that is read: what is longer is no model file but a mistake.
constexpr std::size_t max_file_bytes = 4 << 20;

/// Walks a parsed file and notes what it declares; words it does not know are errors.
class reader {
 public:
  explicit reader(std::string_view filename) : filename_(filename) {}

  void read_file(const toml::table& root) {
    for (const auto& [key, node] : in_file_order(root)) {
      if (key->str() == "projections" && node->is_table()) {
        // Errors are told in the order of the file.
        for (const auto& [name, projection] : in_file_order(*node->as_table())) {
          read_projection(*name, *projection);
        }
        continue;
      }
      if (key->str() != "models" || !node->is_table()) {
        fail(*key, "",
             "Unknown word \"" + std::string(key->str()) +
                 "\"; a model file has tables [models.<name>] and "
                 "[projections.<name>] only.");
        continue;
      }
      for (const auto& [name, model] : in_file_order(*node->as_table())) {
        read_model(*name, *model);
      }
    }
  }

  std::vector<declared_collection> found;
  std::vector<declared_projection> projections;
  std::vector<declaration_error> errors;

 private:
  using item = std::pair<const toml::key*, const toml::node*>;

  /// A table forgets the order in which it was written; the places in the file remember it.
  static std::vector<item> in_file_order(const toml::table& table) {
    std::vector<item> items;
    for (auto&& [key, node] : table) {
      items.emplace_back(&key, &node);
    }
    std::ranges::stable_sort(items, {}, [](const item& given) {
      const auto& at = given.first->source().begin;
      return std::tuple(at.line, at.column);
    });
    return items;
  }

  void read_model(const toml::key& name, const toml::node& node) {
    declared_collection made{std::string(name.str()), {}, place_of(name), {}, {}};
    if (!node.is_table()) {
      return fail(name, made.name, "A model is a table with fields.");
    }
    // A model whose fields are all wrong is not told to have none, too.
    const std::size_t errors_before = errors.size();
    for (const auto& [key, part] : in_file_order(*node.as_table())) {
      if (key->str() == "fields" && part->is_table()) {
        read_fields(made, *part->as_table());
      } else if (key->str() == "path" && part->is_string()) {
        made.path = part->as_string()->get();
      } else if (key->str() == "access" && part->is_table()) {
        read_parts(made.name, *part->as_table(), made.access);
        // Nothing said must not become everything allowed.
        if (made.access.empty()) {
          fail(*key, made.name, "Access rules are read, create, update and delete.");
        }
      } else {
        fail(*key, made.name,
             "Unknown word \"" + std::string(key->str()) +
                 "\" or not of the right type; a model has a table of fields, and "
                 "maybe a path, which is text, and a table of access rules.");
      }
    }
    if (made.fields.empty() && errors.size() == errors_before) {
      fail(name, made.name, "The model has no fields.");
    }
    if (!made.fields.empty()) {
      found.push_back(std::move(made));
    }
  }

  void read_projection(const toml::key& name, const toml::node& node) {
    declared_projection made{std::string(name.str()), {}, place_of(name), {}, {}, {}};
    const std::string subject = "projections." + made.name;
    const std::size_t errors_before = errors.size();
    if (!node.is_table()) {
      return fail(name, subject, "A projection is a table.");
    }
    for (const auto& [key, part] : in_file_order(*node.as_table())) {
      const auto what = key->str();
      // Text, or several of it, whatever the word is.
      auto value = to_literal(*part);
      const auto* texts = value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
      if (what == "from" && part->is_string()) {
        made.collection = part->as_string()->get();
      } else if (what == "group_by" && part->is_string()) {
        made.group_by = {part->as_string()->get()};
      } else if (what == "group_by" && texts != nullptr) {
        made.group_by = *texts;
      } else if (what == "where" && part->is_table()) {
        read_parts(subject, *part->as_table(), made.where_clause);
      } else if (what == "measures" && part->is_table()) {
        read_parts(subject, *part->as_table(), made.measures);
      } else {
        fail(*key, subject,
             "Unknown word \"" + std::string(what) +
                 "\" or not of the right type; a projection has from, group_by, "
                 "where and measures.");
      }
    }
    // A projection with errors would only give more of them.
    if (errors.size() == errors_before) {
      projections.push_back(std::move(made));
    }
  }

  void read_parts(const std::string& subject, const toml::table& table,
                  std::vector<declared_attribute>& out) {
    for (const auto& [key, node] : in_file_order(table)) {
      if (auto what = to_literal(*node)) {
        out.push_back(
            {std::string(key->str()), std::move(*what), place_of(*key), text_place(*node)});
      } else {
        fail(*key, subject, std::string(key->str()) + " is text.");
      }
    }
  }

  void read_fields(declared_collection& model, const toml::table& table) {
    for (const auto& [key, node] : in_file_order(table)) {
      declared_field made{std::string(key->str()), place_of(*key), {}};
      if (!node->is_table()) {
        fail(*key, model.name + '.' + made.name,
             "A field is a table, such as { type = \"string\" }.");
        continue;
      }
      read_attributes(model.name + '.' + made.name, *node->as_table(), "", made);
      model.fields.push_back(std::move(made));
    }
  }

  void read_attributes(const std::string& subject, const toml::table& table,
                       const std::string& prefix, declared_field& made) {
    for (const auto& [key, node] : in_file_order(table)) {
      const std::string name = prefix + std::string(key->str());
      if ((name == "validate" || name == "access") && node->is_table()) {
        // { min = 1 } becomes "validate.min", the builder's word.
        read_attributes(subject, *node->as_table(), name + '.', made);
      } else if (auto what = to_literal(*node)) {
        made.attributes.push_back({name, std::move(*what), place_of(*key), text_place(*node)});
      } else {
        fail(
            *key, subject,
            name + " can't have such a value; times are written as text, lists hold plain values.");
      }
    }
  }

  static std::optional<std::string> element_text(const toml::node& node) {
    if (const auto* text = node.as_string()) {
      return text->get();
    }
    if (const auto* integer = node.as_integer()) {
      return std::to_string(integer->get());
    }
    if (const auto* number = node.as_floating_point()) {
      // The text of a value is parsed again by the field's type.
      return to_text(number->get());
    }
    if (const auto* flag = node.as_boolean()) {
      return to_text(flag->get());
    }
    return std::nullopt;
  }

  static std::optional<literal> to_literal(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) {
      return literal(flag->get());
    }
    if (const auto* integer = node.as_integer()) {
      return literal(integer->get());
    }
    if (const auto* number = node.as_floating_point()) {
      return literal(number->get());
    }
    if (const auto* text = node.as_string()) {
      return literal(text->get());
    }
    if (const auto* array = node.as_array()) {
      // A list of text is what it becomes; dates have no text here and are refused.
      std::vector<std::string> made;
      for (const auto& element : *array) {
        auto text = element_text(element);
        if (!text) {
          return std::nullopt;
        }
        made.push_back(std::move(*text));
      }
      return literal(std::move(made));
    }
    return std::nullopt;
  }

  place place_of(const toml::key& key) const {
    const auto& at = key.source().begin;
    return {filename_, at.line, at.column};
  }

  /// Of a text on one line.
  place text_place(const toml::node& node) const {
    const auto& from = node.source().begin;
    return node.is_string() && from.line == node.source().end.line
               ? place{filename_, from.line, from.column + 1}
               : place{};
  }

  void fail(const toml::key& at, std::string subject, std::string message) {
    errors.push_back({place_of(at), std::move(subject), std::move(message)});
  }

  std::string filename_;
};

std::vector<declaration_error> one_error(std::string_view filename, std::string message) {
  return {{{std::string(filename), 0, 0}, "", std::move(message)}};
}

}  // namespace

declared<schema> parse_model_text(std::string_view text, std::string_view filename) {
  const auto parsed = toml::parse(text, filename);
  if (!parsed) {
    const auto& error = parsed.error();
    const auto& at = error.source().begin;
    return tl::make_unexpected(std::vector<declaration_error>{
        {{std::string(filename), at.line, at.column}, "", std::string(error.description()) + "."}});
  }
  reader read(filename);
  read.read_file(parsed.table());
  if (read.found.empty() && read.errors.empty()) {
    return tl::make_unexpected(one_error(
        filename, "The file declares no model; it needs a table [models.<name>.fields]."));
  }
  if (read.found.empty()) {
    return tl::make_unexpected(std::move(read.errors));
  }
  auto made = build_schema(read.found, read.projections);
  if (read.errors.empty()) {
    return made;
  }
  if (!made) {
    // In the order of the file, whoever found them.
    read.errors.insert(read.errors.end(), made.error().begin(), made.error().end());
    std::ranges::stable_sort(read.errors, {}, [](const declaration_error& each) {
      return std::tuple(each.where.line, each.where.column);
    });
  }
  return tl::make_unexpected(std::move(read.errors));
}

declared<schema> load_model_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) {
    return tl::make_unexpected(one_error(file.string(), "The model file can't be read."));
  }
  if (size > max_file_bytes) {
    return tl::make_unexpected(one_error(file.string(), "The model file is longer than 4 MiB."));
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_model_text(text, file.string());
}

}  // namespace lithair::models
