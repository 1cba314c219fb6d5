#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "models/command/command.hpp"
#include "models/problem/outcome.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Of the body of an answer: what items it tells of beyond that it tells by their keys alone.
inline constexpr std::size_t max_answer_bytes = 64 << 20;

/// Writes the body of the answer to a command that was accepted as of `index`, from what it wrote:
/// one part for each operation, in the same order, so that it may be done bit by bit. A single
/// operation is answered with its item, a bulk with the array of items, a transaction with
/// `{"index":…,"results":[…]}`. Hidden fields are left out.
class answer_writer {
 public:
  /// Both must outlive it.
  answer_writer(const schema& s, const command& what, std::uint64_t index);
  /// What the next operation wrote.
  void add(const written_part& part);
  /// How many were added.
  std::size_t size() const { return count_; }
  /// Whether an item was told by its key alone.
  bool is_minimal() const { return minimal_; }
  /// The body, whole. Once.
  std::string finish();

 private:
  void append_item(const collection& c, const written_part& part);

  const schema& models_;
  const command& what_;
  std::string version_;  // all items of one command have one version: the entry's index
  std::string body_;
  std::size_t count_ = 0;
  bool minimal_ = false;
};

/// The whole body at once.
std::string answer_body(const schema& s, const command& what, std::uint64_t index,
                        std::span<const written_part> written);

}  // namespace lithair::models
