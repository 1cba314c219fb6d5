#include <algorithm>
#include <array>
#include <set>

#include "models/encoding/decimal.hpp"
#include "models/problem/problems.hpp"
#include "models/query/list_query.hpp"
#include "models/query/parameters.hpp"
#include "models/query/query.hpp"
#include "models/schema/text_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// A page is rendered in one piece of memory.
constexpr std::uint64_t max_take = 1000;
constexpr std::uint64_t max_skip = 1'000'000'000;
/// A sorted list keeps everything before its page.
constexpr std::uint64_t max_sorted_skip = 100'000;
constexpr std::size_t max_filters = 100;
/// Each value of in(...) is a range to be read.
constexpr std::size_t max_choices = 1000;

using text_list = std::vector<std::string_view>;

bool is_text(const field& f) {
  return f.type == value_type::string || f.type == value_type::enumeration;
}

/// Reads the parameters of a list one by one; the first that can't be used is the answer.
class query_parser {
 public:
  query_parser(const collection& c, query::kind what) : c_(c), what_(what) {
    for (const auto& f : c.fields) {
      made_.wanted.push_back(f.exposed);
    }
  }

  std::optional<problem> read(const std::string& name, const std::string& text) {
    if (what_ == query::kind::random_id) {
      return bad_parameter(name, "Nothing can be asked of a random id.");
    }
    const field* f = c_.find(name);
    // A field may be called "total": then only true and false mean the parameter.
    if (f != nullptr && f->exposed && !(name == "total" && (text == "true" || text == "false"))) {
      return read_filter(*f, name, text);
    }
    if (what_ != query::kind::list || !is_parameter(name)) {
      // Hidden fields are not told from fields that are not there.
      return bad_parameter(name, "The collection has no field of this name.");
    }
    if (!seen_.insert(name).second) {
      return bad_parameter(name, "It is there twice.");
    }
    if (name == "skip") {
      return read_count(name, text, 0, max_skip, made_.skip);
    }
    if (name == "take") {
      return read_count(name, text, 1, max_take, made_.take);
    }
    if (name == "sort") {
      return read_sort(text);
    }
    if (name == "fields") {
      return read_wanted(c_, text, made_.wanted);
    }
    // Judged when the order is known, which may come later.
    if (name == "after") {
      after_ = text;
      return std::nullopt;
    }
    if (text != "true" && text != "false") {
      return bad_parameter(name, "It is true or false.");
    }
    (name == "total" ? made_.total : made_.explain) = text == "true";
    return std::nullopt;
  }

  /// What can be judged only when all parameters are known.
  std::optional<problem> finish() {
    // In key order nothing is kept, so there is no such bound.
    if (!is_in_key_order(c_, made_.sort) && made_.skip > max_sorted_skip) {
      return bad_parameter("skip", "In a sorted list it is at most 100000; go on with \"after\".");
    }
    if (!after_) {
      return std::nullopt;
    }
    auto position = from_token(c_, made_.sort, *after_);
    if (!position) {
      return bad_parameter("after", "It is not the \"next\" of a list in this order.");
    }
    made_.after = std::move(*position);
    return std::nullopt;
  }

  list_query take() { return std::move(made_); }

 private:
  static bool is_parameter(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{"skip",  "take",  "sort",   "fields",
                                                    "after", "total", "explain"};
    return std::ranges::find(names, name) != names.end();
  }

  static std::optional<problem> read_count(const std::string& name, const std::string& text,
                                           std::uint64_t low, std::uint64_t high,
                                           std::uint64_t& out) {
    const auto made = parse_count(text);
    if (!made || *made < low || *made > high) {
      return bad_parameter(
          name, "It is a number from " + std::to_string(low) + " to " + std::to_string(high) + ".");
    }
    out = *made;
    return std::nullopt;
  }

  /// The position of a shown field, or the number of fields.
  std::size_t shown(std::string_view name) const {
    const std::size_t at = c_.position(name);
    return at < c_.fields.size() && c_.fields[at].exposed ? at : c_.fields.size();
  }

