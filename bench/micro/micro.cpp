// What single steps cost. --help tells the options of Google's benchmark, of which
// --benchmark_filter=REGEX and --benchmark_repetitions=5 are the most useful.

#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
