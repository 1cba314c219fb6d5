#include "persistence/overlay_layer.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"

namespace lithair::persistence {

namespace {

constexpr std::size_t first_table_size = 64;
constexpr std::size_t memory_block = 128 << 10;
// Inserting moves at most so many places; more would cost more than a second block.
constexpr std::size_t largest_order_block = 128;

}  // namespace

overlay_layer::overlay_layer() : slots_(first_table_size) {}
overlay_layer::~overlay_layer() = default;

void overlay_layer::put(std::string_view key, std::optional<std::string_view> value) {
  check_key(key);
  const auto hash = checksum(key);
  auto at = slot_of(hash, key);
  if (slots_[at].content == nullptr) {
    // At most half full, so that a search soon meets a free slot.
    if (2 * (count_ + 1) > slots_.size()) {
      grow_table();
      at = slot_of(hash, key);
    }
    auto* added = make_item(key);
    insert_in_order(added);
    slots_[at] = {hash, added};
    ++count_;
  }
  assign(*slots_[at].content, value);
}

const overlay_layer::item* overlay_layer::find(std::string_view key) const {
  return slots_[slot_of(checksum(key), key)].content;
}

/// Where the key is, or the empty slot where it belongs.
std::size_t overlay_layer::slot_of(std::uint64_t hash, std::string_view key) const {
  const auto mask = slots_.size() - 1;
  auto at = hash & mask;
  for (; slots_[at].content != nullptr; at = (at + 1) & mask)
    if (slots_[at].hash == hash && slots_[at].content->key == key) break;
  return at;
}

/// Items stay where they are; only the slots move.
void overlay_layer::grow_table() {
  std::vector<slot> larger(slots_.size() * 2);
  const auto mask = larger.size() - 1;
  for (const auto& old : slots_) {
    if (old.content == nullptr) continue;
    auto at = old.hash & mask;
    while (larger[at].content != nullptr) at = (at + 1) & mask;
    larger[at] = old;
  }
  slots_ = std::move(larger);
}

char* overlay_layer::allocate(std::size_t size) {
  constexpr std::size_t alignment = alignof(item);
  size = (size + alignment - 1) / alignment * alignment;
  if (size > free_size_) {
    const auto block_size = size > memory_block / 2 ? size : memory_block;
    memory_.push_back(std::make_unique_for_overwrite<char[]>(block_size));
    allocated_ += block_size;
    // A large value gets memory of its own; what is left of the current block stays in use.
    if (size > memory_block / 2) return memory_.back().get();
    free_ = memory_.back().get();
    free_size_ = block_size;
  }
  free_size_ -= size;
  return std::exchange(free_, free_ + size);
}

overlay_layer::item* overlay_layer::make_item(std::string_view key) {
  auto* out = new (allocate(sizeof(item))) item;
  auto* copy = allocate(key.size());
  std::memcpy(copy, key.data(), key.size());
  out->key = {copy, key.size()};
  return out;
}

/// A value that shrinks or stays as long is written over the old one; one that grows gets some room
/// to grow again, for what it leaves behind is not used until the layer goes.
void overlay_layer::assign(item& to, std::optional<std::string_view> value) {
  to.removed = !value;
  const auto bytes = value.value_or(std::string_view());
  if (bytes.size() > to.capacity) {
    const auto room = to.bytes == nullptr ? bytes.size() : bytes.size() + bytes.size() / 2;
    to.bytes = allocate(room);
    to.capacity = static_cast<std::uint32_t>(room);
  }
  if (!bytes.empty()) std::memcpy(to.bytes, bytes.data(), bytes.size());
  to.size = static_cast<std::uint32_t>(bytes.size());
}

overlay_layer::place::place(std::string_view k, item* one) : key(k), content(one) {
  char start[16] = {};
  if (!k.empty()) std::memcpy(start, k.data(), std::min(k.size(), sizeof start));
  // Big-endian, so that the numbers compare as the bytes do; shorter keys are filled up with
  // zeroes, and a tie is left to the keys.
  high = load_u64(start);
  low = load_u64(start + 8);
}

bool overlay_layer::place::operator<(const place& other) const {
  if (high != other.high) return high < other.high;
  if (low != other.low) return low < other.low;
  return key < other.key;
}

/// The last block that begins at or before the wanted place, else the first one.
std::size_t overlay_layer::block_for(const place& wanted) const {
  const auto after = std::upper_bound(firsts_.begin(), firsts_.end(), wanted);
  return after == firsts_.begin() ? 0 : static_cast<std::size_t>(after - firsts_.begin()) - 1;
}

overlay_layer::position overlay_layer::lower_bound(std::string_view key) const {
  if (blocks_.empty()) return end();
  const place wanted(key);
  const auto index = block_for(wanted);
  const auto& in = blocks_[index];
  const auto at = std::lower_bound(in.begin(), in.end(), wanted);
  if (at == in.end()) return {index + 1, 0};
  return {index, static_cast<std::size_t>(at - in.begin())};
}

overlay_layer::position overlay_layer::next(position at) const {
  if (at.offset + 1 < blocks_[at.block].size()) return {at.block, at.offset + 1};
  return {at.block + 1, 0};
}

overlay_layer::position overlay_layer::previous(position at) const {
  if (at.offset > 0) return {at.block, at.offset - 1};
  return {at.block - 1, blocks_[at.block - 1].size() - 1};
}

void overlay_layer::insert_in_order(item* added) {
  const place wanted(added->key, added);
  const auto index = blocks_.empty() ? 0 : block_for(wanted);
  const bool at_end =
      blocks_.empty() || (index + 1 == blocks_.size() && blocks_.back().back() < wanted);
  if (at_end && (blocks_.empty() || blocks_.back().size() >= largest_order_block)) {
    // Keys often rise: the last block is filled to the brim then, and never split.
    blocks_.emplace_back().push_back(wanted);
    firsts_.push_back(wanted);
    return;
  }
  auto& into = blocks_[index];
  into.insert(at_end ? into.end() : std::lower_bound(into.begin(), into.end(), wanted), wanted);
  firsts_[index] = into.front();
  if (into.size() > largest_order_block) split(index);
}

void overlay_layer::split(std::size_t index) {
  auto& first = blocks_[index];
  const auto half = first.begin() + static_cast<std::ptrdiff_t>(first.size() / 2);
  block second(half, first.end());
  first.erase(half, first.end());
  const auto after = static_cast<std::ptrdiff_t>(index) + 1;
  firsts_.insert(firsts_.begin() + after, second.front());
  blocks_.insert(blocks_.begin() + after, std::move(second));
}

std::vector<change_view> overlay_layer::changes() const {
  std::vector<change_view> out;
  out.reserve(count_);
  for (const auto& places : blocks_) {
    for (const auto& [high, low, key, x] : places)
      out.push_back({key, x->removed ? std::nullopt : std::optional(x->value())});
  }
  return out;
}

}  // namespace lithair::persistence
