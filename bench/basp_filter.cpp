// What the filter before CAF's middleman costs: frames of several lengths, whole and cut, through
// one conversation, by time of the processor.
//
//     basp_filter [seconds]

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "actors/links/basp_filter.hpp"
#include "test/actors/fuzz/basp_frames.hpp"

using namespace lithair;
using namespace lithair::test;

namespace {

actors::basp_filter talking() {
  const auto here = basp::node(1);
  const auto there = basp::node(2);
  actors::basp_filter result{here, basp::shapes()};
  std::string passed;
  if (!result.to_peer(basp::introduction(here, 6), passed) ||
      !result.from_peer(basp::introduction(there, 16), passed))
    std::abort();
  return result;
}

// `text` bytes in each message, `piece` at a time; 0: a frame.
void measure(std::size_t text, std::size_t piece, double seconds) {
  const auto frame = basp::message(
      9, 6, "@<>+give", basp::text(std::string(text, 'x')) + basp::actor(9, basp::node(2)));
  auto filter = talking();
  std::string passed;
  std::size_t frames = 0;
  const auto begin = std::clock();
  double took = 0;
  for (; took < seconds; took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC)
    for (int batch = 0; batch < 64; ++batch, ++frames) {
      passed.clear();
      std::string_view left = frame;
      while (!left.empty()) {
        const auto now = left.substr(0, piece == 0 ? left.size() : piece);
        if (!filter.from_peer(now, passed)) std::abort();
        left.remove_prefix(now.size());
      }
      if (passed.size() != frame.size()) std::abort();
    }
  std::printf("%8zu bytes in pieces of %6zu: %8.0f ns a frame, %8.0f MB/s\n", frame.size(),
              piece == 0 ? frame.size() : piece, 1e9 * took / static_cast<double>(frames),
              static_cast<double>(frames * frame.size()) / took / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  for (const std::size_t text : {64, 1024, 64 * 1024, 1000 * 1024})
    for (const std::size_t piece : {0, 100, 32 * 1024}) measure(text, piece, seconds);
}
