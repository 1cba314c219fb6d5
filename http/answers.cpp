#include "http/exchange.hpp"

#include <utility>

#include "actors/messages/client_messages.hpp"
#include "actors/messages/refusals.hpp"
#include "http/pages.hpp"

namespace lithair::http {

namespace {

response to_response(const models::problem& why) {
  return problem_response(why.status, why.code, why.detail);
}

}  // namespace

response answer_write(actors::submitted&& x, const models::collection* target) {
  if (auto why = actors::problem_of_write(x.what, std::move(x.reason))) return to_response(*why);
  response result;
  result.status = x.result.status;
  result.body = std::move(x.result.body);
  result.version = x.result.version;
  result.raft_index = x.index;
  // What apply refused is a problem too, and is the answer that all nodes would give.
  if (result.status >= 400) result.content_type = "application/problem+json";
  result.replayed = x.result.replayed;
  if (target != nullptr && !x.result.location.empty())
    result.location = target->path + '/' + x.result.location;
  return result;
}

response answer_read(actors::answered&& x, const read_conditions& conditions) {
  if (auto why = actors::problem_of_read(x.what, std::move(x.reason))) return to_response(*why);
  response result;
  const auto version = x.result.version;
  // RFC 9110 §13.2.2: If-Match first, then If-None-Match.
  if (conditions.match && !conditions.match->matches(version)) {
    result = problem_response(412, "precondition_failed",
                              "The item is not at a version that If-Match names.");
  } else if (x.result.status == 200 && conditions.none_match &&
             conditions.none_match->matches(version)) {
    // RFC 9110 §15.4.5: 304 for reads only, with the ETag that 200 would have.
    result.status = 304;
    result.version = version;
  } else {
    result.status = x.result.status;
    result.body = std::move(x.result.body);
    result.version = version;
    if (result.status >= 400) result.content_type = "application/problem+json";
  }
  // Also of refusals: the client learns as of when they were true.
  result.applied = x.applied;
  return result;
}

response answer_status(const actors::node_status& x, endpoint page, const models::schema& schema) {
  switch (page) {
    case endpoint::cluster:
    case endpoint::members:
      return cluster_page(x);
    case endpoint::leader:
      return leader_page(x);
    default:
      return status_page(x, schema);
  }
}

response answer_ready(const actors::readiness& x) {
  auto result = x.ready       ? ready_page(x.applied)
                : x.elsewhere ? problem_response(412, "other_timeline", x.reason)
                              : problem_response(503, "not_ready", x.reason);
  result.applied = x.applied;
  return result;
}

}  // namespace lithair::http
