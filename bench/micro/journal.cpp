// Appending to the log on a real disk, by how much is written at once.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "persistence/journaled_log_store.hpp"

namespace lithair::bench {
namespace {

using namespace protocol;

/// A directory of its own on a disk: below TMPDIR or /var/tmp.
class place {
 public:
  place() {
    const auto* const wanted = std::getenv("TMPDIR");
    auto pattern = std::string(wanted == nullptr ? "/var/tmp" : wanted) + "/lithair-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no directory can be made");
    path_ = pattern;
  }
  ~place() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One write of so many entries of 250 B, durable when it returns; what was written is purged and
/// moved home beside the clock.
void journal_append(benchmark::State& state) {
  const place here;
  persistence::journaled_log_store log(here.path(), {}, {});
  const payload data(std::string(250, 'x'));
  const auto count = static_cast<std::uint64_t>(state.range(0));
  index_t last;
  write_token token;
  std::uint64_t written = 0;
  for (auto _ : state) {
    persistence::group_write one{group_id{1}, {++token, {}, {}, {}}};
    if (token.value == 1) one.write.state = hard_state{term_t{1}, {}, false};
    for (std::uint64_t i = 0; i < count; ++i)
      one.write.entries.push_back({++last, term_t{1}, entry_kind::command, {}, data});
    log.write({&one, 1});
    written += count;
    if (!log.wants_settling() && written < 10'000) continue;
    state.PauseTiming();
    written = 0;
    log.settle();
    log.purge(group_id{1}, {.index = last, .term = term_t{1}, .members = {}});
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(journal_append)->Arg(1)->Arg(8)->Arg(64)->Arg(512)->UseRealTime();

}  // namespace
}  // namespace lithair::bench
