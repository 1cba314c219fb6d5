// A round trip over loopback through parser, router and an actor that stands for the node; the
// client waits for each answer. bench/http_roundtrip drives many connections at once.

#include <benchmark/benchmark.h>

#include "test/http/served.hpp"

namespace lithair::bench {
namespace {

using namespace http::test;

void http_round_trip(benchmark::State& state) {
  served server{{}, 1};
  client through{server.port()};
  if (through.ask("POST", "/api/products", "", R"({"id":"p1","name":"tea","stock":3})").status !=
      201) {
    state.SkipWithError("nothing was stored");
    return;
  }
  for (auto _ : state) {
    if (through.ask("GET", "/api/products/p1").status == 200) continue;
    state.SkipWithError("a read was not answered");
    break;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(http_round_trip)->UseRealTime();

}  // namespace
}  // namespace lithair::bench
