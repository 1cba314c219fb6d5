#include "http/openapi_operations.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace lithair::http {

namespace json = boost::json;

namespace {

constexpr std::string_view operator_paths = R"json({
"/": {"get": {"summary": "What is served here", "tags": ["operations"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/livez": {"get": {"summary": "Whether the process is alive", "tags": ["operations"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/health": {"get": {"summary": "The same as /livez", "tags": ["operations"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/readyz": {"get": {"summary": "Whether linearizable reads are served now; 503 when not", "tags": ["operations"],
  "parameters": [{"$ref": "#/components/parameters/min_index"}],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/ready": {"get": {"summary": "The same as /readyz", "tags": ["operations"],
  "parameters": [{"$ref": "#/components/parameters/min_index"}],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/status": {"get": {"summary": "How this node stands", "tags": ["operations"],
  "responses": {"200": {"description": "The node.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/_status"}}}}}}},
"/metrics": {"get": {"summary": "What was counted and measured, for Prometheus", "tags": ["operations"],
  "responses": {"200": {"description": "Prometheus text format 0.0.4.", "content": {"text/plain": {"schema": {"type": "string"}}}}}}},
"/openapi.json": {"get": {"summary": "This description", "tags": ["operations"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/docs": {"get": {"summary": "This description as a page", "tags": ["operations"],
  "responses": {"200": {"description": "A page.", "content": {"text/html": {"schema": {"type": "string"}}}}}}},
"/_admin/snapshot": {"post": {"summary": "Make a checkpoint of everything applied now", "tags": ["operations"],
  "responses": {"200": {"description": "What it holds.", "content": {"application/json": {"schema": {"type": "object",
    "properties": {"cluster_id": {"$ref": "#/components/schemas/_hex"}, "index": {"type": "integer"}, "term": {"type": "integer"},
      "bytes": {"type": "integer"}, "checksum": {"$ref": "#/components/schemas/_hex"}}}}}}}}},
"/_admin/backup": {"get": {"summary": "A backup of everything; where fields are hidden, for holders of the cluster token", "tags": ["operations"],
  "security": [{}, {"cluster_token": []}],
  "responses": {"200": {"description": "A file for --restore. X-Applied-Index is its index, ETag its checksum.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}}}
})json";

constexpr std::string_view cluster_paths = R"json({
"/cluster": {"get": {"summary": "The members and how far they are", "tags": ["cluster"],
  "responses": {"200": {"description": "The cluster.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/_cluster"}}}}}}},
"/cluster/members": {
  "get": {"summary": "The same as /cluster", "tags": ["cluster"],
    "responses": {"200": {"description": "The cluster.",
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/_cluster"}}}}}},
  "post": {"summary": "Add a member: it learns, and votes once it has caught up; or move one to another address", "tags": ["cluster"],
    "parameters": [{"$ref": "#/components/parameters/force"}],
    "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",
      "properties": {"id": {"type": "integer", "minimum": 1}, "addr": {"type": "string", "description": "HOST:PORT of its HTTP."},
        "peer_port": {"type": "integer"}, "promote": {"type": "boolean", "default": true},
        "move": {"type": "boolean", "default": false, "description": "The id is a member already, and is found there from now on."}},
      "required": ["id", "addr"], "additionalProperties": false}}}},
    "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/cluster/members/{id}": {
  "parameters": [{"$ref": "#/components/parameters/member_id"}],
  "delete": {"summary": "Remove a member", "tags": ["cluster"],
    "description": "Answered once no group of models counts on it; until then, after 504 too, leave it running and ask again.",
    "parameters": [{"$ref": "#/components/parameters/force"}],
    "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/cluster/members/{id}/promote": {
  "parameters": [{"$ref": "#/components/parameters/member_id"}],
  "post": {"summary": "Let a learner vote", "tags": ["cluster"],
    "parameters": [{"$ref": "#/components/parameters/force"}],
    "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/cluster/members/abort": {"post": {"summary": "Give up a change of members that is not committed", "tags": ["cluster"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/cluster/transfer": {"post": {"summary": "Hand leadership over", "tags": ["cluster"],
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",
    "properties": {"to": {"type": "integer", "minimum": 1, "description": "Without it the leader chooses."}}, "additionalProperties": false}}}},
  "responses": {"200": {"$ref": "#/components/responses/object"}}}},
"/raft/leader": {"get": {"summary": "Who leads", "tags": ["cluster"],
  "responses": {"200": {"description": "The leader, null when unknown.", "content": {"application/json": {"schema": {"type": "object",
    "properties": {"leader_id": {"type": ["integer", "null"]}, "leader_addr": {"type": ["string", "null"]},
      "term": {"type": "integer"}, "node_id": {"type": "integer"}}}}}}}}}
})json";

constexpr std::string_view raft_paths = R"json({
"/raft/vote": {"post": {"summary": "Ask for a vote", "tags": ["raft"], "security": [{"cluster_token": []}],
  "requestBody": {"$ref": "#/components/requestBodies/vote"},
  "responses": {"200": {"$ref": "#/components/responses/raft"}}}},
"/raft/append-entries": {"post": {"summary": "Send entries, or a heartbeat", "tags": ["raft"], "security": [{"cluster_token": []}],
  "requestBody": {"$ref": "#/components/requestBodies/append"},
  "responses": {"200": {"$ref": "#/components/responses/raft"}}}},
"/raft/install-snapshot": {"post": {"summary": "Send a part of a snapshot", "tags": ["raft"], "security": [{"cluster_token": []}],
  "requestBody": {"$ref": "#/components/requestBodies/install"},
  "responses": {"200": {"$ref": "#/components/responses/raft"}}}}
})json";

