#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "http/target.hpp"
#include "models/problem/problem.hpp"

/// Everything that requests may say beside path and body: one row each, which the check of a query
/// and the description read. Which operation takes which stands in `operations.hpp`.
namespace lithair::http {

/// What may stand in a query, or in a header that makes a difference.
enum class parameter : std::uint8_t {
  skip,           ///< items or rows to leave out first
  take,           ///< items, rows or events on a page
  after,          ///< where an earlier page ended
  after_version,  ///< of a history: the version it begins behind
  after_event,    ///< of a stream: the event it begins behind
  sort,           ///< the order of a list
  fields,         ///< what is shown of items
  total,          ///< whether all are counted
  explain,        ///< whether a list tells how it was found
  filters,        ///< stands for each field of the collection
  as_of,          ///< an item as it was
  verify,         ///< whether a history is checked
  ready_index,    ///< of readyz
  group,          ///< of models, whose log it is
  force,          ///< a change of members that may never end
  consistency,    ///< what a read may miss; counts more than the header
  consistency_header,
  min_index,   ///< a read waits for it
  match,       ///< If-Match
  none_match,  ///< If-None-Match of a read: a list of tags
  only_new,    ///< If-None-Match of a write: "*"
  idempotency_key,
  last_event_id,
  accept,  ///< of the answer of Raft calls
};
/// For tables with a row for each.
inline constexpr std::size_t parameter_count = static_cast<std::size_t>(parameter::accept) + 1;

/// A bit for each parameter.
using parameter_set = std::uint32_t;
static_assert(parameter_count <= 32);
/// The set of these.
constexpr parameter_set set_of(std::initializer_list<parameter> which) {
  parameter_set result = 0;
  for (const auto each : which) result |= parameter_set{1} << static_cast<unsigned>(each);
  return result;
}
/// Whether the set has it.
constexpr bool contains(parameter_set set, parameter which) { return (set & set_of({which})) != 0; }

/// What a value may look like.
enum class grammar : std::uint8_t {
  text,    ///< judged by whoever uses it
  number,  ///< of decimal digits, from `least` to `most`
  flag,    ///< true or false
  choice,  ///< one of `words`
};

/// One row.
struct parameter_facts {
  std::string_view name;
  bool in_header = false;  ///< else in the query
  std::string_view about;  ///< a sentence for the description
  grammar form = grammar::text;
  std::uint64_t least = 0;                  ///< of numbers
  std::uint64_t most = 0;                   ///< of numbers
  std::string_view words{};                 ///< of choices, with a blank between two
  std::string_view usual{};                 ///< the default, as JSON; empty: none
  std::string_view pattern{};               ///< of text, as in JSON Schema; empty: none
  std::string_view code = "bad_parameter";  ///< of the refusal
};

/// The row of this parameter.
const parameter_facts& facts_of(parameter which);

/// Why this query can't be used where only these parameters are taken: one that is unknown, there
/// twice, or does not look like its row says; 400 naming it. What is text is judged by who uses it,
/// and where filters are taken so is every other name.
/// `lets_others_be`: unknown ones are no error.
std::optional<models::problem> check_query(parameter_set takes, bool lets_others_be,
                                           const parameters& query);

}  // namespace lithair::http
