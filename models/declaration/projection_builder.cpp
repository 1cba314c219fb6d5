#include "models/declaration/projection_builder.hpp"

#include <algorithm>
#include <array>

#include "models/query/list_query.hpp"
#include "models/query/query.hpp"

namespace lithair::models {

namespace {

/// A row's key must fit the store: two groups and an extreme make 494 bytes.
constexpr std::size_t max_groups = 2;
/// The place of a measure is one byte of a key.
constexpr std::size_t max_measures = 32;

bool is_plain(const field& f) {
  return f.type != value_type::json && f.type != value_type::list && f.type != value_type::bytes;
}

class builder {
 public:
  builder(const declared_projection& from, const std::vector<collection>& collections,
          std::vector<declaration_error>& errors)
      : from_(from), collections_(collections), errors_(errors) {}

  projection build() {
    made_.name = from_.name;
    const auto c = std::ranges::find(collections_, from_.collection, &collection::name);
    if (c == collections_.end()) {
      fail(from_.where, "There is no model \"" + from_.collection + "\" to project.");
      return made_;
    }
    c_ = &*c;
    made_.collection_id = c->id;
    // Everything that is said goes into the text, and the text into the id.
    made_.text = from_.name + '\n' + from_.collection + '\n';
    read_groups();
    read_filters();
    read_measures();
    made_.id = stable_id(made_.text);
    return std::move(made_);
  }

 private:
  /// The position of a field that may be told of.
  std::optional<std::size_t> shown_field(const std::string& name, const place& where) {
    const std::size_t at = c_->position(name);
    if (at == c_->fields.size() || !c_->fields[at].exposed) {
      fail(where, "The model \"" + c_->name + "\" shows no field \"" + name + "\".");
      return std::nullopt;
    }
    check_replicated(*c_, at, where);
    return at;
  }

  /// A local field differs from node to node.
  void check_replicated(const collection& c, std::size_t at, const place& where) {
    if (is_mixed(c) && !c.fields[at].replicated) {
      fail(where,
           "The field \"" + c.fields[at].name + "\" has no replicate, so it can't be projected.");
    }
  }

  void read_groups() {
    if (from_.group_by.size() > max_groups) {
      fail(from_.where, "A projection groups by at most two fields.");
    }
    for (const auto& name : from_.group_by) {
      // Before it is judged: what is wrong has no id that matters.
      made_.text += "by " + name + '\n';
      const auto at = shown_field(name, from_.where);
      if (at && !is_plain(c_->fields[*at])) {
        fail(from_.where, "The field \"" + name + "\" can't group.");
      } else if (at) {
        made_.group_by.push_back(*at);
      }
    }
  }

  void read_filters() {
    for (const auto& x : from_.where_clause) {
      const auto* text = std::get_if<std::string>(&x.what);
      if (text == nullptr) {
        fail(x.where, "A filter is text as in the query of a list, such as \">=10\".");
        continue;
      }
      // The length keeps a filter's text from looking like another line.
      made_.text += means_what_it_did(x.name, *text) ? "where " : "filter ";
      made_.text += x.name + ' ' + std::to_string(text->size()) + ':' + *text + '\n';
      made_.filter_texts.emplace_back(x.name, *text);
    }
    // The same parser as for lists, so both mean the same.
    auto parsed = parse_query(*c_, query::kind::count, made_.filter_texts);
    if (parsed) {
      made_.filters = parsed->list->filters;
      for (const auto& x : made_.filters) {
        check_replicated(*c_, x.position, from_.where);
      }
    } else {
      fail(from_.where, parsed.error().detail);
    }
  }

  /// Filters once had no quotes and no null, ignored case in ASCII only, and took a list's default
  /// for nothing. Where that differs another word makes another projection, which is built anew.
  bool means_what_it_did(const std::string& name, std::string_view text) const {
    const field* f = c_->find(name);
    const bool is_defaulted_list =
        f != nullptr && f->type == value_type::list && !absent(f->default_value);
    return !is_defaulted_list && text != "in()" && text.find("null") == std::string_view::npos &&
           text.find_first_of("~\"") == std::string_view::npos;
  }

  void read_measures() {
    if (from_.measures.empty() || from_.measures.size() > max_measures) {
      fail(from_.where, "A projection has 1 to 32 measures.");
    }
    for (const auto& x : from_.measures) {
      const auto* text = std::get_if<std::string>(&x.what);
      if (text == nullptr) {
        fail(x.where, "A measure is text, such as \"count\" or \"sum(price)\".");
      } else {
        made_.text += "tell " + x.name + ' ' + *text + '\n';
        read_measure(x, *text);
      }
    }
  }

  void read_measure(const declared_attribute& attribute, std::string_view text) {
    measure made;
    made.name = attribute.name;
    made.text = text;
    // Both would be members of one JSON object.
    if (std::ranges::find(from_.group_by, attribute.name) != from_.group_by.end()) {
      fail(attribute.where, "A measure has another name than the groups.");
    }
    if (text != "count" && !read_function(attribute.where, text, made)) {
      return;
    }
    made_.measures.push_back(std::move(made));
  }

  bool read_function(const place& where, std::string_view text, measure& out) {
    constexpr std::array<std::string_view, 5> names{"count", "sum", "avg", "min", "max"};
    const auto open = text.find('(');
    const auto name = text.substr(0, open);
    const auto known = std::ranges::find(names, name);
    if (open == std::string_view::npos || !text.ends_with(')') || known == names.end() ||
        name == "count") {
      fail(where, "A measure is count, sum(f), avg(f), min(f) or max(f).");
      return false;
    }
    const auto at = shown_field(std::string(text.substr(open + 1, text.size() - open - 2)), where);
    out.kind = static_cast<measure_kind>(known - names.begin());
    out.position = at.value_or(0);
    return at && check_type(where, c_->fields[*at], out.kind);
  }

  /// Sums of floating numbers depend on their order, so no two ways of counting them agree.
  bool check_type(const place& where, const field& f, measure_kind kind) {
    const bool sums = kind == measure_kind::sum || kind == measure_kind::avg;
    const bool amount = f.type == value_type::integer || f.type == value_type::money;
    if (sums ? amount : is_plain(f)) {
      return true;
    }
    fail(where, sums ? "sum and avg are for integer and money fields."
                     : "min and max are for plain fields.");
    return false;
  }

  void fail(const place& where, std::string message) {
    errors_.push_back({where, "projections." + from_.name, std::move(message)});
  }

  const declared_projection& from_;
  const std::vector<collection>& collections_;
  std::vector<declaration_error>& errors_;
  const collection* c_ = nullptr;
  projection made_;
};

}  // namespace

void build_projection(const declared_projection& from, const std::vector<collection>& collections,
                      std::vector<projection>& made, std::vector<declaration_error>& errors) {
  // Two texts may have one id, however unlikely: their rows must not mix.
  auto x = builder(from, collections, errors).build();
  for (const auto& other : made) {
    if (other.name == x.name || other.id == x.id) {
      errors.push_back({from.where, "projections." + from.name,
                        "There are two projections of this name or number."});
    }
  }
  made.push_back(std::move(x));
}

}  // namespace lithair::models
