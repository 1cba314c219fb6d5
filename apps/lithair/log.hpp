#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "apps/lithair/options.hpp"

namespace spdlog {
class logger;
}

namespace lithair::apps {

class line_writer;

/// The process's log on stderr, in the format and from the level on that the settings name. Lines
/// carry UTC time and the node's number. Whoever logs never waits for whoever reads: see
/// line_writer. Made before any other thread runs and after the signals are seen to; gone, it
/// leaves the log to what was there before, once its last lines are written or 100 ms have passed.
class program_log {
 public:
  /// `level`: as spdlog spells it. It is the process's log from here on.
  program_log(log_format format, const std::string& level, std::uint64_t node_id);
  ~program_log();
  program_log(const program_log&) = delete;
  program_log& operator=(const program_log&) = delete;

  /// Writes to stdout, without waiting for whoever reads that either; once.
  void show(const std::string& text);
  /// Lines that nobody took. Any thread.
  std::uint64_t dropped() const;

 private:
  std::shared_ptr<line_writer> errors_;
  std::unique_ptr<line_writer> output_;
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace lithair::apps
