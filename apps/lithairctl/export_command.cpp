#include <CLI/CLI.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <filesystem>
#include <future>
#include <memory>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/csv.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/filters.hpp"
#include "apps/lithairctl/item_model.hpp"
#include "apps/lithairctl/page_text.hpp"
#include "apps/lithairctl/progress.hpp"
#include "apps/lithairctl/record_source.hpp"
#include "apps/lithairctl/units.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::ctl {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using clock = std::chrono::steady_clock;

constexpr milliseconds least_export_timeout{60'000};
constexpr std::chrono::milliseconds between_export_saves{500};

struct export_options {
  std::string collection;
  std::vector<std::string> filters;
  std::string output;
  std::string format;
  std::string fields;
  bool restart = false;
};

/// How far an export is, beside its file.
struct export_position {
  std::string query;  ///< what is exported: it goes on only where that is the same
  std::string next;
  std::uint64_t bytes = 0;
  std::uint64_t items = 0;
};

std::string position_text(const export_position& x) {
  return pretty(json::object{
             {"query", x.query}, {"next", x.next}, {"bytes", x.bytes}, {"items", x.items}}) +
         '\n';
}

class exporter {
 public:
  exporter(session& s, const export_options& chosen) : s_(s), chosen_(chosen) {
    auto how = s.how();
    how.timeout = std::max(how.timeout, least_export_timeout);
    how.patient = true;
    by_.emplace(how);
    format_ = chosen.format == "csv" || (chosen.format.empty() && chosen.output.ends_with(".csv"))
                  ? file_format::csv
                  : file_format::ndjson;
  }

  exit_status run() {
    query_text query;
    query.add_filters(chosen_.filters);
    query.add_known("fields", chosen_.fields);
    const auto path = path_of(*by_, chosen_.collection);
    total_ =
        number_in(object_of(by_->expect(s_.reading(path + "/count" + filters_alone()))), "count");
    query.add("take", "1000");
    query.add("total", "false");
    at_.query = path + query.text() + (format_ == file_format::csv ? " csv" : "");
    open_output();
    begun_with_ = at_.items;
    if (format_ == file_format::csv) read_columns();
    copy(path, query);
    return finish();
  }

 private:
  std::string filters_alone() const {
    query_text made;
    made.add_filters(chosen_.filters);
    return made.text();
  }
  std::string position_file() const { return chosen_.output + ".position"; }
  std::string partial() const { return chosen_.output + ".partial"; }

  void open_output() {
    if (chosen_.output.empty()) return;
    std::error_code ignored;
    if (fs::exists(chosen_.output, ignored) && !chosen_.restart)
      throw failure(exit_status::conflict,
                    chosen_.output + " is there already; --restart replaces it.");
    resume();
    into_.emplace(partial(), persistence::file::mode::create_or_open);
    into_->truncate(at_.bytes);
    if (at_.items > 0) s_.at().err << "Goes on behind " << human_count(at_.items) << " items.\n";
  }

  void resume() {
    const auto kept = persistence::read_file(position_file());
    if (!kept || chosen_.restart) return;
    boost::system::error_code error;
    const auto parsed = json::parse(*kept, error);
    if (error || !parsed.is_object()) return;
    const auto& x = parsed.get_object();
    std::error_code missing;
    const auto size = fs::file_size(partial(), missing);
    if (text_in(x, "query") != at_.query || missing || size < number_in(x, "bytes")) return;
    at_ = {at_.query, text_in(x, "next"), number_in(x, "bytes"), number_in(x, "items")};
  }

  void read_columns() {
    model_ = model_of(*by_, chosen_.collection);
    for (const auto& each : model_.fields()) columns_.push_back(each.name);
    if (!chosen_.fields.empty()) {
      columns_.clear();
      for (std::size_t begin = 0; begin <= chosen_.fields.size();) {
        const auto end = std::min(chosen_.fields.find(',', begin), chosen_.fields.size());
        columns_.push_back(chosen_.fields.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    if (at_.bytes > 0) return;
    std::string head;
    for (std::size_t i = 0; i < columns_.size(); ++i) add_csv(head, columns_[i], i == 0);
    write(head + "\r\n");
  }

  /// The next page is asked for while this one is written.
  void copy(const std::string& path, const query_text& query) {
    const auto ask = [this, path, query](const std::string& after) {
      auto asked = query;
      asked.add_known("after", after);
      return by_->expect(s_.reading(path + asked.text())).body;
    };
    progress shown(s_.at(), "Export");
    auto coming = std::async(std::launch::async, ask, at_.next);
    for (bool more = true; more;) {
      const auto body = coming.get();
      const auto page = read_page(body);
      more = !page.next.empty();
      if (more) coming = std::async(std::launch::async, ask, page.next);
      std::string text;
      text.reserve(body.size());
      for (const auto item : page.items) add_item(text, item);
      write(text);
      at_.items += page.items.size();
      at_.next = page.next;
      if (more) save();
      shown.show(at_.items, total_, human_count(at_.items) + " items");
      if (!into_ && !s_.at().out) throw failure(exit_status::failed, "Nobody takes the output.");
    }
  }

  void add_item(std::string& to, std::string_view item) const {
    if (format_ == file_format::ndjson) {
      to += item;
      to += '\n';
      return;
    }
    const auto parsed = json::parse(json::string_view(item.data(), item.size()));
    const auto& fields = parsed.as_object();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto* x = fields.if_contains(columns_[i]);
      const auto* field = model_.find(columns_[i]);
      // Of any JSON text has its quotes, that it is told from a number.
      const bool is_json = field != nullptr && field->kind == field_kind::json;
      if (x != nullptr)
        add_csv(to, is_json ? json::serialize(*x) : cell_of(*x), i == 0);
      else if (i > 0)
        to += ',';
    }
    to += "\r\n";
  }

  void write(std::string_view text) {
    if (into_)
      into_->write(at_.bytes, text);
    else
      s_.at().out << text;
    at_.bytes += text.size();
  }

  void save() {
    const auto now = clock::now();
    if (!into_ || now < next_save_) return;
    next_save_ = now + between_export_saves;
    into_->sync();
    persistence::replace_file(position_file(), position_text(at_));
  }

  exit_status finish() {
    if (!into_) {
      s_.at().out.flush();
      return exit_status::ok;
    }
    into_->sync();
    persistence::move_file(partial(), chosen_.output);
    std::error_code ignored;
    fs::remove(position_file(), ignored);
    const auto seconds = std::chrono::duration<double>(clock::now() - began_).count();
    const auto done = static_cast<double>(at_.items - begun_with_);
    if (s_.json())
      s_.at().out << fmt::format(R"({{"exported":{},"bytes":{},"seconds":{:.3f}}})", at_.items,
                                 at_.bytes, seconds)
                  << '\n';
    else
      s_.at().out << fmt::format(
          "Exported {} items, {}, in {:.1f} s ({}/s).\n", human_count(at_.items),
          human_bytes(at_.bytes), seconds,
          human_count(static_cast<std::uint64_t>(done / std::max(seconds, 0.001))));
    return exit_status::ok;
  }

  session& s_;
  const export_options& chosen_;
  std::optional<caller> by_;
  file_format format_ = file_format::ndjson;
  std::optional<persistence::file> into_;
  item_model model_;
  std::vector<std::string> columns_;
  export_position at_;
  std::uint64_t begun_with_ = 0;
  std::uint64_t total_ = 0;
  clock::time_point next_save_ = clock::now() + between_export_saves;
  clock::time_point began_ = clock::now();
};

exit_status run_export(session& s, const export_options& chosen) {
  try {
    return exporter(s, chosen).run();
  } catch (const persistence::storage_error& error) {
    throw failure(exit_status::failed, error.what());
  }
}

}  // namespace

void add_export(command_line& to) {
  auto* made = add_command(
      to, "export", "Items of a collection into a file; interrupted, it goes on where it was",
      "  lithairctl export products -o products.ndjson\n"
      "  lithairctl export products state=live --fields name,price -o live.csv\n"
      "  lithairctl export products | gzip > products.ndjson.gz\n");
  auto options = std::make_shared<export_options>();
  made->add_option("COLLECTION", options->collection, "its name, or its path")->required();
  made->add_option("FILTER", options->filters, "as of list");
  made->add_option("-o,--output", options->output, "else standard output")->type_name("FILE");
  made->add_option("--format", options->format, "ndjson or csv (by the file's name)")
      ->check(CLI::IsMember({"ndjson", "csv"}))
      ->type_name("FORMAT");
  made->add_option("--fields", options->fields, "these alone")->type_name("FIELDS");
  made->add_flag("--restart", options->restart, "from the beginning, and replace what is there");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return run_export(s, *options); };
  });
}

}  // namespace lithair::ctl
