#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "persistence/lmdb_environment.hpp"
#include "persistence/state_store.hpp"

/// Reading a state environment in short transactions, with every check there is.
namespace lithair::persistence {

/// As `state_source::get`, in one transaction.
std::optional<std::string> find_pair(const lmdb_environment& env, std::string_view key);

/// As `state_source::scan`. No transaction is open while the visitor runs.
void scan_pairs(const lmdb_environment& env, std::string_view lower, std::string_view upper,
                scan_order order, const pair_visitor& visit);

/// As `state_source::count`, in one transaction.
std::uint64_t count_pairs(const lmdb_environment& env, std::string_view lower,
                          std::string_view upper, std::uint64_t most, std::string& last);

}  // namespace lithair::persistence
