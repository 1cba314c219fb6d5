#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "models/problem/outcome.hpp"
#include "models/schema/schema.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// A read of one collection.
struct query {
  enum class kind : std::uint8_t { item, list, count, random_id, history, projection };
  kind what = kind::list;
  const collection* target = nullptr;
  std::string key;                                  ///< item, history: primary key in stored form
  const struct projection* from = nullptr;          ///< projection
  std::shared_ptr<const struct item_options> item;  ///< item with parameters, history
  std::shared_ptr<const struct list_query> list;    ///< list and count
};

/// `key` is text from the path; a key that can't be one of the collection's is a 404.
result<query> item_query(const collection& c, std::string_view key);
/// The same with query parameters: `fields`, and `as_of` with a log index or a time.
result<query> item_query(const collection& c, std::string_view key,
                         std::span<const std::pair<std::string, std::string>> parameters);
/// The events of an item; `take`, `after` (a version), `verify`.
result<query> history_query(const collection& c, std::string_view key,
                            std::span<const std::pair<std::string, std::string>> parameters);
/// The rows of a declared projection; `skip`, `take`, `after` (the `next` of an earlier page),
/// `total`.
result<query> projection_query(const schema& s, std::string_view name,
                               std::span<const std::pair<std::string, std::string>> parameters);
/// From decoded query parameters (without `consistency`); unknown names and bad values are a 400.
result<query> parse_query(const collection& c, query::kind what,
                          std::span<const std::pair<std::string, std::string>> parameters);

/// Answers the query; `random` picks for random_id. status is 200 or 404.
outcome run(const schema& s, const query& q, const state_view& state, std::uint64_t random);

}  // namespace lithair::models
