// The entry that fuzzers call: whatever bytes a stranger sends to a server, in whatever pieces, it
// hears nothing that was not sealed, holds and says no more than is allowed, and a failure is
// final.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "actors/tls/tls_session.hpp"
#include "test/cluster/harness/certificates.hpp"

namespace {

using namespace lithair::actors;

void demand_of_tls(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

const std::shared_ptr<const tls_context>& fuzzed_context() {
  static const auto made = [] {
    const lithair::test::authority by{"home"};
    const auto own = by.issue();
    return *tls_context::make({{"cert.pem", own.certificate}, {"key.pem", own.key}, {}});
  }();
  return made;
}

}  // namespace

/// The first byte says how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] == 0 ? size : data[0];
  const std::string_view all{reinterpret_cast<const char*>(data) + 1, size - 1};
  tls_session server{fuzzed_context()};
  std::vector<char> plain(size + tls_session::held_back);
  for (std::size_t at = 0; at < all.size(); at += piece) {
    const bool had_failed = server.state() == tls_state::failed;
    const auto heard = server.feed(all.substr(at, piece), plain);
    // Nobody who does not know the keys gets so far as to be heard.
    demand_of_tls(heard == 0, "nothing is heard without keys");
    demand_of_tls(!server.is_open(), "a handshake needs keys");
    demand_of_tls(!had_failed || server.state() == tls_state::failed, "a failure is final");
  }
  demand_of_tls((server.state() == tls_state::failed) == (server.failure() != tls_failure::none),
                "a failure has a reason");
  demand_of_tls(server.output().size() < tls_session::most_answered, "what it says is bounded");
  return 0;
}
