#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <ostream>
#include <random>
#include <thread>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/item_sampler.hpp"
#include "apps/lithairctl/latencies.hpp"
#include "apps/lithairctl/progress.hpp"
#include "apps/lithairctl/random_key.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace json = boost::json;
using clock = std::chrono::steady_clock;

constexpr std::size_t most_remembered = 1'000'000;

struct bench_options {
  std::string collection;
  std::size_t connections = 8;
  std::uint64_t seconds = 10;
  std::size_t size = 100;
  double read_share = 0.5;
  std::string item;
  bool yes = false;
  bool clean = false;
};

/// What one connection did.
struct share {
  latencies reads;
  latencies writes;
  std::uint64_t failed = 0;
  std::string why;
  std::vector<std::string> made;  // keys
};

class load {
 public:
  load(session& s, const bench_options& chosen)
      : s_(s), chosen_(chosen), how_(s.how()), first_(how_), mark_(random_key().substr(0, 8)) {
    path_ = path_of(first_, chosen.collection);
    if (chosen.item.empty()) {
      sampler_.emplace(model_of(first_, chosen.collection), chosen.size, mark_);
    } else {
      sampler_.emplace(chosen.item, mark_);
    }
    if (!sampler_->trouble().empty())
      throw failure(exit_status::usage,
                    "bench: " + sampler_->trouble() + "; say --item '{\"…\":\"{n}\"}'");
  }

  exit_status run() {
    const auto plan = fmt::format(
        "{} connections write to {} for {} s, {:.0f} % of their requests read. What they make {}.",
        chosen_.connections, path_, chosen_.seconds, chosen_.read_share * 100,
        chosen_.clean ? "is deleted at the end" : "stays");
    if (!chosen_.yes)
      s_.at().must_type(chosen_.collection, plan + "\nIts first item: " + sampler_->make(0));
    // What does not fit is told once, and before it is measured.
    share trial;
    if (!create(first_, trial))
      throw failure(exit_status::failed, trial.why + "\nSay --item '{\"…\":\"{n}\"}'.");
    std::vector<share> shares(chosen_.connections);
    const auto seconds = measure(shares);
    shares.front().made.insert(shares.front().made.end(), trial.made.begin(), trial.made.end());
    tell(shares, seconds);
    if (chosen_.clean) clean(shares);
    for (const auto& x : shares)
      if (x.failed > 0) return exit_status::failed;
    return exit_status::ok;
  }

