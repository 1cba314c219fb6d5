#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/problem/outcome.hpp"

namespace lithair::apps {

/// One record of the cluster itself, as a member reads and writes it: `actors::cluster_records`,
/// of one name. What is asked is answered once, on any thread.
struct record_access {
  struct record {
    std::string value;          ///< empty: there is none
    std::uint64_t version = 0;  ///< 0: there is none
  };
  /// How writes end that are not done: another version was first; nobody knows.
  static constexpr int another_was_faster = 412;
  static constexpr int outcome_unknown = 504;
  /// To read and write again: each that fails lets another member's write through.
  static constexpr int most_attempts = 32;

  using on_read = std::function<void(models::result<record>)>;

  /// As of now, whichever node leads.
  std::function<void(on_read)> read;
  /// 412: it is not of this version any more; 504: it may or may not be written.
  std::function<void(std::string value, std::uint64_t version,
                     std::function<void(models::result<std::uint64_t>)>)>
      write;
  /// As this node has it, which may be of before: costs nobody else anything.
  std::function<void(on_read)> glance = {};
};

}  // namespace lithair::apps
