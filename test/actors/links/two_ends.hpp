#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/links/handshake.hpp"

namespace lithair::test {

using namespace actors;

/// A code that tells secrets and texts apart; the real one is of no matter here.
inline std::function<std::string(std::string_view)> coding_with(std::string secret) {
  return [secret = std::move(secret)](std::string_view text) {
    return std::to_string(std::hash<std::string>{}(secret + '\0' + std::string{text}));
  };
}

inline link_hello hello_of(std::uint64_t node, std::uint64_t to = 0) {
  link_hello made;
  made.version = 6;
  made.node = node;
  made.to = to;
  made.cluster = 7;
  made.incarnation = 100 + node;
  made.run = 200 + node;
  made.nonce = {300 + node, 400 + node};
  return made;
}

/// Node 2 dials node 1. What each says arrives whole.
struct two_ends {
  link_hello dialling = hello_of(2, 1);
  link_hello accepting = hello_of(1);
  handshake::judge of_dialling{{}, unproven};
  handshake::judge of_accepting{{}, unproven};

  static std::string unproven(std::uint64_t node) {
    return "node " + std::to_string(node) + " knows no secret";
  }

  /// How each of them ends.
  std::pair<std::string, std::string> meet() {
    handshake here{handshake::side::dialling, dialling, of_dialling};
    handshake there{handshake::side::accepting, accepting, of_accepting};
    talk(here, there);
    return {end(here), end(there)};
  }
  /// In turns, until neither has anything to say.
  static void talk(handshake& here, handshake& there) {
    for (bool moved = true; moved;) {
      moved = pass(here, there);
      moved = pass(there, here) || moved;
    }
  }
  static bool pass(handshake& from, handshake& to) {
    const auto said = from.take_output();
    std::string_view bytes = said;
    if (to.now() == handshake::state::going) to.feed(bytes);
    return !said.empty();
  }
  static std::string end(const handshake& of) {
    switch (of.now()) {
      case handshake::state::going:
        return "waits";
      case handshake::state::done:
        return "meets node " + std::to_string(of.other().node);
      case handshake::state::refused:
        return "is refused: " + of.why();
      case handshake::state::failed:
        return "refuses: " + of.why();
    }
    return {};
  }
};

}  // namespace lithair::test
