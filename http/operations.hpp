#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "http/endpoints.hpp"
#include "http/parameters.hpp"
#include "http/request.hpp"

/// What each endpoint takes and answers: the second half of the table that the server and its
/// description are read from. The server routes, refuses methods, parameters, media types and
/// callers by it; `openapi.cpp` writes it down; the tests hold every answer to what it says.
namespace lithair::http {

/// A kind of body, of a request or an answer.
enum class document : std::uint8_t {
  none,
  // of requests
  create,           ///< an item to be made
  replace,          ///< an item in full
  patch,            ///< a merge patch
  many,             ///< items to be made
  operations,       ///< of a transaction
  new_member,       ///< who is to be a member
  new_leader,       ///< who is to lead
  new_certificate,  ///< who is to be certified
  new_token,        ///< what a join token is to be for
  revoked_tokens,   ///< which join tokens are to count no more
  authority_order,  ///< what is to be done about the authority
  new_access,       ///< what an access token is to be for
  vote,             ///< a Raft message, as the next two
  append,
  install,
  // of answers
  item,
  page,   ///< of items
  items,  ///< that were made
  counted,
  found_key,
  events,       ///< of an item
  changes,      ///< of a collection, as Server-Sent Events
  results,      ///< of a transaction
  rows,         ///< of a projection
  projections,  ///< which there are
  index,
  alive,
  ready,
  status,
  cluster,
  leader,
  done,         ///< a change of members
  authority,    ///< who certifies nodes
  certified,    ///< a node's certificate, and what makes it one that certifies
  token,        ///< a join token, and what is known of it
  tokens,       ///< what is known of join tokens
  authorities,  ///< how the authority stands, and the next one
  access,       ///< an access token, and what is known of it
  accesses,     ///< what is known of access tokens
  metrics,
  openapi,
  docs,
  docs_part,
  dashboard,  ///< the page, as the next its files
  dashboard_file,
  live,  ///< how the node stands, each second
  snapshot,
  backup,
  explained,   ///< an entry of the log
  model_text,  ///< a model file
  voted,       ///< the core's answer, as the next two
  appended,
  installed,
};
inline constexpr std::size_t document_count = static_cast<std::size_t>(document::installed) + 1;

/// One row.
struct document_facts {
  std::array<std::string_view, 4> media{};  ///< the media types it comes in; the first is usual
  /// The name of its schema; with a dot in front it is one of the collection's, or projection's.
  std::string_view schema{};
  std::string_view about{};  ///< of an answer, one sentence
};
/// The row of this kind.
const document_facts& facts_of(document which);

/// A header of an answer.
enum class answer_header : std::uint8_t {
  etag,
  raft_index,
  applied_index,
  location,
  replayed,
  disposition,
  not_cached,
  unbuffered,
  minimal,
  // of every answer, and of some refusals
  served_by,
  request_id,
  no_sniffing,
  allow,
  accept_patch,
  retry_after,
  authenticate,
  rate_policy,
  rate_left,
  page_policy,
  referrer_policy,
};
inline constexpr std::size_t answer_header_count =
    static_cast<std::size_t>(answer_header::referrer_policy) + 1;
/// A bit for each.
using header_set = std::uint32_t;
/// The set of these.
constexpr header_set set_of(std::initializer_list<answer_header> which) {
  header_set result = 0;
  for (const auto each : which)
    result = static_cast<header_set>(result | 1u << static_cast<unsigned>(each));
  return result;
}
/// Whether the set has it.
constexpr bool contains(header_set set, answer_header which) {
  return (set & set_of({which})) != 0;
}

/// One way to be answered that is no problem.
struct answer_row {
  int status = 0;  ///< 0: there is no such answer
  document what = document::none;
  header_set always = 0;     ///< headers that it has, besides those of every answer
  header_set sometimes = 0;  ///< and those that it may have
};

/// Who may ask.
enum class caller : std::uint8_t {
  anyone,
  /// Whoever holds the cluster token; nobody where there is none.
  member,
  /// The same where there is a token; else whoever is on the node's own machine. Always whoever
  /// holds the authority's key, too.
  operators,
  /// Whoever proves that it holds the key of the cluster's authority.
  holder,
};

/// What one endpoint does with one method.
struct operation {
  endpoint at = endpoint::nowhere;
  method verb = method::other;
  /// Names it in the description; of a collection's operation behind the collection's name.
  std::string_view id;
  std::string_view tag;  ///< the group it is shown in; a collection's is the collection's name
  std::string_view summary;
  parameter_set takes = 0;
  bool lets_others_be = false;  ///< parameters that it does not know are no error
  document body = document::none;
  std::array<answer_row, 3> answers{};
  /// The statuses of problems, besides those that any request may meet.
  std::array<std::uint16_t, 9> problems{};
  caller who = caller::anyone;
  std::string_view about{};  ///< more than the summary says; empty: nothing
};

/// All of them, in the order of their endpoints.
std::span<const operation> all_operations();
/// What is done there with this method; HEAD is GET. Null when the endpoint does not take it.
const operation* operation_at(endpoint where, method verb);
/// What an endpoint takes, besides OPTIONS and with HEAD where there is GET.
method_set methods_of(endpoint where);

/// The statuses of problems that any request may meet: it can't be read, or the node can't do more.
std::span<const std::uint16_t> usual_problems();

}  // namespace lithair::http
