#include "test/models/service_fixture.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "models/query/open_cursor.hpp"

namespace lithair::models {

namespace {

outcome refusal(const problem& x) {
  outcome made;
  made.status = x.status;
  made.body = to_json(x);
  return made;
}

}  // namespace

schema schema_from(std::string_view toml) {
  auto made = parse_model_text(toml, "test.toml");
  if (!made) {
    for (const auto& error : made.error()) {
      BOOST_TEST_MESSAGE(to_string(error));
    }
    BOOST_FAIL("the model text is wrong: " + to_string(made.error().front()));
  }
  return std::move(*made);
}

service_fixture::service_fixture(std::string_view toml) : schema_(schema_from(toml)) {}

template <class Request>
outcome service_fixture::run_request(const Request& request) {
  stamp at;
  at.time_us = time_us += 1000;
  at.most = {max_item, max_feed};
  at.by = by;
  at.bound = bound;
  at.new_uuid = [this, &at] {
    ++uuids_;
    return std::string(make_uuid_v7(at.time_us, uuids_, uuids_).view());
  };
  auto prepared = prepare(schema_, request, at);
  if (!prepared) {
    return refusal(prepared.error());
  }
  last_command = *prepared;
  ++index_;
  change_set changes;
  auto made = models::apply(schema_, index_, *prepared, state_, true, changes, log_time_us);
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST((made->status < 300 || changes.empty() || !request.idempotency_key.empty()));
  // A node where nobody waits for the answer makes the same changes.
  change_set elsewhere;
  const auto unasked =
      models::apply(schema_, index_, *prepared, state_, false, elsewhere, log_time_us);
  BOOST_TEST((unasked->status == made->status));
  BOOST_TEST((elsewhere == changes));
  for (const auto& each : changes) {
    if (is_read(each.key)) {
      past.keep(each.key, state_);
    }
  }
  state_.apply(changes);
  return *made;
}

void service_fixture::ask_as(std::string id, std::vector<std::string> roles,
                             std::map<std::string, std::vector<std::string>, std::less<>> claims) {
  by = id;
  bound =
      std::make_shared<const subject>(subject{std::move(id), std::move(roles), std::move(claims)});
}

rights_to_ask service_fixture::rights(const collection& c) const {
  return bound && c.access
             ? std::make_shared<const reading_rights>(rights_to_read(schema_, c, *bound))
             : nullptr;
}

outcome service_fixture::write(const write_request& request) { return run_request(request); }

std::map<std::string, std::string> service_fixture::items_and_what_follows() const {
  std::map<std::string, std::string> made;
  for (const auto& [key, bytes] : state_.pairs()) {
    if (key.front() != 'f' && key.front() != 'c' && key.front() != 'g') {
      made.emplace(key, bytes);
    }
  }
  return made;
}

outcome service_fixture::bulk(std::string_view collection_name, std::string_view body,
                              std::string_view idempotency_key) {
  return run_request(bulk_request{find(collection_name), body, idempotency_key});
}

outcome service_fixture::transact(std::string_view body, std::string_view idempotency_key) {
  return run_request(transaction_request{body, idempotency_key});
}

outcome service_fixture::get(std::string_view collection_name, std::string_view key,
                             std::vector<std::pair<std::string, std::string>> parameters) const {
  const auto q =
      item_query(*find(collection_name), key, parameters, rights(*find(collection_name)));
  return q ? run(schema_, *q, state_, 0) : refusal(q.error());
}

outcome service_fixture::history(
    std::string_view collection_name, std::string_view key,
    std::vector<std::pair<std::string, std::string>> parameters) const {
  const auto q =
      history_query(*find(collection_name), key, parameters, rights(*find(collection_name)));
  return q ? run(schema_, *q, state_, 0) : refusal(q.error());
}

outcome service_fixture::post(std::string_view collection_name, std::string_view body,
                              preconditions conditions) {
  return write({operation::create, find(collection_name), "", body, std::move(conditions)});
}

outcome service_fixture::put(std::string_view collection_name, std::string key,
                             std::string_view body, preconditions conditions) {
  return write(
      {operation::replace, find(collection_name), std::move(key), body, std::move(conditions)});
}

outcome service_fixture::patch(std::string_view collection_name, std::string key,
                               std::string_view body, preconditions conditions) {
  return write(
      {operation::patch, find(collection_name), std::move(key), body, std::move(conditions)});
}

outcome service_fixture::remove(std::string_view collection_name, std::string key,
                                preconditions conditions) {
  return write(
      {operation::remove, find(collection_name), std::move(key), "", std::move(conditions)});
}

outcome service_fixture::get(std::string_view collection_name, std::string_view key) const {
  const auto q = item_query(*find(collection_name), key, {}, rights(*find(collection_name)));
  return q ? run(schema_, *q, state_, 0) : refusal(q.error());
}

outcome service_fixture::list(std::string_view collection_name,
                              std::vector<std::pair<std::string, std::string>> parameters) const {
  return ask(query::kind::list, collection_name, std::move(parameters));
}

outcome service_fixture::ask(query::kind what, std::string_view collection_name,
                             std::vector<std::pair<std::string, std::string>> parameters,
                             std::uint64_t random) const {
  auto q = parse_query(*find(collection_name), what, parameters, rights(*find(collection_name)));
  if (q) {
    q->random = random;
  }
  return q ? run(schema_, *q, state_, random) : refusal(q.error());
}

std::string member(std::string_view json, std::string_view name) {
  const auto parsed = boost::json::parse(json);
  const auto* found = parsed.as_object().if_contains(name);
  return found != nullptr ? boost::json::serialize(*found) : "";
}

std::string errors_in(const outcome& x) {
  std::string made;
  const auto parsed = boost::json::parse(x.body);
  const auto* errors = parsed.as_object().if_contains("errors");
  if (errors == nullptr) {
    return made;
  }
  for (const auto& error : errors->as_array()) {
    made += made.empty() ? "" : " ";
    made += std::string(error.at("field").as_string()) + ":" +
            std::string(error.at("code").as_string());
  }
  return made;
}

std::string column(const outcome& list, std::string_view name) {
  std::string made;
  const auto parsed = boost::json::parse(list.body);
  for (const auto& row : parsed.at("data").as_array()) {
    const auto* found = row.as_object().if_contains(name);
    made += made.empty() ? "" : " ";
    made += found != nullptr ? boost::json::serialize(*found) : "-";
  }
  return made;
}

}  // namespace lithair::models
