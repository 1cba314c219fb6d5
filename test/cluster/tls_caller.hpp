#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/tls_session.hpp"
#include "test/actors/links/stranger.hpp"
#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/certificates.hpp"

namespace lithair::test {

/// Somebody who comes to a peer port by TLS, as whoever holds `own`.
class tls_caller {
 public:
  tls_caller(std::uint16_t port, const identity& own, const std::string& authorities,
             const std::string& protocol = actors::link_protocol,
             const std::string& host = "127.0.0.1")
      : socket_(port, host), session_(context_of(own, authorities, protocol)) {}

  /// Meets the node as `ours` would, and how that ends.
  std::string meet(const actors::link_hello& ours) {
    const actors::handshake::judge judge{{}, two_ends::unproven};
    actors::handshake mine{actors::handshake::side::dialling, ours, judge};
    std::vector<char> plain(16 * 1024 + actors::tls_session::held_back);
    while (mine.now() == actors::handshake::state::going) {
      if (session_.is_open()) session_.encrypt(mine.take_output());
      socket_.say(session_.take_output());
      const auto came = socket_.told_next();
      if (came.empty()) return "nothing more is said";
      std::string_view heard{plain.data(), session_.feed(came, plain)};
      if (session_.state() == actors::tls_state::failed)
        return std::string{name_of(session_.failure())} + ": " + session_.why_failed();
      mine.feed(heard);
    }
    return two_ends::end(mine);
  }

 private:
  static std::shared_ptr<const actors::tls_context> context_of(const identity& own,
                                                               const std::string& authorities,
                                                               const std::string& protocol) {
    auto how = actors::link_usage();
    how.role = actors::tls_role::client;
    how.among_equals = false;
    how.protocol = protocol;
    how.needs_protocol = false;
    const auto made = actors::tls_context::make(
        {{"cert", own.certificate}, {"key", own.key}, {{"ca", authorities}}}, how);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
    return *made;
  }

  stranger socket_;
  actors::tls_session session_;
};

/// As a node of no cluster yet would greet node 1.
inline actors::link_hello hello_from(std::uint64_t node) {
  auto made = hello_of(node, 1);
  made.cluster = 0;
  return made;
}

/// Strangers of each kind in turn: who says nothing, a part of a greeting byte by byte, all of it,
/// or a record that never ends.
inline std::vector<std::unique_ptr<stranger>> slow_strangers(
    std::size_t count, std::uint16_t port, const std::string& authorities,
    const std::string& host = "127.0.0.1") {
  auto how = actors::link_usage();
  how.role = actors::tls_role::client;
  how.among_equals = false;
  const auto whole =
      actors::tls_session{*actors::tls_context::make({{}, {}, {{"ca", authorities}}}, how)}
          .take_output();
  std::vector<std::unique_ptr<stranger>> made;
  for (std::size_t n = 0; n < count; ++n) {
    made.push_back(std::make_unique<stranger>(port, host));
    auto& each = *made.back();
    if (n % 4 == 1)
      for (std::size_t i = 0; i < 20; ++i) each.say(whole.substr(i, 1));
    if (n % 4 == 2) each.say(whole);
    if (n % 4 == 3) each.say("\x16\x03\x01\x40\xff\x01" + std::string(16'000, 'x'));
  }
  return made;
}

/// Writes through one node until it goes; each has to be answered.
class writer {
 public:
  /// `enters`: what the thread does first, and holds until its end.
  writer(
      const cluster& nodes, std::size_t through,
      std::function<std::shared_ptr<void>()> enters = [] { return std::shared_ptr<void>{}; })
      : thread_([this, &nodes, through, enters = std::move(enters)] {
          const auto there = enters();
          auto client = nodes.client(through);
          while (!stopped_) {
            const auto got =
                client.post(products, product("load " + std::to_string(fine + failed)));
            ++(got.status == 201 ? fine : failed);
          }
        }) {}
  ~writer() {
    stopped_ = true;
    thread_.join();
  }
  std::atomic<std::size_t> fine{0};
  std::atomic<std::size_t> failed{0};

 private:
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace lithair::test
