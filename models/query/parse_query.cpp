#include <algorithm>
#include <array>
#include <set>

#include "models/encoding/decimal.hpp"
#include "models/problem/problems.hpp"
#include "models/query/list_query.hpp"
#include "models/query/parameters.hpp"
#include "models/query/query.hpp"
#include "models/query/read_filter.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// A page is rendered in one piece of memory.
constexpr std::uint64_t max_take = 1000;
constexpr std::uint64_t max_skip = 1'000'000'000;
/// A sorted list keeps everything before its page.
constexpr std::uint64_t max_sorted_skip = 100'000;
constexpr std::size_t max_filters = 100;
/// Those that look through a whole value; a change is judged by each stream's in one piece.
constexpr std::ptrdiff_t max_long_filters = 16;

/// Reads the parameters of a list one by one; the first that can't be used is the answer.
class query_parser {
 public:
  query_parser(const collection& c, query::kind what, const rights_to_ask& rights)
      : c_(c), what_(what), shown_(shown_fields(c, rights)) {
    made_.wanted = shown_;
    // They hold before anything that is asked for.
    if (rights) {
      made_.filters = rights->allowed;
      cheap_ = made_.filters.size();
    }
  }

  std::optional<problem> read(const std::string& name, const std::string& text) {
    if (what_ == query::kind::random_id) {
      return bad_parameter(name, "Nothing can be asked of a random id.");
    }
    const std::size_t at = shown(name);
    // A field may be called "total": of a list true and false mean the parameter, and "true" in
    // quotes the field.
    const bool is_total = what_ == query::kind::list && name == "total" &&  //
                          (text == "true" || text == "false");
    if (at < c_.fields.size() && !is_total) {
      return add_filter(at, text);
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
      made_.wanted = shown_;
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
    return at < c_.fields.size() && shown_[at] ? at : c_.fields.size();
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

  std::optional<problem> add_filter(std::size_t position, std::string_view text) {
    const field& f = c_.fields[position];
    if (++count_ > max_filters) {
      return bad_parameter(f.name, "There are more than 100 filters.");
    }
    auto made = read_filter(c_, position, text);
    if (!made) {
      return bad_parameter(f.name, std::move(made.error()));
    }
    // What a rule says already need not be said again: an index that answers one filter alone
    // counts without a look at the items.
    auto& filters = made_.filters;
    if (std::ranges::any_of(filters, [&](const filter& x) { return says_same(x, *made); })) {
      return std::nullopt;
    }
    // The cheap ones are judged first: most items fail one of them.
    const auto first_long = filters.begin() + static_cast<std::ptrdiff_t>(cheap_);
    if (!models::is_long(*made, f.type)) {
      filters.insert(first_long, std::move(*made));
      ++cheap_;
    } else if (filters.end() - first_long == max_long_filters) {
      return bad_parameter(f.name, "There are more than 16 filters by ~ and of lists.");
    } else {
      filters.push_back(std::move(*made));
    }
    return std::nullopt;
  }

  static bool says_same(const filter& a, const filter& b) {
    return a.is_plain() && a.how == comparison_word::equal && b.how == a.how &&
           a.position == b.position && identical(a.values.front(), b.values.front());
  }

  const collection& c_;
  const query::kind what_;
  const std::vector<bool> shown_;
  std::size_t count_ = 0;  // of filters that were asked for
  list_query made_;
  std::optional<std::string> after_;
  std::set<std::string, std::less<>> seen_;
  std::size_t cheap_ = 0;  // filters; those that look through a whole value come behind them
};

}  // namespace

result<query> parse_query(const collection& c, query::kind what,
                          std::span<const std::pair<std::string, std::string>> parameters,
                          const rights_to_ask& rights) {
  query_parser parser(c, what, rights);
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
  made.rights = rights;
  made.list = std::make_shared<const list_query>(parser.take());
  return made;
}

}  // namespace lithair::models