constexpr std::string_view data_paths = R"json({
"/api/_txn": {"post": {"summary": "Carry out operations on any models, all or none", "tags": ["data"],
  "parameters": [{"$ref": "#/components/parameters/idempotency_key"}],
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object",
    "properties": {"operations": {"type": "array", "minItems": 1, "items": {"type": "object",
      "properties": {"op": {"enum": ["create", "replace", "patch", "delete"]}, "collection": {"type": "string"}, "id": {},
        "item": {"type": "object"}, "if_version": {"type": "integer"}},
      "required": ["op", "collection"], "additionalProperties": false}}},
    "required": ["operations"], "additionalProperties": false}}}},
  "responses": {"200": {"description": "The index and an answer to each operation.", "content": {"application/json": {"schema": {"type": "object",
    "properties": {"index": {"type": "integer"}, "results": {"type": "array", "items": {}}}}}}}}}},
"/api/projections": {"get": {"summary": "The projections that are served", "tags": ["projections"],
  "responses": {"200": {"$ref": "#/components/responses/object"}}}}
})json";

constexpr std::string_view components = R"json({
"securitySchemes": {"cluster_token": {"type": "http", "scheme": "bearer", "description": "What the file of --cluster-token holds."}},
"parameters": {
  "min_index": {"name": "min_index", "in": "query", "required": false, "description": "Not ready before this index is applied; 412 when it was given before the data were restored.", "schema": {"type": "integer"}},
  "force": {"name": "force", "in": "query", "description": "Also when the change may never end, since a majority of the old or the new voters is silent; the answer tells the risk.", "schema": {"type": "boolean", "default": false}},
  "member_id": {"name": "id", "in": "path", "required": true, "description": "The member's node id.", "schema": {"type": "integer"}},
  "idempotency_key": {"name": "Idempotency-Key", "in": "header", "required": false,
    "description": "A request with a key that was used is answered as the first one was.", "schema": {"type": "string", "maxLength": 255}},
  "if_match": {"name": "If-Match", "in": "header", "required": false, "description": "Only when the item's ETag is among these; else 412.", "schema": {"type": "string"}},
  "if_none_match": {"name": "If-None-Match", "in": "header", "required": false,
    "description": "Reads: 304 when the ETag is among these. Writes: * only creates.", "schema": {"type": "string"}},
  "consistency": {"name": "X-Consistency", "in": "header", "required": false, "description": "What a read may miss.",
    "schema": {"enum": ["linearizable", "leader", "local"], "default": "linearizable"}},
  "applied": {"name": "X-Min-Index", "in": "header", "required": false,
    "description": "A local read waits until this index is applied, at most 5 s; 412 when it was given before the data were restored.", "schema": {"type": "integer"}}
},
"responses": {
  "object": {"description": "As said.", "content": {"application/json": {"schema": {"type": "object"}}}},
  "problem": {"description": "A problem.", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}},
  "raft": {"description": "The core's answer, in its envelope.", "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/_envelope"}}, "application/msgpack": {"schema": {"$ref": "#/components/schemas/_envelope"}}}}
},
"requestBodies": {
  "vote": {"required": true, "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/_vote"}}, "application/msgpack": {"schema": {"$ref": "#/components/schemas/_vote"}}}},
  "append": {"required": true, "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/_append"}}, "application/msgpack": {"schema": {"$ref": "#/components/schemas/_append"}}}},
  "install": {"required": true, "content": {
    "application/json": {"schema": {"$ref": "#/components/schemas/_install"}}, "application/msgpack": {"schema": {"$ref": "#/components/schemas/_install"}}}}
},
"schemas": {
  "problem": {"type": "object", "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
    "detail": {"type": "string"}, "error": {"type": "string"},
    "errors": {"type": "array", "items": {"type": "object", "properties": {"field": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"}}}}}},
  "_hex": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
  "_member": {"type": "object", "properties": {"id": {"type": "integer"}, "addr": {"type": "string"}, "peer_addr": {"type": "string"},
    "role": {"type": "string"}, "voter": {"type": "boolean"}, "connected": {"type": "boolean"}, "match_index": {"type": "integer"},
    "lag_entries": {"type": "integer"}, "lag_ms": {"type": ["integer", "null"]}, "last_contact_ms": {"type": ["integer", "null"]}}},
  "_cluster": {"type": "object", "properties": {"node_id": {"type": "integer"}, "leader_id": {"type": ["integer", "null"]}, "term": {"type": "integer"},
    "commit": {"type": "integer"}, "members": {"type": "array", "items": {"$ref": "#/components/schemas/_member"}}}},
  "_status": {"type": "object", "properties": {"node_id": {"type": "integer"}, "version": {"type": "string"},
    "cluster_id": {"anyOf": [{"$ref": "#/components/schemas/_hex"}, {"type": "null"}]}, "addr": {"type": "string"}, "role": {"type": "string"},
    "leader_id": {"type": ["integer", "null"]}, "leader_addr": {"type": ["string", "null"]}, "term": {"type": "integer"}, "commit": {"type": "integer"},
    "applied": {"type": "integer"}, "last_index": {"type": "integer"}, "first_index": {"type": "integer"}, "pending": {"type": "integer"},
    "elections": {"type": "integer"}, "ready": {"type": "boolean"}, "not_ready": {"type": ["string", "null"]},
    "trouble": {"type": ["string", "null"]}, "set_aside": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"},
      "reason": {"type": "string"}, "bytes": {"type": "integer"}}}}, "state_compared": {"type": "integer"}, "state_divergence": {"type": ["object", "null"]}, "uptime_ms": {"type": "integer"},
    "data_bytes": {"type": "integer"}, "http": {"type": "object", "properties": {"connections": {"type": "integer"}, "max_connections": {"type": "integer"},
      "max_per_address": {"type": "integer"}, "bodies_bytes": {"type": "integer"}, "max_bodies": {"type": "integer"}, "unsent_bytes": {"type": "integer"},
      "max_unsent": {"type": "integer"}}}, "models": {"type": "array", "items": {"type": "object"}},
    "members": {"type": "array", "items": {"$ref": "#/components/schemas/_member"}}}},
  "_event": {"type": "object", "properties": {"version": {"type": "integer"}, "index": {"type": "integer"}, "time": {"type": "string", "format": "date-time"},
    "type": {"enum": ["created", "updated", "deleted"]}, "changes": {"type": "object"}}},
  "_history": {"type": "object", "properties": {"id": {}, "events": {"type": "array", "items": {"$ref": "#/components/schemas/_event"}}}},
  "_count": {"type": "object", "properties": {"count": {"type": "integer"}}},
  "_envelope": {"type": "object", "properties": {"cluster": {"$ref": "#/components/schemas/_hex"}, "group": {"type": "integer"},
    "from": {"type": "integer"}, "to": {"type": "integer"}, "term": {"type": "integer"}},
    "required": ["cluster", "group", "from", "to", "term"]},
  "_vote": {"allOf": [{"$ref": "#/components/schemas/_envelope"}, {"type": "object", "properties": {"last_index": {"type": "integer"},
    "last_term": {"type": "integer"}, "pre": {"type": "boolean"}, "transfer": {"type": "boolean"}}, "required": ["last_index", "last_term"]}]},
  "_raft_member": {"type": "object", "properties": {"id": {"type": "integer"}, "address": {"type": "string"}, "voter": {"type": "boolean"}},
    "required": ["id", "address"]},
  "_entry": {"type": "object", "properties": {"index": {"type": "integer"}, "term": {"type": "integer"}, "kind": {"enum": ["noop", "command", "configuration"]},
    "node": {"type": "integer"}, "serial": {"type": "integer"}, "data": {"type": "string", "contentEncoding": "base64"},
    "members": {"type": "array", "items": {"$ref": "#/components/schemas/_raft_member"}},
    "outgoing": {"type": "array", "items": {"$ref": "#/components/schemas/_raft_member"}}}, "required": ["index", "term", "kind"]},
  "_append": {"allOf": [{"$ref": "#/components/schemas/_envelope"}, {"type": "object", "properties": {"prev_index": {"type": "integer"},
    "prev_term": {"type": "integer"}, "commit": {"type": "integer"}, "round": {"type": "integer"},
    "entries": {"type": "array", "items": {"$ref": "#/components/schemas/_entry"}}}}]},
  "_install": {"allOf": [{"$ref": "#/components/schemas/_envelope"}, {"type": "object", "properties": {
    "snapshot": {"type": "object", "properties": {"index": {"type": "integer"}, "term": {"type": "integer"},
      "members": {"type": "array", "items": {"$ref": "#/components/schemas/_raft_member"}},
      "outgoing": {"type": "array", "items": {"$ref": "#/components/schemas/_raft_member"}},
      "size": {"type": "integer"}, "checksum": {"$ref": "#/components/schemas/_hex"}}, "required": ["index", "term", "members", "size", "checksum"]},
    "offset": {"type": "integer"}, "data": {"type": "string", "contentEncoding": "base64"}, "done": {"type": "boolean"}}, "required": ["snapshot", "offset"]}]}
}
})json";

json::value parsed(std::string_view text) {
  return json::parse(json::string_view{text.data(), text.size()});
}

}  // namespace

json::object fixed_description() {
  json::object paths;
  for (const auto text : {data_paths, cluster_paths, operator_paths, raft_paths}) {
    auto some = parsed(text);
    for (auto& x : some.get_object()) paths[x.key()] = std::move(x.value());
  }
  return {{"paths", std::move(paths)}, {"components", parsed(components)}};
}

}  // namespace lithair::http
