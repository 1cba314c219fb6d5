#pragma once

#include <string>
#include <vector>

#include "apps/lithair/options.hpp"

/// Where others find a node that listens at all addresses of its machine. Nobody can come to a
/// wildcard, so it is never told to anybody.
namespace lithair::apps {

/// Puts in `chosen.node.self` what stands for a wildcard: the machine's one address that others may
/// come to, or loopback if it has none. Empty, or one line: with several of them nobody can know
/// which. `addresses`: as `addresses_of_machine` tells them. Pure.
std::string settle_address(settings& chosen, const std::vector<std::string>& addresses);

/// The addresses of interfaces that are up, without loopback and link-local ones; those of IPv4
/// first. Any thread.
std::vector<std::string> addresses_of_machine();

}  // namespace lithair::apps
