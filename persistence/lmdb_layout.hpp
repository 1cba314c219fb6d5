#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

/// The data file of LMDB 0.9 as bytes, on a 64-bit machine, in the machine's byte order. LMDB
/// itself trusts every byte of it; so what is read at start is checked before LMDB may see it.
namespace lithair::persistence::lmdb_layout {

template <class T>
T load(const char* from) {
  T out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

inline constexpr std::uint32_t magic = 0xBEEFC0DE;
inline constexpr std::uint32_t version = 1;
inline constexpr std::uint64_t no_page = UINT64_MAX;
inline constexpr std::size_t page_header_size = 16;
inline constexpr std::size_t node_header_size = 8;
inline constexpr std::size_t meta_size = 136;  ///< behind the page header

enum page_flags : std::uint16_t { branch_page = 0x01, leaf_page = 0x02, overflow_page = 0x04 };
enum node_flags : std::uint16_t { big_data = 0x01 };
enum map_flags : std::uint16_t { integer_keys = 0x08 };

/// A B+tree as a meta page describes it.
struct tree {
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = no_page;

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
  std::uint32_t page_size = 0;
  tree free;  ///< transaction number -> pages that it freed
  tree main;
  std::uint64_t last_page = 0;
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

  std::uint64_t number() const { return load<std::uint64_t>(start); }
  std::uint16_t flags() const { return load<std::uint16_t>(start + 10); }
  std::uint16_t lower() const { return load<std::uint16_t>(start + 12); }
  std::uint16_t upper() const { return load<std::uint16_t>(start + 14); }
  std::uint32_t overflow_count() const { return load<std::uint32_t>(start + 12); }
  std::size_t nodes() const { return (lower() - page_header_size) / 2; }
  std::size_t node_offset(std::size_t i) const {
    return load<std::uint16_t>(start + page_header_size + 2 * i);
  }
};

struct node {
  const char* start;

  std::uint32_t size() const { return load<std::uint32_t>(start); }
  std::uint16_t flags() const { return load<std::uint16_t>(start + 4); }
  std::uint16_t key_size() const { return load<std::uint16_t>(start + 6); }
  std::uint64_t child() const { return size() | std::uint64_t{flags()} << 32; }
  std::string_view key() const { return {start + node_header_size, key_size()}; }
  const char* data() const { return start + node_header_size + key_size(); }
};

}  // namespace lithair::persistence::lmdb_layout
