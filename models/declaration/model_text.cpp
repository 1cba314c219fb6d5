#include "models/declaration/model_text.hpp"

#include <algorithm>

#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/schema/access.hpp"
#include "models/schema/attribute_words.hpp"
#include "models/schema/projection.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

namespace {

// A JSON string is a TOML basic string too: both know the same escapes, and TOML forbids no more
// than the controls that JSON escapes, but for DEL.
void append_toml_string(std::string& out, std::string_view text) {
  const std::size_t begin = out.size();
  append_json_string(out, text);
  for (std::size_t at = begin; (at = out.find('\x7f', at)) != std::string::npos;) {
    out.replace(at, 1, "\\u007F");
  }
}

std::string in_quotes(std::string_view text) {
  std::string out;
  append_toml_string(out, text);
  return out;
}

std::string table_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (const auto& [name, text] : members) {
    out += (out.size() == 1 ? " " : ", ") + name + " = " + in_quotes(text);
  }
  return out + " }";
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    out += (out.size() == 1 ? "" : ", ") + in_quotes(text);
  }
  return out + ']';
}

std::vector<std::string> elements_of(const field& f, const packed_list& list) {
  std::vector<std::string> made;
  // Elements that are not readable would be a builder's mistake.
  msgpack::reader in(list.array);
  for (std::size_t left = in.read_array(); left > 0; --left) {
    made.push_back(to_text(read_value(*f.element, in.read_any()).value_or(value{})));
  }
  return made;
}

/// As the builder takes it: numbers and flags plain, everything else as text.
std::string literal_of(const field& f, const value& v) {
  if (const auto* list = std::get_if<packed_list>(&v)) {
    return list_of(elements_of(f, *list));
  }
  // TOML tells integers and floats apart by the point.
  if (f.type == value_type::number) {
    const std::string text = to_text(v);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  const bool plain = f.type == value_type::boolean || f.type == value_type::integer;
  return plain ? to_text(v) : in_quotes(to_text(v));
}

class field_text {
 public:
  explicit field_text(const field& f) : f_(f) {}

  std::string run() {
    std::string type(name_of(f_.type));
    if (f_.element) {
      type = "list<" + std::string(name_of(f_.element->type)) + '>';
    }
    // Every word on one line: the text is for machines that compare it, and for people in a pinch.
    out_ = f_.name + " = { type = " + in_quotes(type);
    if (!f_.names.empty()) {
      out_ += ", values = " + list_of(f_.names);
    }
    append_flags();
    append_rules();
    return out_ + " }\n";
  }

 private:
  void append_flags() {
    // Words that say the default are left out, so the text is short and stable.
    for (const auto& [which, member] : flag_words) {
      // Fields are exposed unless that is denied; all else is denied unless it is said.
      const bool usual = which == word::expose;
      if (f_.*member != usual) {
        attribute(which, usual ? "false" : "true");
      }
    }
    if (f_.merge != merge_rule::last_write) {
      attribute(word::merge, in_quotes(name_of(f_.merge)));
    }
    if (!f_.references.empty()) {
      attribute(word::references, in_quotes(f_.references));
      attribute(word::on_delete, in_quotes(name_of(f_.on_delete)));
    }
    if (!absent(f_.default_value)) {
      attribute(word::default_value, literal_of(f_, f_.default_value));
    }
    if (f_.set.from != stamp_source::none) {
      attribute(word::set, in_quotes(text_of(f_.set)));
    }
    if (f_.set_on_update.from != stamp_source::none) {
      attribute(word::set_on_update, in_quotes(text_of(f_.set_on_update)));
    }
    if (f_.access) {
      append_access(*f_.access);
    }
  }

  void append_access(const field_access& access) {
    std::vector<std::pair<std::string, std::string>> words;
    if (access.read) {
      words.emplace_back("read", access.read_text);
    }
    if (access.update) {
      words.emplace_back("update", access.update_text);
    }
    out_ += ", access = " + table_of(words);
  }

  void append_rules() {
    std::string rules;
    const auto rule = [&rules](word which, const std::string& text) {
      rules += (rules.empty() ? "" : ", ") + std::string(short_name_of(which)) + " = " + text;
    };
    if (!absent(f_.rules.min)) {
      rule(word::min, literal_of(f_, f_.rules.min));
    }
    if (!absent(f_.rules.max)) {
      rule(word::max, literal_of(f_, f_.rules.max));
    }
    if (f_.rules.min_length) {
      rule(word::min_length, std::to_string(*f_.rules.min_length));
    }
    if (f_.rules.max_length) {
      rule(word::max_length, std::to_string(*f_.rules.max_length));
    }
    if (!f_.rules.pattern.empty()) {
      rule(word::pattern, in_quotes(f_.rules.pattern));
    }
    if (f_.rules.format != text_format::none) {
      rule(word::format, in_quotes(name_of(f_.rules.format)));
    }
    if (!f_.rules.one_of.empty()) {
      std::vector<std::string> choices;
      choices.reserve(f_.rules.one_of.size());
      for (const auto& choice : f_.rules.one_of) {
        choices.push_back(to_text(choice));
      }
      rule(word::one_of, list_of(choices));
    }
    if (!rules.empty()) {
      out_ += ", validate = { " + rules + " }";
    }
  }

  void attribute(word which, const std::string& text) {
    out_ += ", " + std::string(name_of(which)) + " = " + text;
  }

  const field& f_;
  std::string out_;
};

}  // namespace

