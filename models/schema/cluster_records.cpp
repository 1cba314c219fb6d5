#include "models/schema/cluster_records.hpp"

#include <utility>
#include <vector>

#include "models/schema/projection.hpp"

namespace lithair::models {

namespace {

field field_of(std::string_view name, value_type type) {
  field made;
  made.id = stable_id(name);
  made.name = name;
  made.type = type;
  return made;
}

/// The path is none that a request can have; nothing routes by it.
collection make_collection() {
  collection made;
  made.id = cluster_records_id;
  made.name = made.path = cluster_records_name;
  made.fields = {field_of("name", value_type::string), field_of("value", value_type::json)};
  made.fields.front().primary_key = made.fields.front().immutable = true;
  order_fields(made);
  return made;
}

}  // namespace

const schema& cluster_records_schema() {
  static const schema made{{make_collection()}, {}};
  return made;
}

const collection& cluster_records_collection() {
  return *cluster_records_schema().find(cluster_records_id);
}

schema with_cluster_records(const schema& part) {
  std::vector<collection> collections(part.collections().begin(), part.collections().end());
  collections.push_back(make_collection());
  const auto projections = part.projections();
  return schema{std::move(collections), {projections.begin(), projections.end()}};
}

}  // namespace lithair::models
