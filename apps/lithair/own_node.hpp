#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace lithair::apps {

/// Asks the node that runs with this data directory, as who holds its authority's key may: a POST
/// of `body`, or a GET when it is empty. Blocks for up to 15 s. Throws std::runtime_error: what the
/// node says against it, or why it does not answer.
boost::json::value ask_own_node(const std::string& data_dir, const std::string& path,
                                const std::string& body);

}  // namespace lithair::apps
