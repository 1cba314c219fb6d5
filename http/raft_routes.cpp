#include "http/exchange.hpp"
#include "http/operations.hpp"
#include "http/raft_document.hpp"

namespace lithair::http {

namespace {

constexpr std::string_view msgpack_type = "application/msgpack";

response must_show_token() {
  // RFC 9110 §15.5.2: 401 comes with WWW-Authenticate.
  auto result =
      problem_response(401, "unauthorized", "Show the cluster token: Authorization: Bearer TOKEN.");
  result.asks_for_token = true;
  return result;
}

// The answer comes as the request did, unless the client says what it accepts.
bool wants_packed(const request& r, bool sent_packed) {
  std::string accepted;
  // Several lines are one list (RFC 9110 §5.3).
  for (const auto& each : r.headers)
    if (same_name(each.name, "Accept")) accepted.append(each.value).append(",");
  if (accepted.empty()) return sent_packed;
  const bool packed = accepts_media(accepted, media::msgpack);
  const bool text = accepts_media(accepted, media::json);
  // Both or neither: the request decides.
  return packed == text ? sent_packed : packed;
}

}  // namespace

std::optional<response> check_cluster_token(const request& r, const bearer_token* token) {
  // Not 404: operators should see why it is off.
  if (token == nullptr)
    return problem_response(403, "forbidden",
                            "Raft over HTTP is off: start the node with --cluster-token FILE.");
  const auto* shown = r.find("Authorization");
  if (shown == nullptr) return must_show_token();
  if (token->accepts(bearer_of(*shown))) return std::nullopt;
  return problem_response(403, "forbidden", "This is not the cluster token.");
}

step begin_raft(const request& r, const matched& place, const site& site) {
  const auto* type = r.find("Content-Type");
  if (auto wrong = check_media(type, operation_at(place.what, method::post)->body))
    return std::move(*wrong);
  const bool packed = media_of(*type) == media::msgpack;
  auto call = read_raft_call(place.what, r.body, packed, *site.schema);
  if (!call) return of_problem(call.error());
  return raft_step{std::move(*call), wants_packed(r, packed)};
}

response answer_raft(const actors::raft_answered& answer, bool packed) {
  if (answer.status != 200) return problem_response(answer.status, answer.code, answer.detail);
  response result;
  result.body = raft_document(answer, packed);
  if (packed) result.content_type = msgpack_type;
  return result;
}

}  // namespace lithair::http
