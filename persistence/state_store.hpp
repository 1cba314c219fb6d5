#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/configuration.hpp"
#include "protocol/types.hpp"

/// The applied state of one group: an ordered map from bytes to bytes. Nothing here knows what they
/// mean.
namespace lithair::persistence {

/// Keys are 1 to this many bytes long, and none is a single zero byte; others throw
/// `std::logic_error` when they are put.
inline constexpr std::size_t max_key_size = 511;

/// By the keys' bytes, as unsigned numbers.
enum class scan_order : std::uint8_t { ascending, descending };

/// Is given pairs one after the other, and returns false to stop. The views are valid during the
/// call.
using pair_visitor = std::function<bool(std::string_view key, std::string_view value)>;

/// Something that can be looked up and read in order.
class state_source {
 public:
  virtual ~state_source() = default;

  /// None when there is no such key.
  [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) const = 0;

  /// Visits the pairs with key in [lower, upper), in key order or its reverse. An empty `upper` is
  /// no bound. The visitor may look things up, but change nothing.
  virtual void scan(std::string_view lower, std::string_view upper, scan_order order,
                    const pair_visitor& visit) const = 0;

  /// The number of pairs with key in [lower, upper), of which about so many are counted: then
  /// `last` is the key up to which it was done, and empty when that is all.
  virtual std::uint64_t count(std::string_view lower, std::string_view upper, std::uint64_t most,
                              std::string& last) const;
};

/// One pair to be written; without a value the key is removed. The bytes are someone else's.
struct change_view {
  /// Of a kind that `check_key` takes.
  std::string_view key;
  /// None: the key is removed, if it is there.
  std::optional<std::string_view> value;
};

/// What a durable state is the state of.
struct applied_point {
  protocol::index_t index;          ///< everything up to here has been applied, nothing beyond
  protocol::term_t term;            ///< of the entry there
  protocol::configuration members;  ///< as of that entry
  std::string extra;                ///< the driver's own

  /// Filled in by the store. Two replicas whose points have the same index must have the same
  /// digest: a sum of the checksums of all pairs, whatever way the state came about.
  std::uint64_t digest = 0;
  std::uint64_t pairs = 0;  ///< in the state

  bool operator==(const applied_point&) const = default;
};

/// A durable state. Any thread may read; one at a time commits. Each pair carries a checksum that
/// is checked when it is read, and where a key is not found its neighbours are checked: damage
/// throws `storage_error{damaged}` and is never an answer. A failed commit stops the store as it
/// does the log's.
class state_store : public state_source {
 public:
  /// The point of the last commit; all zeroes for a new store.
  virtual applied_point applied() const = 0;

  /// Makes all changes and the point durable, as a whole. The keys must rise strictly. Throws
  /// `full` when nothing was done and the same commit may be tried again.
  virtual void commit(std::span<const change_view> changes, applied_point point) = 0;
};

/// What a pair adds to the digest of the state that holds it.
std::uint64_t pair_digest(std::string_view key, std::string_view value);

/// Throws `std::logic_error` for a key that no store takes.
void check_key(std::string_view key);

}  // namespace lithair::persistence
