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

response answer_write(actors::submitted&& answer, const models::collection* target) {
  if (auto why = actors::problem_of_write(answer.what, std::move(answer.reason)))
    return to_response(*why);
  response result;
  result.status = answer.result.status;
  result.body = std::move(answer.result.body);
  result.version = {answer.result.version, answer.result.variant};
  result.raft_index = answer.index;
  // What apply refused is a problem too, and is the answer that all nodes would give.
  if (result.status >= 400) result.content_type = "application/problem+json";
  result.replayed = answer.result.replayed;
  result.minimal = answer.result.minimal;
  if (target != nullptr && !answer.result.location.empty())
    result.location = target->path + '/' + answer.result.location;
  return result;
}

response answer_read(actors::answered&& answer, const read_conditions& conditions) {
  if (auto why = actors::problem_of_read(answer.what, std::move(answer.reason)))
    return to_response(*why);
  response result;
  const item_tag version{answer.result.version, answer.result.variant};
  // RFC 9110 §13.2.2: If-Match first, then If-None-Match.
  if (conditions.match && !conditions.match->matches(version)) {
    result = problem_response(412, "precondition_failed",
                              "The item is not at a version that If-Match names.");
  } else if (answer.result.status == 200 && conditions.none_match &&
             conditions.none_match->matches(version)) {
    // RFC 9110 §15.4.5: 304 for reads only, with the ETag that 200 would have.
    result.status = 304;
    result.version = version;
  } else {
    result.status = answer.result.status;
    result.body = std::move(answer.result.body);
    result.version = version;
    if (result.status >= 400) result.content_type = "application/problem+json";
  }
  // Also of refusals: the client learns as of when they were true.
  result.applied = answer.applied;
  return result;
}

response answer_status(const actors::node_status& status, endpoint page,
                       const models::schema& schema, const holdings& held) {
  switch (page) {
    case endpoint::cluster:
    case endpoint::members:
      return cluster_page(status);
    case endpoint::leader:
      return leader_page(status);
    default:
      return status_page(status, schema, held);
  }
}

response answer_ready(const actors::readiness& answer) {
  auto result = answer.ready       ? ready_page(answer.applied, answer.reason)
                : answer.elsewhere ? problem_response(412, "other_timeline", answer.reason)
                                   : problem_response(503, "not_ready", answer.reason);
  result.applied = answer.applied;
  return result;
}

}  // namespace lithair::http
