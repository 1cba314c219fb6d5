#pragma once

#include <string>
#include <vector>

#include "apps/lithairctl/caller.hpp"
#include "apps/lithairctl/cluster_report.hpp"

/// Asking every node of a cluster, each for what only it knows.
namespace lithair::ctl {

/// What each of them answers a GET, in their order. They are asked at once, since some may not
/// answer at all: none gets more than 3 s.
std::vector<reply> ask_each(const std::vector<endpoint>& nodes, const std::string& target,
                            const calling& how);

/// What the endpoints say of themselves, and all members that these name. Throws `failure` where
/// none of the endpoints answers.
std::vector<node_view> look_at_all(const calling& how);

}  // namespace lithair::ctl
