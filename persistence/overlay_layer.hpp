#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "persistence/state_store.hpp"

namespace lithair::persistence {

/// The changes of a stretch of the log: the last one of each key, removals included. Lookups go
/// through a hash table; an index of the keys in order is kept beside it, and costs only when a key
/// is new. All bytes lie in blocks that go away with the layer.
///
/// One thread changes it; when nobody does, any thread may read.
class overlay_layer {
 public:
  /// What the layer says about one key. It stays in its place until the layer goes.
  struct item {
    std::string_view key;
    /// The value, in memory of the layer; null as long as it needed none.
    char* bytes = nullptr;
    std::uint32_t size = 0;
    /// Bytes at `bytes` that a value of this key may take.
    std::uint32_t capacity = 0;
    /// The key is gone, whatever lies below.
    bool removed = false;

    std::string_view value() const { return {bytes, size}; }
  };

  /// A place in the key order, from begin (before the first item) to end.
  struct position {
    /// Which of `blocks_`, and which place in it. Valid until a new key is put.
    std::size_t block = 0;
    std::size_t offset = 0;

    bool operator==(const position&) const = default;
  };

  /// Says nothing about any key.
  overlay_layer();
  ~overlay_layer();
  overlay_layer(const overlay_layer&) = delete;
  overlay_layer& operator=(const overlay_layer&) = delete;

  /// Without a value the key is removed from whatever lies below. The bytes are copied. Throws
  /// `std::logic_error` for a key that no store takes.
  void put(std::string_view key, std::optional<std::string_view> value);

  /// Null when this layer says nothing about the key. Valid until the layer goes; its value changes
  /// with `put`.
  const item* find(std::string_view key) const;

  /// Of the first item, and behind the last.
  position begin() const { return {}; }
  position end() const { return {blocks_.size(), 0}; }
  /// The first item whose key is not less than `key`.
  position lower_bound(std::string_view key) const;
  /// `at` must not be `end()`.
  position next(position at) const;
  /// `at` must not be `begin()`.
  position previous(position at) const;
  const item& operator[](position at) const { return *blocks_[at.block][at.offset].content; }

  /// Keys, removed ones included.
  std::size_t size() const { return count_; }
  /// Memory held, roughly.
  std::size_t bytes() const { return allocated_ + slots_.size() * sizeof(slot); }

  /// All of it in key order, as a commit wants it. The views live as long as the layer.
  std::vector<change_view> changes() const;

 private:
  struct slot {
    /// Of the key, so that most comparisons end there.
    std::uint64_t hash = 0;
    /// Null: the slot is free.
    item* content = nullptr;
  };
  /// An item in the key order, with the first bytes of its key at hand: comparing two rarely has to
  /// fetch the keys themselves, which lie all over the memory.
  struct place {
    /// The key's first 16 bytes as two numbers, filled up with zeroes.
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::string_view key;
    item* content = nullptr;

    explicit place(std::string_view k, item* given = nullptr);
    /// As the keys compare.
    bool operator<(const place& other) const;
  };
  using block = std::vector<place>;

  /// Memory that stays until the layer goes, aligned for an item.
  char* allocate(std::size_t size);
  /// With a copy of the key and no value.
  item* make_item(std::string_view key);
  /// Gives the item this value.
  void assign(item& to, std::optional<std::string_view> value);
  /// Where the key is, or belongs.
  std::size_t slot_of(std::uint64_t hash, std::string_view key) const;
  /// Twice as many slots.
  void grow_table();
  /// In which block the place is, or belongs.
  std::size_t block_for(const place& wanted) const;
  /// A new item, into the order.
  void insert_in_order(item* added);
  /// Makes two half-full blocks of one.
  void split(std::size_t index);

  std::vector<slot> slots_;  ///< open addressing; a power of two, at most half full
  /// Slots in use.
  std::size_t count_ = 0;
  std::vector<block> blocks_;  ///< none empty; places rise within each and from one to the next
  std::vector<place> firsts_;  ///< the first place of each block
  /// Where items, keys and values lie.
  std::vector<std::unique_ptr<char[]>> memory_;
  /// What is left of the newest shared block, and how much.
  char* free_ = nullptr;
  std::size_t free_size_ = 0;
  /// Bytes of all of `memory_`.
  std::size_t allocated_ = 0;
};

}  // namespace lithair::persistence
