#include "models/query/whole_query.hpp"

#include <memory>
#include <utility>

#include "models/problem/problems.hpp"
#include "models/query/item_options.hpp"
#include "models/query/list_query.hpp"

namespace lithair::models {

namespace {

using words = std::span<const std::pair<std::string, std::string>>;

result<query> whole_item(const collection& c, std::string_view key, words parameters,
                         const rights_to_ask& rights) {
  if (!parameters.empty())
    return tl::make_unexpected(
        bad_parameter(parameters.front().first, "A read of a typed item takes no parameters."));
  auto asked = item_query(c, key, {}, rights);
  if (!asked || rights) return asked;
  item_options all;
  all.wanted.assign(c.fields.size(), true);
  asked->item = std::make_shared<const item_options>(std::move(all));
  return asked;
}

// A filter on a field that is called `fields` or `explain` is a filter all the same.
result<query> whole_list(const collection& c, words parameters, const rights_to_ask& rights) {
  for (const auto& [name, text] : parameters)
    if ((name == "fields" || name == "explain") && c.find(name) == nullptr)
      return tl::make_unexpected(
          problem{400, "bad_parameter", "A list of typed items takes no \"" + name + "\".", {}});
  auto asked = parse_query(c, query::kind::list, parameters, rights);
  if (!asked || rights) return asked;
  auto all = *asked->list;
  all.wanted.assign(c.fields.size(), true);
  asked->list = std::make_shared<const list_query>(std::move(all));
  return asked;
}

}  // namespace

result<query> whole_query(query::kind what, const collection& c, std::string_view key,
                          words parameters, const rights_to_ask& rights) {
  switch (what) {
    case query::kind::item:
      return whole_item(c, key, parameters, rights);
    case query::kind::list:
      return whole_list(c, parameters, rights);
    case query::kind::count:
      return parse_query(c, what, parameters, rights);
    default:
      return tl::make_unexpected(problem{400, "bad_query", "Programs do not read that.", {}});
  }
}

}  // namespace lithair::models
