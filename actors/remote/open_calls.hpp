#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/embedded/errand.hpp"

namespace lithair::actors {

/// What a program has asked for and was not answered: what waits for a node, and what one was
/// given. When the link to it is lost, reads and writes that are told apart by a key are asked
/// again at the next node, which can't do them twice; of all other writes nobody knows. Bounded.
/// Pure.
class open_calls {
 public:
  struct call {
    std::shared_ptr<errand> whose;
    std::string bytes;  ///< of the program_request
    bool is_write = false;
    bool has_key = false;  ///< of idempotency
    bool is_list = false;
    std::uint64_t begun_ms = 0;
    bool is_under_way = false;  ///< a node was given it, over the link that is there now
    bool was_given = false;     ///< a node was given it, over this link or an earlier one
    bool was_lost = false;      ///< over an earlier one, so that node may have done it
  };
  struct limits {
    std::size_t calls = 4096;
    std::size_t bytes = 64 << 20;
    std::size_t under_way = 64;  ///< at the node
    std::size_t lists = 4;       ///< of them
  };

  explicit open_calls(const limits& most) : most_(most) {}

  /// False: there are too many, and it was not taken.
  [[nodiscard]] bool add(std::uint64_t number, call what);
  /// The number of one to give to the node now, the oldest that may be; 0: none may. It counts as
  /// under way.
  std::uint64_t next();
  const call& at(std::uint64_t number) const { return all_.at(number); }
  /// It was answered, or its time is over. None if it is not here.
  std::unique_ptr<call> take(std::uint64_t number);
  /// The link is lost: what may not be repeated goes.
  std::vector<call> lose();
  /// Those that began before; and of those that no node was given, before the other time.
  std::vector<std::uint64_t> begun_before(std::uint64_t ms, std::uint64_t not_given_ms) const;

  /// All that is here goes.
  void clear();

  bool empty() const { return all_.empty(); }

 private:
  void settle(const call& what);

  const limits most_;
  std::map<std::uint64_t, call> all_;  // numbers rise, so the oldest first
  std::set<std::uint64_t> waiting_;
  std::size_t bytes_ = 0;
  std::size_t under_way_ = 0;
  std::size_t lists_ = 0;  // under way
};

}  // namespace lithair::actors
