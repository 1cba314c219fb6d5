#pragma once

#include "test/tidy/rules.hpp"

/// What is allowed in this house. Whoever needs something else changes the law first, and says why.
namespace lithair::tidy {

inline constexpr std::size_t most_columns = 100;
inline constexpr std::size_t most_lines_of_a_file = 450;
inline constexpr std::size_t most_lines_of_a_function = 80;

/// Which rooms a room may look into: the floors of the house, from below.
inline const std::vector<room_rule> room_rules{
    {"protocol", {}},
    {"persistence", {"protocol"}},

    {"models/encoding", {}},
    {"models/value", {"models/encoding"}},
    {"models/problem", {"models/encoding"}},
    {"models/schema", {"models/encoding", "models/value", "models/problem"}},
    {"models/state", {"models/encoding", "models/schema"}},
    {"models/derived", {"models/encoding", "models/problem", "models/schema", "models/state"}},
    {"models/command",
     {"models/encoding", "models/problem", "models/schema", "models/state", "models/derived"}},
    {"models/query",
     {"models/encoding", "models/problem", "models/schema", "models/state", "models/derived"}},
    {"models/declaration", {"models/encoding", "models/schema", "models/query"}},
    {"models/typed", {"models/encoding", "models/schema", "models/state", "models/declaration"}},
    {"models", {"models/"}},

    {"actors", {"protocol"}},
    {"actors/runtime", {"actors"}},  // its loops count, as all parts of a node do
    {"actors/tls", {}},              // of no protocol inside: links and HTTP share it
    {"actors/messages", {"actors", "models/", "persistence", "protocol"}},
    {"actors/links", {"actors", "actors/runtime", "actors/tls"}},
    {"actors/peers",
     {"actors", "actors/runtime", "actors/tls", "actors/messages", "actors/links", "persistence",
      "protocol"}},
    {"actors/programs", {"actors", "actors/runtime", "actors/messages", "actors/links", "models/"}},
    {"actors/storage",
     {"actors", "actors/runtime", "actors/messages", "models/", "persistence", "protocol"}},
    {"actors/state",
     {"actors", "actors/runtime", "actors/messages", "actors/storage", "models/", "persistence"}},
    {"actors/raft",
     {"actors", "actors/runtime", "actors/messages", "actors/peers", "persistence", "protocol"}},
    {"actors/node",
     {"actors", "actors/runtime", "actors/messages", "actors/links", "actors/peers", "actors/raft",
      "actors/storage", "actors/state", "actors/programs", "models/", "persistence", "protocol"}},
    {"actors/embedded", {"actors", "actors/runtime", "actors/messages", "actors/node", "models/"}},
    {"actors/remote",
     {"actors", "actors/runtime", "actors/tls", "actors/messages", "actors/links",
      "actors/programs", "actors/node", "actors/embedded", "models/"}},

    {"http",
     {"actors", "actors/runtime", "actors/tls", "actors/messages", "actors/node", "models/",
      "persistence"}},
    {"apps", {"apps/", "http", "actors/", "models/", "persistence"}},
    {"docs", {}},  // what packs what nodes serve of files, at build time

    {"test", {"test/", "apps/", "http", "actors/", "models/", "persistence", "protocol"}},
    {"bench",
     {"actors/links", "actors/tls", "actors/embedded", "actors/remote", "models", "models/",
      "test/actors/fuzz", "test/cluster/harness", "test/http"}},
    // It measures what lies inside, step by step.
    {"bench/micro", {"models/", "persistence", "protocol", "test/http"}},
};

inline constexpr exception cycles[] = {
    {"http/lane, http/session", "a worker makes its sessions, and they count with it"},
    {"apps/lithair/options, apps/lithair/setting",
     "the table of settings fills the options that are read by it"},
    {"persistence/lmdb_environment, persistence/lmdb_transaction",
     "an environment hands its transactions to whoever writes"},
    {"protocol/core, protocol/implementation",
     "the implementation behind the core's pointer shows what the core promises"},
    {"protocol/invariants, protocol/log_view", "the log is judged by what it says of itself"},
};

inline constexpr exception long_files[] = {
    {"test/actors/node_test.cpp", "cases of one face that share their nodes"},
    {"test/http/routes_test.cpp", "a case for each route, over the same node"},
    {"test/protocol/test_replication.cpp", "a case for each rule of one section"},
};

inline constexpr exception long_functions[] = {
    {"actors/raft/raft_actor.cpp:raft_actor::make_behavior",
     "a table: a line or two for each message"},
    {"test/cluster/backup.cpp:BOOST_AUTO_TEST_CASE",
     "one story of a client before and after a restore"},
};

}  // namespace lithair::tidy
