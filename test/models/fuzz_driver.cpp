#include <cstdio>
#include <cstdlib>
#include <random>

#include "test/models/fuzz.hpp"

namespace lithair::fuzz {

namespace {

/// Changes an input a little, always in the same way for the same numbers drawn.
class mutator {
 public:
  explicit mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)) {}

  std::string next() {
    std::string made = seeds_[below(seeds_.size())];
    for (std::size_t steps = below(6); steps > 0; --steps) {
      step(made);
    }
    return made;
  }

 private:
  void step(std::string& x) {
    static constexpr std::string_view marks = "{}[]\",:\\=&.-+0e\n#'%\0\xff\x80\xc1\xdf";
    const std::size_t at = below(x.size() + 1);
    switch (below(6)) {
      case 0:
        x.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 1:
        x.insert(at, 1, marks[below(marks.size())]);
        break;
      case 2:
        x.erase(at, below(8));
        break;
      case 3:
        x.insert(at, x.substr(below(x.size() + 1), below(40)));
        break;
      case 4: {
        const std::string& other = seeds_[below(seeds_.size())];
        x.replace(at, std::string::npos, other.substr(below(other.size() + 1)));
        break;
      }
      default:
        if (at < x.size()) {
          x[at] = static_cast<char>(x[at] ^ (1 << below(8)));
        }
    }
  }

  std::size_t below(std::size_t bound) { return chance_() % bound; }

  std::vector<std::string> seeds_;
  std::mt19937_64 chance_{20260101};
};

}  // namespace

void broken(const char* promise) {
  std::fprintf(stderr, "a promise does not hold: %s\n", promise);
  std::abort();
}

}  // namespace lithair::fuzz

#ifndef LITHAIR_FUZZ
int main(int argc, char** argv) {
  const auto run = [](const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  };
  for (const auto& seed : lithair::fuzz::seeds()) {
    run(seed);
  }
  lithair::fuzz::mutator inputs(lithair::fuzz::seeds());
  for (long left = argc > 1 ? std::atol(argv[1]) : 10'000; left > 0; --left) {
    run(inputs.next());
  }
}
#endif