  std::optional<problem> read_sort(std::string_view text) {
    for (auto term : split(text)) {
      const bool descending = term.starts_with('-');
      term.remove_prefix(descending ? 1 : 0);
      const std::size_t at = shown(term);
      if (at == c_.fields.size()) {
        return bad_parameter("sort", "The collection has no such field.");
      }
      // No order that two clients would agree on.
      if (c_.fields[at].type == value_type::json || c_.fields[at].type == value_type::list) {
        return bad_parameter("sort", "Fields of json and lists have no order.");
      }
      const bool again = std::ranges::any_of(
          made_.sort, [at](const sort_term& other) { return other.position == at; });
      if (again) {
        return bad_parameter("sort", "A field is there twice.");
      }
      made_.sort.push_back({at, descending});
    }
    drop_needless_terms();
    return std::nullopt;
  }

  /// Behind the key nothing is left to decide, and keys in the direction of what comes before are
  /// the order anyway.
  void drop_needless_terms() {
    auto& sort = made_.sort;
    const auto key = std::ranges::find(sort, c_.key_at, &sort_term::position);
    if (key != sort.end()) {
      const bool before = key != sort.begin() && (key - 1)->descending;
      sort.erase(key->descending == before ? key : key + 1, sort.end());
    }
  }

  std::optional<problem> read_filter(const field& f, const std::string& name,
                                     std::string_view text) {
    if (made_.filters.size() == max_filters) {
      return bad_parameter(name, "There are more than 100 filters.");
    }
    filter x;
    // The position is the field's place: `f` lies in the collection.
    x.position = static_cast<std::size_t>(&f - c_.fields.data());
    text_list values = take_comparison(text, x.how);
    const bool by_order = x.how != comparison_word::equal && x.how != comparison_word::not_equal &&
                          x.how != comparison_word::any_of;
    if (f.type == value_type::json || (f.type == value_type::list && by_order)) {
      return bad_parameter(name, "A field of this type can't be compared in this way.");
    }
    // A list is asked for one of its elements.
    const field& compared = f.element ? *f.element : f;
    if (x.how == comparison_word::contains && !is_text(f)) {
      return bad_parameter(name, "Only text can contain text.");
    }
    if (values.size() > max_choices) {
      return bad_parameter(name, "There are more than 1000 values.");
    }
    // Text is looked for as it is: part of a name need not be one of an enum.
    for (const auto part : values) {
      auto v = x.how == comparison_word::contains ? std::optional<value>(std::string(part))
                                                  : parse_text(compared, part);
      if (!v) {
        return bad_parameter(name, "It must be " + expected_form(compared) + ".");
      }
      x.values.push_back(std::move(*v));
    }
    made_.filters.push_back(std::move(x));
    return std::nullopt;
  }

  static text_list take_comparison(std::string_view text, comparison_word& how) {
    using enum comparison_word;
    // Before the marks, as it has none.
    if (text.starts_with("in(") && text.ends_with(')')) {
      how = any_of;
      return split(text.substr(3, text.size() - 4));
    }
    struct prefix {
      std::string_view mark;
      comparison_word means;
    };
    // Longer marks first, as ">" begins ">=".
    constexpr std::array<prefix, 6> marks{{{">=", at_least},
                                           {"<=", at_most},
                                           {">", greater},
                                           {"<", less},
                                           {"!", not_equal},
                                           {"~", contains}}};
    for (const auto& x : marks) {
      if (text.starts_with(x.mark)) {
        how = x.means;
        text.remove_prefix(x.mark.size());
        break;
      }
    }
    return {text};
  }

  const collection& c_;
  const query::kind what_;
  list_query made_;
  std::optional<std::string> after_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

result<query> parse_query(const collection& c, query::kind what,
                          std::span<const std::pair<std::string, std::string>> parameters) {
  query_parser parser(c, what);
  for (const auto& [name, text] : parameters) {
    if (auto refused = parser.read(name, text)) {
      return tl::make_unexpected(std::move(*refused));
    }
  }
  if (auto refused = parser.finish()) {
    return tl::make_unexpected(std::move(*refused));
  }
  query made;
  made.what = what;
  made.target = &c;
  made.list = std::make_shared<const list_query>(parser.take());
  return made;
}

}  // namespace lithair::models
