#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>

#include "apps/lithairctl/commands.hpp"
#include "apps/lithairctl/random_key.hpp"
#include "apps/lithairctl/starting_files.hpp"
#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::ctl {
namespace {

namespace fs = std::filesystem;

struct new_options {
  std::string name;
  std::string dir;
};

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 40 && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

/// A secret for its owner alone.
void write_file(const fs::path& file, const std::string& text, bool secret) {
  if (secret) return persistence::replace_file(file, text);
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush))
    throw failure(exit_status::failed, file.string() + " can't be written.");
}

exit_status make_new(session& s, const new_options& chosen) {
  if (!is_name(chosen.name))
    throw failure(exit_status::usage,
                  "new: a name has small letters, digits, - and _, and begins with a letter");
  const fs::path dir = chosen.dir.empty() ? chosen.name : chosen.dir;
  const auto files = starting_files(chosen.name, random_key() + random_key());
  try {
    // All or none: what is half there is no start.
    for (const auto& [name, text] : files)
      if (persistence::read_file(dir / name))
        throw failure(exit_status::conflict,
                      (dir / name).string() + " is there already; nothing was written.");
    persistence::make_directory(dir);
    for (const auto& [name, text] : files) {
      write_file(dir / name, text, name == secret_file);
      s.at().out << (dir / name).string() << '\n';
    }
  } catch (const persistence::storage_error& error) {
    throw failure(exit_status::failed, error.what());
  }
  s.at().err << "Go on with " << (dir / "README.md").string() << ".\n";
  return exit_status::ok;
}

}  // namespace

void add_new(command_line& to) {
  auto* made = add_command(to, "new", "Files to start with: models, three nodes, what to do next",
                           "  lithairctl new shop\n  lithairctl new shop --dir ./here\n");
  auto options = std::make_shared<new_options>();
  made->add_option("NAME", options->name, "of the service")->required();
  made->add_option("--dir", options->dir, "where (./NAME); nothing there is overwritten")
      ->type_name("DIR");
  made->callback([options, &chosen = to.chosen] {
    chosen = [options](session& s) { return make_new(s, *options); };
  });
}

}  // namespace lithair::ctl