namespace {

std::string with_quota(std::string table, const collection& c) {
  const auto& quota = c.access->quota;
  std::string more;
  const auto add = [&more](const std::string& word) { more += (more.empty() ? " " : ", ") + word; };
  if (quota.items != 0) {
    add("items = " + std::to_string(quota.items));
  }
  if (quota.items_per != 0) {
    add("items_per = " + std::to_string(quota.items_per));
    add("per = " + in_quotes(c.fields[quota.per].name));
  }
  if (quota.item_bytes != 0) {
    add("item_bytes = " + std::to_string(quota.item_bytes));
  }
  if (more.empty()) {
    return table;
  }
  // Behind the rules, if there are any.
  table.resize(table.size() - 2);
  return table + (table.size() > 1 ? "," : "") + more + " }";
}

std::string text_of(const collection& c) {
  std::string out = "[models." + c.name + "]\npath = " + in_quotes(c.path) + '\n';
  if (c.access) {
    std::vector<std::pair<std::string, std::string>> rules;
    for (std::size_t i = 0; i < access_kinds; ++i) {
      if (c.access->of[i].what) {
        rules.emplace_back(name_of(static_cast<access_kind>(i)), c.access->of[i].text);
      }
    }
    out += "access = " + with_quota(table_of(rules), c) + '\n';
  }
  out += "[models." + c.name + ".fields]\n";
  for (const auto& f : c.fields) {
    out += field_text(f).run();
  }
  return out;
}

std::string text_of(const schema& s, const projection& p) {
  const collection& c = *s.find(p.collection_id);
  std::vector<std::string> groups;
  groups.reserve(p.group_by.size());
  for (const auto at : p.group_by) {
    groups.push_back(c.fields[at].name);
  }
  std::vector<std::pair<std::string, std::string>> measures;
  measures.reserve(p.measures.size());
  for (const auto& m : p.measures) {
    measures.emplace_back(m.name, m.text);
  }
  return "[projections." + p.name + "]\nfrom = " + in_quotes(c.name) +
         "\ngroup_by = " + list_of(groups) + "\nwhere = " + table_of(p.filter_texts) +
         "\nmeasures = " + table_of(measures) + '\n';
}

}  // namespace

std::string to_model_text(const schema& models) {
  std::string out;
  // By id, as the schema has them: the same schema gives the same text.
  for (const auto& c : models.collections()) {
    out += text_of(c);
  }
  for (const auto& p : models.projections()) {
    out += text_of(models, p);
  }
  return out;
}

}  // namespace lithair::models
