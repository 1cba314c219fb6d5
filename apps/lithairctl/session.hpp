#pragma once

#include <functional>
#include <memory>
#include <string>

#include "apps/lithairctl/caller.hpp"
#include "apps/lithairctl/console.hpp"

namespace CLI {
class App;
}

namespace lithair::ctl {

/// What every command is told.
struct common_options {
  std::string endpoints = "127.0.0.1:8080";
  credentials as;
  bool json = false;
  milliseconds timeout{10'000};
  std::string consistency;  ///< empty: the node's default
};

/// What a command works with.
class session {
 public:
  session(const common_options& options, console at) : options_(options), console_(at) {}

  const common_options& options() const { return options_; }
  const console& at() const { return console_; }
  bool json() const { return options_.json; }
  /// Made when it is first asked for.
  caller& cluster();
  /// For another connection, or longer work.
  calling how() const;
  /// A GET of this target, with the consistency that was asked for.
  request reading(std::string target) const;

 private:
  const common_options& options_;
  console console_;
  std::unique_ptr<caller> cluster_;
};

/// What the command line asked for.
using action = std::function<exit_status(session&)>;

}  // namespace lithair::ctl
