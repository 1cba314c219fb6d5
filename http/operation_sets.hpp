#pragma once

#include "http/operations.hpp"

/// What several rows of the table of operations have in common.
namespace lithair::http::table {

using enum parameter;

inline constexpr parameter_set reading = set_of({consistency, consistency_header, min_index});
inline constexpr parameter_set writing = set_of({idempotency_key});
inline constexpr parameter_set row_pages = set_of({skip, take, after, total});
inline constexpr parameter_set item_pages = row_pages | set_of({sort, fields, explain, filters});
inline constexpr parameter_set conditions = set_of({match, only_new});

inline constexpr header_set indexed = set_of({answer_header::applied_index});
inline constexpr header_set tagged = set_of({answer_header::etag});
inline constexpr header_set logged = set_of({answer_header::raft_index});
inline constexpr header_set replay = set_of({answer_header::replayed, answer_header::minimal});
inline constexpr header_set placed = set_of({answer_header::location});
inline constexpr header_set guarded =
    set_of({answer_header::page_policy, answer_header::referrer_policy});
inline constexpr header_set kept =
    guarded | set_of({answer_header::etag, answer_header::not_cached});
inline constexpr header_set saved = set_of({answer_header::disposition});
inline constexpr header_set fresh = set_of({answer_header::not_cached, answer_header::unbuffered});

using http::caller;
using http::method;

}  // namespace lithair::http::table
