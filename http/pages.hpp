#pragma once

#include <cstdint>

#include "http/holdings.hpp"
#include "http/published_projections.hpp"
#include "http/response.hpp"
#include "models/schema/schema.hpp"

namespace lithair::actors {
struct node_status;
}

/// The JSON of everything that is not data.
namespace lithair::http {

/// What is served here, for people who open the root.
response index_page(const models::schema& schema);
/// The declared projections and what they tell, and the program's own.
response projections_page(const models::schema& schema, const published_projections& published);
/// The process is there; nothing is asked of the cluster.
response alive_page();
/// `applied`: the index that it has applied.
response ready_page(std::uint64_t applied, const std::string& trouble);
/// What operators want to know of this node; the fields are in the OpenAPI description.
response status_page(const actors::node_status& status, const models::schema& schema,
                     const holdings& held);
/// The members as this node knows them.
response cluster_page(const actors::node_status& status);
/// Who leads, null where nobody is known to.
response leader_page(const actors::node_status& status);
/// A part of the documentation: a page, or what pages need. The first page has no name; `api` is
/// the description of the API for people.
response docs_page(std::string_view name);

}  // namespace lithair::http
