#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// The data file of LMDB 0.9 as bytes, on a 64-bit machine, in the machine's byte order. LMDB
/// itself trusts every byte of it; so what is read at start is checked before LMDB may see it.
namespace lithair::persistence::lmdb_layout {

/// A number that need not be aligned.
template <class T>
T load(const char* from) {
  T out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

/// The first word of a meta page.
inline constexpr std::uint32_t magic = 0xBEEFC0DE;
/// Of the file's layout; LMDB 0.9 knows this one only.
inline constexpr std::uint32_t version = 1;
/// The root of an empty tree.
inline constexpr std::uint64_t no_page = UINT64_MAX;
/// Number, flags, and where the free part of the page begins and ends.
inline constexpr std::size_t page_header_size = 16;
/// Size of the value or number of the child, flags, size of the key.
inline constexpr std::size_t node_header_size = 8;
inline constexpr std::size_t meta_size = 136;  ///< behind the page header

/// What a page of a tree is; LMDB has more flags, but not in files like ours.
enum page_flags : std::uint16_t { branch_page = 0x01, leaf_page = 0x02, overflow_page = 0x04 };
/// The value lies in overflow pages; the node has the number of the first.
enum node_flags : std::uint16_t { big_data = 0x01 };
/// Only the free pages' tree has them: its keys are transaction numbers.
enum map_flags : std::uint16_t { integer_keys = 0x08 };

/// A B+tree as a meta page describes it.
struct tree {
  /// Of `map_flags`.
  std::uint16_t flags = 0;
  /// Levels, the leaves' included; 0 when it is empty.
  std::uint16_t depth = 0;
  /// The counts are of all pages and pairs that are reached from the root.
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  /// A page number, or `no_page`.
  std::uint64_t root = no_page;

  /// From the 48 bytes of a meta page that describe it.
  static tree at(const char* from) {
    return {load<std::uint16_t>(from + 4),  load<std::uint16_t>(from + 6),
            load<std::uint64_t>(from + 8),  load<std::uint64_t>(from + 16),
            load<std::uint64_t>(from + 24), load<std::uint64_t>(from + 32),
            load<std::uint64_t>(from + 40)};
  }
};

/// One of the two states that the file can be opened as: the one with the higher transaction number
/// counts.
struct meta {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  /// A power of two, the same in both meta pages; LMDB keeps it where the free tree has a spare
  /// word.
  std::uint32_t page_size = 0;
  tree free;  ///< transaction number -> pages that it freed
  /// The pairs.
  tree main;
  /// The highest number in use or once used; the file may be shorter, for the last ones may be
  /// free.
  std::uint64_t last_page = 0;
  /// Rises by one with each commit; its lowest bit says which of the two meta pages it is in.
  std::uint64_t transaction = 0;

  /// `from` is behind the page header.
  static meta at(const char* from) {
    return {load<std::uint32_t>(from),
            load<std::uint32_t>(from + 4),
            load<std::uint32_t>(from + 24),
            tree::at(from + 24),
            tree::at(from + 72),
            load<std::uint64_t>(from + 120),
            load<std::uint64_t>(from + 128)};
  }
};

/// A branch or leaf page, or the first of a run of overflow pages.
struct page {
  const char* start;

  /// By which others refer to it: its place in the file, in pages.
  std::uint64_t number() const { return load<std::uint64_t>(start); }
  /// One of `page_flags`.
  std::uint16_t flags() const { return load<std::uint16_t>(start + 10); }
  /// Where the list of node offsets ends and the free part begins.
  std::uint16_t lower() const { return load<std::uint16_t>(start + 12); }
  /// Where the nodes begin, which fill the page from its end.
  std::uint16_t upper() const { return load<std::uint16_t>(start + 14); }
  /// Of the first of a run of overflow pages: how many they are, this one included.
  std::uint32_t overflow_count() const { return load<std::uint32_t>(start + 12); }
  /// Of a branch or leaf page whose `lower` was checked.
  std::size_t nodes() const { return (lower() - page_header_size) / 2; }
  /// Of node `i` in key order, from the page's start.
  std::size_t node_offset(std::size_t i) const {
    return load<std::uint16_t>(start + page_header_size + 2 * i);
  }
};

/// A pair in a leaf page, or a key and a child in a branch page.
struct node {
  const char* start;

  /// Of the value, in a leaf.
  std::uint32_t size() const { return load<std::uint32_t>(start); }
  /// Of `node_flags`, in a leaf.
  std::uint16_t flags() const { return load<std::uint16_t>(start + 4); }
  std::uint16_t key_size() const { return load<std::uint16_t>(start + 6); }
  /// The page below, in a branch: its number takes the place of size and flags.
  std::uint64_t child() const { return size() | std::uint64_t{flags()} << 32; }
  std::string_view key() const { return {start + node_header_size, key_size()}; }
  /// The value's bytes, or the number of its first overflow page.
  const char* data() const { return start + node_header_size + key_size(); }
};

}  // namespace lithair::persistence::lmdb_layout
