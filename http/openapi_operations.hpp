#pragma once

#include <boost/json/fwd.hpp>

namespace lithair::http {

/// The part of the description that is the same for all models: the paths of operators and of Raft,
/// the transaction, and the components that all paths refer to.
boost::json::object fixed_description();

}  // namespace lithair::http
