#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <thread>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/import_ledger.hpp"
#include "apps/lithairctl/progress.hpp"
#include "apps/lithairctl/random_key.hpp"
#include "apps/lithairctl/units.hpp"

namespace lithair::ctl {
namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

// Long enough for an election and a restart, and an import is not given up for less.
constexpr milliseconds least_import_timeout{60'000};

struct import_options {
  std::string collection;
  std::string file;
  std::string format;
  std::string position;
  std::string rejects;
  std::size_t batch = 2000;
  std::size_t connections = 4;
  bool skip_errors = false;
  bool restart = false;
};

class importer {
 public:
  importer(session& s, import_options chosen) : s_(s), chosen_(std::move(chosen)) {
    if (chosen_.file != "-") {
      if (chosen_.position.empty()) chosen_.position = chosen_.file + ".position";
      if (chosen_.rejects.empty()) chosen_.rejects = chosen_.file + ".rejected";
      input_.open(chosen_.file, std::ios::binary);
      if (!input_) throw failure(exit_status::usage, "import: " + chosen_.file + " can't be read");
      std::error_code ignored;
      size_ = fs::file_size(chosen_.file, ignored);
    } else if (chosen_.skip_errors && chosen_.rejects.empty()) {
      throw failure(exit_status::usage,
                    "import: say with --rejects where rejected records of standard input go");
    }
    how_ = s.how();
    how_.timeout = std::max(how_.timeout, least_import_timeout);
    how_.patient = true;
    format_ = chosen_.format == "csv" || (chosen_.format.empty() && chosen_.file.ends_with(".csv"))
                  ? file_format::csv
                  : file_format::ndjson;
  }

  exit_status run() {
    caller first(how_);
    import_.target = path_of(first, chosen_.collection) + "/_bulk";
    import_.skip_errors = chosen_.skip_errors;
    auto from = begin();
    import_.id = from.id;
    auto& in = chosen_.file == "-" ? s_.at().in : input_;
    std::optional<record_source> source;
    // Cut as it was: what was sent must be the same again.
    source.emplace(in, format_, file_place{}, from.batch_size);
    std::string head;
    if (format_ == file_format::csv) {
      head = source->head();
      writer_ = item_writer(head, model_of(first, chosen_.collection));
    }
    if (from.place.offset > 0) {
      check_unchanged(from);
      input_.clear();
      input_.seekg(static_cast<std::streamoff>(from.place.offset));
      source.emplace(in, format_, from.place, from.batch_size);
    } else {
      from.place = source->at();
    }
    ledger_.emplace(from,
                    import_ledger::files{chosen_.file == "-" ? "" : chosen_.file, chosen_.position,
                                         chosen_.skip_errors ? chosen_.rejects : "", head});
    known_ahead_ = from.ahead;
    send_all(*source);
    return finish(from);
  }

 private:
  import_position begin() {
    std::optional<import_position> before;
    if (!chosen_.position.empty() && !chosen_.restart) before = read_position(chosen_.position);
    if (!before) {
      import_position made;
      made.id = random_key();
      made.collection = chosen_.collection;
      made.batch_size = chosen_.batch;
      return made;
    }
    if (before->collection != chosen_.collection)
      throw failure(exit_status::conflict, chosen_.position + " is of an import into " +
                                               before->collection + "; --restart begins anew.");
    if (chosen_.file == "-" && before->place.offset > 0)
      throw failure(exit_status::usage, "import: standard input can't be resumed; give the file");
    s_.at().err << fmt::format("Goes on at line {}, behind {} items.\n", before->place.line,
                               human_count(before->imported));
    return *before;
  }

  void check_unchanged(const import_position& from) {
    if (size_ >= from.place.offset && digest_before(input_, from.place.offset) == from.before)
      return;
    throw failure(exit_status::conflict, chosen_.file + " is another than the one that " +
                                             chosen_.position +
                                             " is about; --restart begins anew.");
  }

  /// Whether the batch was imported before the import was resumed. It must be the same then: what
  /// is behind a line that stopped an import would be there twice.
  bool is_known(const file_batch& batch) {
    const auto found = known_ahead_.find(batch.number);
    if (found == known_ahead_.end()) return false;
    if (found->second.digest != digest_of(batch.text))
      throw failure(exit_status::conflict,
                    fmt::format("Lines {} to {} were imported before, and are others now: change "
                                "nothing behind the line that stopped it, and take none away; "
                                "--restart begins anew.",
                                batch.records.front().line, batch.records.back().line));
    ledger_->done(batch, {found->second.imported, {}});
    return true;
  }

  /// False: there is no more, or it has failed.
  bool pass_on(record_source& source, batch_queue& queue) {
    file_batch batch;
    try {
      if (ledger_->has_failed() || !source.next(batch)) return false;
      return is_known(batch) || queue.push(std::move(batch));
    } catch (...) {
      ledger_->failed(source.at().batch, std::current_exception());
      return false;
    }
  }

  void send_all(record_source& source) {
    batch_queue queue(chosen_.connections);
    std::vector<std::jthread> threads;
    // However this ends nobody waits for more.
    struct closing {
      batch_queue& queue;
      bool empty = true;
      ~closing() { queue.close(empty); }
    };
    for (std::size_t i = 0; i < chosen_.connections; ++i)
      threads.emplace_back([this, &queue, i] { work(queue, i); });
    closing end{queue};
    progress shown(s_.at(), "Import");
    while (pass_on(source, queue)) {
      const auto now = ledger_->so_far();
      shown.show(now.place.offset, size_, human_count(now.imported) + " items");
    }
    end.empty = ledger_->has_failed();
  }

  void work(batch_queue& queue, std::size_t which) {
    std::uint64_t number = 0;
    try {
      caller by(how_, which);
      import_sender sender(by, import_, writer_);
      while (const auto batch = queue.pop()) {
        number = batch->number;
        const auto outcome = sender.send(*batch);
        tell(outcome);
        ledger_->done(*batch, outcome);
      }
    } catch (...) {
      ledger_->failed(number, std::current_exception());
      queue.close(true);
    }
  }

  void tell(const batch_outcome& of) {
    constexpr std::uint64_t most_told = 20;
    if (of.rejected.empty()) return;
    const std::lock_guard lock(telling_);
    for (const auto& x : of.rejected) {
      if (++told_ > most_told) return;
      s_.at().err << to_string(x) << '\n';
      if (told_ == most_told) s_.at().err << "… and so on; all are in " << chosen_.rejects << '\n';
    }
  }

  exit_status finish(const import_position& from) {
    const auto now = ledger_->settle();
    try {
      ledger_->rethrow();
    } catch (const failure& why) {
      const auto kept = chosen_.position.empty()
                            ? std::string{}
                            : fmt::format("\nImported so far: {}. Run it again to go on.",
                                          human_count(now.imported));
      throw failure(why.status(), why.what() + kept, why.document());
    }
    std::error_code ignored;
    if (!chosen_.position.empty()) fs::remove(chosen_.position, ignored);
    if (chosen_.skip_errors && now.rejected == 0) fs::remove(chosen_.rejects, ignored);
    const auto seconds = std::chrono::duration<double>(clock::now() - began_).count();
    const auto done = now.imported - from.imported;
    if (s_.json())
      s_.at().out << fmt::format(R"({{"imported":{},"rejected":{},"seconds":{:.3f}}})",
                                 now.imported, now.rejected, seconds)
                  << '\n';
    else
      s_.at().out << fmt::format(
          "Imported {} items in {:.1f} s ({}/s){}.\n", human_count(now.imported), seconds,
          human_count(
              static_cast<std::uint64_t>(static_cast<double>(done) / std::max(seconds, 0.001))),
          now.rejected == 0
              ? ""
              : fmt::format("; {} rejected, see {}", human_count(now.rejected), chosen_.rejects));
    return now.rejected == 0 ? exit_status::ok : exit_status::failed;
  }

  session& s_;
  import_options chosen_;
  std::ifstream input_;
  std::uint64_t size_ = 0;
  calling how_;
  file_format format_ = file_format::ndjson;
  import_identity import_;
  item_writer writer_;
  std::optional<import_ledger> ledger_;
  std::map<std::uint64_t, batch_ahead> known_ahead_;
  std::mutex telling_;
  std::uint64_t told_ = 0;
  clock::time_point began_ = clock::now();
};

}  // namespace

void add_import(command_line& to) {
  auto* made = add_command(
      to, "import", "Items of a file; interrupted, it goes on where it was, and nothing is twice",
      "  lithairctl import products products.ndjson\n"
      "  lithairctl import products products.csv --skip-errors\n"
      "  zcat products.ndjson.gz | lithairctl import products -\n");
  auto options = std::make_shared<import_options>();
  made->add_option("COLLECTION", options->collection, "its name, or its path")->required();
  made->add_option("FILE", options->file, "an item a line; or - for standard input")->required();
  made->add_option("--format", options->format, "ndjson or csv (by the file's name)")
      ->check(CLI::IsMember({"ndjson", "csv"}))
      ->type_name("FORMAT");
  made->add_flag("--skip-errors", options->skip_errors,
                 "go on behind what the cluster refuses (exit 1 at the end)");
  made->add_option("--rejects", options->rejects, "where that goes (FILE.rejected)")
      ->type_name("FILE");
  made->add_option("--position", options->position, "how far it is (FILE.position)")
      ->type_name("FILE");
  made->add_flag("--restart", options->restart, "from the beginning, whatever the position says");
  made->add_option("--batch", options->batch, "items of one request (2000)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  made->add_option("--connections", options->connections, "requests at a time (4)")
      ->check(CLI::Range(1, 64))
      ->type_name("N");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return importer(s, *options).run(); };
  });
}

}  // namespace lithair::ctl
