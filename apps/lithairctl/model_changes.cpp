#include "apps/lithairctl/model_changes.hpp"

#include <map>

#include "models/declaration/model_text.hpp"

namespace lithair::ctl {
namespace {

/// The lines of a model file below their table: by `models.products.fields` the fields.
using tables = std::map<std::string, std::map<std::string, std::string>>;

tables tables_of(const models::schema& all) {
  tables made;
  std::string table;
  const auto text = models::to_model_text(all);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    const auto line = text.substr(begin, end - begin);
    begin = end == std::string::npos ? text.size() : end + 1;
    if (line.starts_with('[') && line.ends_with(']')) {
      table = line.substr(1, line.size() - 2);
      made[table];
    } else if (const auto equals = line.find(" = "); equals != std::string::npos) {
      made[table][line.substr(0, equals)] = line.substr(equals + 3);
    }
  }
  return made;
}

/// `products.price` of a field, `products` of a model.
std::string subject_of(std::string table, const std::string& name) {
  constexpr std::string_view models = "models.";
  constexpr std::string_view fields = ".fields";
  const bool of_fields = table.ends_with(fields);
  if (of_fields) table.resize(table.size() - fields.size());
  if (table.starts_with(models)) table.erase(0, models.size());
  return name.empty() ? table : table + (of_fields ? "." : ": ") + name;
}

}  // namespace

std::vector<std::string> changes_between(const models::schema& before, const models::schema& now) {
  std::vector<std::string> made;
  const auto old_tables = tables_of(before);
  const auto new_tables = tables_of(now);
  for (const auto& [table, lines] : old_tables) {
    const auto after = new_tables.find(table);
    if (after == new_tables.end()) {
      if (!table.ends_with(".fields")) made.push_back("- " + subject_of(table, {}));
      continue;
    }
    for (const auto& [name, text] : lines) {
      const auto other = after->second.find(name);
      const auto subject = subject_of(table, name);
      if (other == after->second.end())
        made.push_back("- " + subject);
      else if (other->second != text)
        made.push_back(std::string("~ ")
                           .append(subject)
                           .append("\n    was ")
                           .append(text)
                           .append("\n    now ")
                           .append(other->second));
    }
  }
  for (const auto& [table, lines] : new_tables) {
    const auto earlier = old_tables.find(table);
    if (earlier == old_tables.end()) {
      if (!table.ends_with(".fields")) made.push_back("+ " + subject_of(table, {}));
      continue;
    }
    for (const auto& [name, text] : lines)
      if (!earlier->second.contains(name))
        made.push_back("+ " + subject_of(table, name) + " = " + text);
  }
  return made;
}

}  // namespace lithair::ctl
