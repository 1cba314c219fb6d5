#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "test/protocol/cluster.hpp"

namespace lithair::test {

/// Plays a scenario written as text and tells what happens, line by line.
///
///     # a comment
///     command argument ...
///     ----
///     what happened
///     (empty line)
///
/// The commands are in transcript.cpp, each with its sentence.
class transcript {
 public:
  /// The text with every command's outcome as it is now. Throws for a command that does not exist.
  std::string play(const std::string& text);

 private:
  using arguments = std::vector<std::string>;

  std::string run(const arguments& words);
  void dispatch(const arguments& words);
  void say(const std::string& line);

  void nodes(const arguments& words);
  void log(const arguments& words);
  void bootstrap(const arguments& words);
  void members(const arguments& words);
  void propose(const arguments& words);
  void inject(const arguments& words);
  void drop(const arguments& words);
  void repeat(const arguments& words);
  void purge(const arguments& words);
  void snapshot(const arguments& words);
  void status();

  std::unique_ptr<cluster> cluster_;
  std::string told_;
  std::uint64_t serial_ = 0;
  bool quiet_ = false;  ///< heartbeats and their answers are not told
};

}  // namespace lithair::test
