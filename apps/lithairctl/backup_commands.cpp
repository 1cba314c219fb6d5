#include <CLI/CLI.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include <spdlog/fmt/fmt.h>

#include "apps/lithair/options.hpp"
#include "apps/lithair/restore.hpp"
#include "apps/lithairctl/backup_file.hpp"
#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/progress.hpp"
#include "apps/lithairctl/table.hpp"
#include "apps/lithairctl/units.hpp"
#include "models/declaration/model_file.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::ctl {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

struct backup_options {
  std::string file;
  std::string data_dir;
  std::string node_id = "1";
  std::string addr = "127.0.0.1:8080";
  std::string models;
  bool overwrite = false;
};

json::object contents_json(const backup_contents& of, const std::string& file) {
  json::object items;
  for (const auto& [name, count] : of.items) items[name] = count;
  return {{"file", file},      {"cluster_id", fmt::format("{:016x}", of.cluster)},
          {"index", of.index}, {"term", of.term},
          {"bytes", of.bytes}, {"checksum", fmt::format("{:016x}", of.checksum)},
          {"pairs", of.pairs}, {"items", std::move(items)}};
}

void show_contents(session& s, const backup_contents& of, const std::string& file) {
  if (s.json()) {
    s.at().out << json::serialize(contents_json(of, file)) << '\n';
    return;
  }
  s.at().out << fmt::format("{}: sound, {}, cluster {:016x} as of index {}, term {}\n", file,
                            human_bytes(of.bytes), of.cluster, human_count(of.index), of.term);
  table rows({"MODEL", "ITEMS"});
  for (const auto& [name, count] : of.items) rows.add({name, human_count(count)});
  s.at().out << rows.text();
}

/// Where the bytes go until they are whole and proved.
class half_made {
 public:
  explicit half_made(const std::string& file) : path_(file + ".partial") {}
  ~half_made() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  half_made(const half_made&) = delete;
  half_made& operator=(const half_made&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// All of the answer's body into the file, durably.
std::uint64_t receive(session& s, const std::string& path) {
  std::optional<persistence::file> into;
  std::uint64_t size = 0;
  progress shown(s.at(), "Backup");
  request what{.target = "/_admin/backup"};
  what.silence = std::chrono::seconds{600};  // a checkpoint is made first
  what.begin = [&] {
    into.emplace(path, persistence::file::mode::create);
    size = 0;
  };
  what.sink = [&](std::string_view piece, const reply& so_far) {
    into->write(size, piece);
    size += piece.size();
    shown.show(size, std::strtoull(so_far.header("content-length").c_str(), nullptr, 10),
               human_bytes(size));
    return true;
  };
  (void)s.cluster().expect(what);
  into->sync();
  return size;
}

exit_status make_backup(session& s, const backup_options& chosen) {
  std::error_code error;
  if (!chosen.overwrite && fs::exists(chosen.file, error))
    throw failure(exit_status::conflict, chosen.file + " is there already; see --overwrite.");
  const half_made partial(chosen.file);
  (void)receive(s, partial.path());
  const auto contents = contents_of(partial.path());
  persistence::move_file(partial.path(), chosen.file);
  show_contents(s, contents, chosen.file);
  return exit_status::ok;
}

exit_status verify_backup(session& s, const backup_options& chosen) {
  show_contents(s, contents_of(chosen.file), chosen.file);
  return exit_status::ok;
}

/// The words of lithair_node, which judges them, and by which the new node is started.
exit_status restore_backup(session& s, const backup_options& chosen) {
  const std::vector<const char*> words{
      "lithair_node",          "--restore", chosen.file.c_str(),    "--data-dir",
      chosen.data_dir.c_str(), "--node-id", chosen.node_id.c_str(), "--addr",
      chosen.addr.c_str(),     "--insecure"};
  const apps::program node{"lithair_node", LITHAIR_VERSION, false};
  auto options = apps::read_options(node, words, {});
  if (!options) throw failure(exit_status::usage, options.error().text);
  options->models_file = chosen.models;
  std::optional<models::schema> declared;
  if (!chosen.models.empty()) {
    auto read = models::load_model_file(chosen.models);
    if (!read) throw failure(exit_status::usage, to_string(read.error().front()));
    declared = std::move(*read);
  }
  const auto said = apps::restore(node, *options, declared ? &*declared : nullptr);
  s.at().out << said << '\n';
  return exit_status::ok;
}

exit_status make_snapshot(session& s) {
  auto how = s.how();
  how.timeout = std::max(how.timeout, milliseconds{600'000});
  caller by(how);
  const auto got = by.expect({.method = "POST", .target = "/_admin/snapshot"});
  if (s.json()) {
    s.at().out << got.body << '\n';
    return exit_status::ok;
  }
  const auto said = object_of(got);
  s.at().out << fmt::format("{} made a checkpoint of everything up to index {}: {}\n",
                            by.current().authority, human_count(number_in(said, "index")),
                            human_bytes(number_in(said, "bytes")));
  return exit_status::ok;
}

using backup_action = exit_status (*)(session&, const backup_options&);

/// What the disk says is no wrong usage.
exit_status with_disk(backup_action what, session& s, const backup_options& chosen) {
  try {
    return what(s, chosen);
  } catch (const persistence::storage_error& error) {
    throw failure(exit_status::failed, error.what());
  }
}

std::shared_ptr<backup_options> begin_backup(CLI::App* made, action& chosen, backup_action what) {
  auto options = std::make_shared<backup_options>();
  made->add_option("FILE", options->file, "of the backup")->required();
  made->callback([options, what, &chosen] {
    chosen = [options, what](session& s) { return with_disk(what, s, *options); };
  });
  return options;
}

}  // namespace

void add_backups(command_line& to) {
  auto* backing = add_command(to, "backup", "All that is replicated, as one file",
                              "  lithairctl backup shop-$(date +%F).backup\n"
                              "  lithairctl backup latest.backup --overwrite\n");
  const auto options = begin_backup(backing, to.chosen, make_backup);
  backing->add_flag("--overwrite", options->overwrite, "replace a file that is there");

  auto* verifying = add_command(to, "verify", "Whether a backup is sound, and what is in it",
                                "  lithairctl verify shop.backup\n");
  (void)begin_backup(verifying, to.chosen, verify_backup);

  auto* restoring =
      add_command(to, "restore", "Make a data directory of a backup: of a new cluster of one",
                  "  lithairctl restore shop.backup --data-dir ./n1\n"
                  "  lithairctl restore shop.backup --data-dir ./n1 --node-id 1 "
                  "--addr 10.0.0.1:8080 --models shop.toml\n");
  const auto restored = begin_backup(restoring, to.chosen, restore_backup);
  restoring->add_option("--data-dir", restored->data_dir, "of the new node; must hold nothing")
      ->type_name("DIR")
      ->required();
  restoring->add_option("--node-id", restored->node_id, "of the new node (1)")->type_name("N");
  restoring->add_option("--addr", restored->addr, "where it is to be found (127.0.0.1:8080)")
      ->type_name("HOST:PORT");
  restoring->add_option("--models", restored->models, "check that these can serve it")
      ->type_name("FILE");

  auto* keeping = add_command(to, "snapshot", "Have a node make a checkpoint now",
                              "  lithairctl snapshot --endpoints 10.0.0.2:8080\n");
  keeping->callback([&chosen = to.chosen] { chosen = make_snapshot; });
}

}  // namespace lithair::ctl
