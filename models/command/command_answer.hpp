#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "models/command/command.hpp"
#include "models/problem/outcome.hpp"
#include "models/state/state_view.hpp"

namespace lithair::models {

/// Of the body of an answer: what items it tells of beyond that it tells by their keys alone.
inline constexpr std::size_t max_answer_bytes = 64 << 20;

/// Writes the body of the answer to a command that was accepted as of `index`, from what it wrote:
/// one part for each operation, in the same order, so that it may be done bit by bit. A single
/// operation is answered with its item, a bulk with the array of items, a transaction with
/// `{"index":…,"results":[…]}`. Hidden fields are left out, and those that who asked is not shown.
class answer_writer {
 public:
  /// Both must outlive it.
  answer_writer(const schema& s, const command& what, std::uint64_t index);
  /// Addresses for so many bytes, so that what grows is never copied; memory is taken as they come.
  void reserve(std::size_t bytes) { body_.reserve(std::min(bytes, max_answer_bytes)); }
  /// What the next operation wrote.
  void add(const written_part& part);
  /// How many were added.
  std::size_t size() const { return count_; }
  /// Whether an item was told by its key alone.
  bool is_minimal() const { return minimal_; }
  /// The body, whole. Once.
  std::string finish();
  /// Of the item that was added last: its version, and what else its ETag tells.
  std::uint64_t version() const { return version_; }
  std::uint64_t variant() const { return variant_; }

 private:
  void append_item(const collection& c, const written_part& part);
  const std::vector<bool>* seen_of(const collection& c);  // none: all that is exposed

  const schema& models_;
  const command& what_;
  std::uint64_t version_ = 0;
  std::uint64_t variant_ = 0;
  std::string body_;
  stored_record record_;  // of the item at hand; its memory is used again
  std::size_t count_ = 0;
  bool minimal_ = false;
  std::map<std::uint32_t, std::vector<bool>> seen_;  // by collection, per field
};

/// Fills in the body of an accepted command at once, and for a single operation the version and
/// variant of its item.
void tell_written(const schema& s, const command& what, std::uint64_t index,
                  std::span<const written_part> written, outcome& out);

}  // namespace lithair::models
