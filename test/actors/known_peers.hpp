#pragma once

#include <optional>
#include <string>

#include "actors/peers/peer_directory.hpp"

namespace lithair::actors {

/// A peer directory for tests: takes everybody as far as it is told to, and remembers nothing.
struct known_peers final : peer_directory {
  trust how = trust::full;

  std::uint64_t cluster() const override { return 7; }
  std::function<std::string(std::string_view)> code() const override { return {}; }
  std::string models() const override { return "the models"; }
  std::string why_not_meet(const introduction&) override { return {}; }
  void met_without_cluster(std::uint64_t, const std::string&) override {}
  trust admit(std::uint64_t, protocol::group_id, std::uint64_t, const std::string&) override {
    return how;
  }
  std::string present(std::uint64_t, protocol::group_id) const override { return {}; }
  std::optional<std::string> examine(std::uint64_t, protocol::group_id, std::uint64_t,
                                     const std::string&) override {
    return std::nullopt;
  }
  void promised(std::uint64_t, protocol::group_id, std::uint64_t, std::uint64_t) override {}
  void link_lost(std::uint64_t) override {}
};

}  // namespace lithair::actors
