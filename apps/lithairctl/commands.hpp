#pragma once

#include <string>

#include "apps/lithairctl/session.hpp"

/// The commands, each with its options and what it does.
namespace lithair::ctl {

/// Where a command puts itself, and what it does when it is the one that was asked for.
struct command_line {
  CLI::App& root;
  action& chosen;
};

/// A command with its help; `examples` a line each.
CLI::App* add_command(command_line& to, const std::string& name, const std::string& about,
                      const std::string& examples);

void add_status(command_line& to);
void add_members(command_line& to);  ///< members, add, remove, promote, transfer
void add_reading(command_line& to);  ///< list, get, history
void add_writing(command_line& to);  ///< create, put, patch, delete
void add_backups(command_line& to);  ///< backup, verify, restore, snapshot

void add_watch(command_line& to);
void add_import(command_line& to);
void add_export(command_line& to);
void add_token(command_line& to);
void add_explain(command_line& to);
void add_bench(command_line& to);
void add_new(command_line& to);
void add_check(command_line& to);
void add_completion(command_line& to);

}  // namespace lithair::ctl
