#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "models/problem/outcome.hpp"
#include "models/schema/access_binding.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// What who asks may read of the collection; none: all that is exposed. What is not shown is like
/// hidden, and items that are not allowed are like none.
using rights_to_ask = std::shared_ptr<const reading_rights>;
/// Those of somebody whom rules bind; none for nobody, and where the collection has no rules.
rights_to_ask rights_to_ask_for(const schema& s, const collection& c, const subject* who);

/// A read of one collection. Parsed once, on the thread of the request, and run on the thread of
/// the state. It points into the schema, which must live as long; all else it owns.
struct query {
  /// `run` answers each; `open_cursor` begins list, count and projection.
  enum class kind : std::uint8_t { item, list, count, random_id, history, projection };
  kind what = kind::list;                           ///< says which members below count
  const collection* target = nullptr;               ///< of every kind; not null once parsed
  std::string key;                                  ///< item, history: primary key in stored form
  const struct projection* from = nullptr;          ///< projection
  std::shared_ptr<const struct item_options> item;  ///< item with parameters, history
  std::shared_ptr<const struct list_query> list;    ///< list and count
  rights_to_ask rights;                             ///< in `list` they are filters, too
  std::uint64_t random = 0;                         ///< of random_id, where there are rights

  /// Whether some items are kept from who asks.
  bool is_restricted() const { return rights && !rights->allowed.empty(); }
};

/// `key` is text from the path; a key that can't be one of the collection's is a 404. A key in the
/// path is percent-decoded already.
result<query> item_query(const collection& c, std::string_view key);
/// The same with query parameters: `fields`, and `as_of` with a log index or a time.
result<query> item_query(const collection& c, std::string_view key,
                         std::span<const std::pair<std::string, std::string>> parameters,
                         const rights_to_ask& rights = {});
/// The events of an item; `take`, `after` (a version), `verify`. 404 too where the collection has
/// no tracked field.
result<query> history_query(const collection& c, std::string_view key,
                            std::span<const std::pair<std::string, std::string>> parameters,
                            const rights_to_ask& rights = {});
/// The rows of a declared projection; `skip`, `take`, `after` (the `next` of an earlier page),
/// `total`. 404 for a name that is no projection. 403 for whom items or fields are kept from that
/// the rows tell of.
result<query> projection_query(const schema& s, std::string_view name,
                               std::span<const std::pair<std::string, std::string>> parameters,
                               const rights_to_ask& rights = {});
/// From decoded query parameters (without `consistency`); unknown names and bad values are a 400.
/// The first parameter that can't be used is the answer. A field may be there more than once, and
/// all its filters must hold; any other parameter twice is a 400.
result<query> parse_query(const collection& c, query::kind what,
                          std::span<const std::pair<std::string, std::string>> parameters,
                          const rights_to_ask& rights = {});

/// Answers the query; `random` picks for random_id. status is 200 or 404. Deterministic. A long
/// query is run to its end here: who must not block uses `open_cursor`. An `as_of` from before a
/// restore is a 410.
outcome run(const schema& s, const query& q, const state_view& state, std::uint64_t random);

}  // namespace lithair::models