 private:
  double measure(std::vector<share>& shares) {
    const auto began = clock::now();
    const auto end = began + std::chrono::seconds{chosen_.seconds};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < shares.size(); ++i)
      threads.emplace_back([this, &into = shares[i], i, end] { work(into, i, end); });
    progress shown(s_.at(), "Bench");
    for (auto now = began; now < end; now = clock::now()) {
      const auto ms = std::chrono::duration_cast<milliseconds>(now - began).count();
      shown.show(static_cast<std::uint64_t>(ms), chosen_.seconds * 1000);
      std::this_thread::sleep_for(
          std::min(milliseconds{200}, std::chrono::ceil<milliseconds>(end - now)));
    }
    threads.clear();
    return std::chrono::duration<double>(clock::now() - began).count();
  }

  void work(share& into, std::size_t which, clock::time_point end) {
    std::minstd_rand random(static_cast<unsigned>(which + 1));
    try {
      caller by(how_, which);
      while (clock::now() < end) {
        const bool reads = std::uniform_real_distribution{}(random) < chosen_.read_share;
        if (!reads || into.made.empty()) {
          (void)create(by, into);
          continue;
        }
        const auto at = std::uniform_int_distribution<std::size_t>{0, into.made.size() - 1}(random);
        timed(into, into.reads, by, s_.reading(path_ + '/' + percent_encoded(into.made[at])));
      }
    } catch (const std::exception& error) {
      ++into.failed;
      into.why = error.what();
    }
  }

  /// The answer where it is a good one.
  static std::optional<reply> timed(share& into, latencies& of, caller& by, const request& what) {
    const auto began = clock::now();
    try {
      auto got = by.expect(what);
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - began);
      of.add(static_cast<std::uint64_t>(took.count()));
      return got;
    } catch (const failure& why) {
      ++into.failed;
      into.why = why.what();
      return std::nullopt;
    }
  }

  bool create(caller& by, share& into) {
    const auto number = next_.fetch_add(1);
    const auto got = timed(into, into.writes, by,
                           {.method = "POST",
                            .target = path_,
                            .body = sampler_->make(number),
                            .headers = {{"Idempotency-Key", random_key()}}});
    if (!got) return false;
    const auto location = got->header("location");
    if (into.made.size() < most_remembered)
      into.made.push_back(location.substr(location.rfind('/') + 1));
    return true;
  }

  void tell(const std::vector<share>& shares, double seconds) const {
    latencies reads;
    latencies writes;
    std::uint64_t failed = 0;
    std::string why;
    for (const auto& x : shares) {
      reads.add(x.reads);
      writes.add(x.writes);
      failed += x.failed;
      if (!x.why.empty()) why = x.why;
    }
    if (s_.json()) {
      const auto told = [seconds](const latencies& x) {
        return json::object{
            {"count", x.count()},         {"per_second", static_cast<double>(x.count()) / seconds},
            {"p50_us", x.quantile(0.5)},  {"p90_us", x.quantile(0.9)},
            {"p99_us", x.quantile(0.99)}, {"p999_us", x.quantile(0.999)},
            {"max_us", x.most()}};
      };
      s_.at().out << pretty(json::object{{"seconds", seconds},
                                         {"writes", told(writes)},
                                         {"reads", told(reads)},
                                         {"failed", failed}})
                  << '\n';
      return;
    }
    table rows({"WHAT", "COUNT", "PER SECOND", "P50 ms", "P90 ms", "P99 ms", "P99.9 ms", "MAX ms"});
    const auto ms = [](std::uint64_t us) {
      return fmt::format("{:.2f}", static_cast<double>(us) / 1000);
    };
    const auto add = [&](const char* what, const latencies& x) {
      const auto rate = static_cast<double>(x.count()) / seconds;
      rows.add({what, human_count(x.count()), human_count(static_cast<std::uint64_t>(rate)),
                ms(x.quantile(0.5)), ms(x.quantile(0.9)), ms(x.quantile(0.99)),
                ms(x.quantile(0.999)), ms(x.most())});
    };
    add("writes", writes);
    add("reads", reads);
    s_.at().out << rows.text(s_.at().width);
    if (failed > 0) s_.at().err << failed << " failed; the last: " << why << '\n';
  }

  void clean(const std::vector<share>& shares) {
    progress shown(s_.at(), "Deletes");
    std::uint64_t done = 0;
    for (const auto& x : shares)
      for (const auto& key : x.made) {
        (void)first_.call({.method = "DELETE",
                           .target = path_ + '/' + key,
                           .headers = {{"Idempotency-Key", random_key()}}});
        shown.show(++done, next_.load());
      }
  }

  session& s_;
  const bench_options& chosen_;
  calling how_;
  caller first_;
  std::string mark_;
  std::string path_;
  std::optional<item_sampler> sampler_;
  std::atomic<std::uint64_t> next_{0};
};

}  // namespace

void add_bench(command_line& to) {
  auto* made = add_command(
      to, "bench", "A small load, and how long its requests take",
      "  lithairctl bench products --connections 16 --seconds 10 --yes --clean\n"
      "  lithairctl bench orders --item '{\"customer\":\"c{n}\",\"amount\":\"1\"}' --yes\n");
  auto options = std::make_shared<bench_options>();
  made->add_option("COLLECTION", options->collection, "that it writes to")->required();
  made->add_option("--connections", options->connections, "that ask at a time (8)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  made->add_option("--seconds", options->seconds, "how long (10)")
      ->check(CLI::Range(1, 3600))
      ->type_name("N");
  made->add_option("--size", options->size, "bytes of an item's text, about (100)")
      ->check(CLI::Range(0, 100'000))
      ->type_name("BYTES");
  made->add_option("--read-share", options->read_share, "of all requests, 0 to 1 (0.5)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("PART");
  made->add_option("--item", options->item, "in JSON, {n} stands for a number of its own")
      ->type_name("JSON");
  made->add_flag("--clean", options->clean, "delete what it made");
  made->add_flag("--yes", options->yes, "don't ask");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return load(s, *options).run(); };
  });
}

}  // namespace lithair::ctl
