#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/document.hpp"

namespace lithair::test {

/// Runs what a document says in a directory that looks like the tree with a build in it, as a
/// script that stops at the first failure and takes the nodes it started with it. Requires that it
/// succeeds; what all of it said.
inline std::string run_commands(const document_commands& commands,
                                const std::filesystem::path& place) {
  namespace fs = std::filesystem;
  fs::create_directories(place / "build/release");
  fs::create_directory_symlink(fs::path(LITHAIR_NODE).parent_path(), place / "build/release/apps");
  fs::create_directory_symlink(LITHAIR_SOURCE "/apps", place / "apps");
  std::ofstream(place / "script") << "set -e\ntrap 'kill $(jobs -rp) || true; wait' EXIT\n"
                                  << commands.text();
  process shell({{"/bin/bash", "script"}, place / "log", place, {}});
  const auto how = shell.wait(cluster::patience * 2);
  const auto log = read_file(place / "log");
  BOOST_REQUIRE_MESSAGE(how, log);
  BOOST_REQUIRE_MESSAGE(how->status == 0, log);
  return log;
}

/// With ports that are free here instead of those in the document: `first` and the ones behind it.
inline void move_ports(document_commands& commands, const port_block& ports, int first, int count) {
  for (int i = 0; i < count; ++i)
    commands.replace(std::to_string(first + i),
                     std::to_string(ports.http(static_cast<std::size_t>(i))));
}

}  // namespace lithair::test
