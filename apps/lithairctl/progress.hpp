#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "apps/lithairctl/console.hpp"

namespace lithair::ctl {

/// How far long work is, on a line of its own on stderr that is written over; nothing where that is
/// no terminal. One thread.
class progress {
 public:
  using clock = std::chrono::steady_clock;

  progress(const console& at, std::string what) : at_(at), what_(std::move(what)) {}
  ~progress() { clear(); }
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// `of`: what all of it is; 0: nobody knows. Writes at most ten times a second.
  void show(std::uint64_t done, std::uint64_t of, const std::string& more = {});
  /// Takes the line away, that others may be written.
  void clear();

 private:
  const console& at_;
  std::string what_;
  clock::time_point next_{};
  bool shown_ = false;
};

/// `[=====>    ] 55 %`
std::string bar_of(std::uint64_t done, std::uint64_t of, std::size_t width);

}  // namespace lithair::ctl
