#include "persistence/lmdb_check.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/files.hpp"
#include "persistence/lmdb_layout.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;
using namespace lmdb_layout;

namespace {

// Pages are as large as the machine's that made the file, so a power of two between these.
constexpr std::uint32_t smallest_page = 512;
constexpr std::uint32_t largest_page = 65536;
// LMDB's cursors remember no longer path.
constexpr std::size_t deepest_tree = 32;
// So many pages may be known to the meta page and not be in the file: it bounds the memory used
// here for a number that may be damaged.
constexpr std::uint64_t most_unwritten = 1u << 20;

[[noreturn]] void throw_damaged(const fs::path& path, const std::string& where,
                                std::string_view why) {
  throw storage_error(storage_errc::damaged,
                      path.string() + ": " + where + ": " + std::string(why));
}

/// A whole file in memory, read only.
class mapped_file {
 public:
  explicit mapped_file(const fs::path& path) : file_(path, file::mode::read), size_(file_.size()) {
    if (size_ == 0) return;
    void* at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file_.descriptor(), 0);
    if (at == MAP_FAILED) throw_errno(errno, "reading " + path.string());
    start_ = static_cast<const char*>(at);
  }
  ~mapped_file() {
    if (start_ != nullptr) ::munmap(const_cast<char*>(start_), size_);
  }
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  std::string_view bytes() const { return {start_, size_}; }

  /// Throws `damaged` where the disk can't read this: through the map the process would end.
  void require_readable(std::uint64_t offset, std::size_t size) const {
    (void)file_.read(offset, size);
  }

 private:
  file file_;
  std::uint64_t size_;
  const char* start_ = nullptr;
};

/// Whether the keys of a tree rise: the free pages' are numbers in the machine's order.
bool key_less(std::string_view a, std::string_view b, bool numbers) {
  if (numbers) return load<std::uint64_t>(a.data()) < load<std::uint64_t>(b.data());
  return a < b;
}

class checker {
 public:
  checker(const fs::path& path, const mapped_file& data, check_depth depth)
      : path_(path), data_(data), bytes_(data.bytes()), depth_(depth) {}

  void run() {
    const auto newest = choose_meta();
    page_size_ = newest.page_size;
    pages_ = newest.last_page + 1;
    // Pages at the end that no tree uses may never have been written.
    const auto written = bytes_.size() / page_size_;
    if (pages_ < 2 || pages_ > written + most_unwritten)
      throw_damaged(path_, "the file", "it is cut off");
    used_.assign(pages_, false);
    // The two meta pages. The free pages count as used too: one that is free and in a tree would be
    // written over.
    used_[0] = used_[1] = true;
    check_tree(newest.free, true);
    check_tree(newest.main, false);
  }

 private:
  struct counts {
    std::uint64_t branch = 0;
    std::uint64_t leaf = 0;
    std::uint64_t overflow = 0;
    std::uint64_t entries = 0;
  };

  /// The keys of a page lie in [lower, upper).
  struct bounds {
    std::optional<std::string_view> lower;
    std::optional<std::string_view> upper;
  };

  [[noreturn]] void fail(std::uint64_t number, std::string_view why) const {
    throw_damaged(path_, "page " + std::to_string(number), why);
  }

  meta choose_meta() const {
    if (bytes_.size() < page_header_size + meta_size)
      throw_damaged(path_, "the file", "it is cut off");
    const auto first = checked_meta(0);
    if (bytes_.size() < first.page_size + page_header_size + meta_size)
      throw_damaged(path_, "the file", "it is cut off");
    // LMDB takes the later one, so both must be sound for that choice to mean anything.
    const auto second = checked_meta(first.page_size);
    if (second.page_size != first.page_size) fail(1, "its page size is not that of page 0");
    return first.transaction < second.transaction ? second : first;
  }

  meta checked_meta(std::size_t offset) const {
    data_.require_readable(offset, page_header_size + meta_size);
    const auto out = meta::at(bytes_.data() + offset + page_header_size);
    if (out.magic != magic) fail(offset != 0, "it does not begin an LMDB file");
    if (out.version != version)
      throw storage_error(storage_errc::bad_format, path_.string() + " is of another LMDB version");
    if (out.page_size < smallest_page || out.page_size > largest_page ||
        (out.page_size & (out.page_size - 1)) != 0)
      fail(offset != 0, "its page size makes no sense");
    return out;
  }

  void check_tree(const tree& t, bool of_free_pages) {
    numbers_ = of_free_pages;
    reads_leaves_ = of_free_pages || depth_ == check_depth::everything;
    counts_ = {};
    if (t.flags != (of_free_pages ? integer_keys : 0) || t.depth > deepest_tree)
      throw_damaged(path_, "a tree", "its description makes no sense");
    if (t.root == no_page) {
      if (t.depth != 0 || t.entries != 0) throw_damaged(path_, "a tree", "its root is missing");
      return;
    }
    if (t.depth == 0) throw_damaged(path_, "a tree", "its depth is wrong");
    check_page(t.root, t.depth, {});
    // Leaves are counted even when they are not read: their numbers stand in the pages above.
    const bool inner_match = counts_.branch == t.branch_pages && counts_.leaf == t.leaf_pages;
    const bool leaves_match =
        !reads_leaves_ || (counts_.overflow == t.overflow_pages && counts_.entries == t.entries);
    if (!inner_match || !leaves_match) throw_damaged(path_, "a tree", "its counts are wrong");
  }

  void use(std::uint64_t number, std::uint64_t user) {
    // A page that is used twice would be changed in one place and in the other.
    if (number < 2 || number >= pages_) fail(user, "it refers to a page that there is not");
    if (used_[number]) fail(number, "it is used twice");
    used_[number] = true;
  }

  /// For one whose content is there.
  void use_content(std::uint64_t number, std::uint64_t user) {
    use(number, user);
    if ((number + 1) * page_size_ > bytes_.size()) fail(number, "the file is cut off before it");
  }

  void require_readable(std::uint64_t number) const {
    data_.require_readable(number * page_size_, page_size_);
  }

  void check_page(std::uint64_t number, std::size_t level, const bounds& keys) {
    use_content(number, number);
    const bool leaf = level == 1;
    ++(leaf ? counts_.leaf : counts_.branch);
    if (leaf && !reads_leaves_) return;
    require_readable(number);
    const page p{bytes_.data() + number * page_size_};
    // A page that was written to the wrong place, or not at all.
    if (p.number() != number) fail(number, "it says to be another one");
    if (p.flags() != (leaf ? leaf_page : branch_page))
      fail(number, "it is not of the expected kind");
    if (p.lower() < page_header_size || p.lower() % 2 != 0 || p.lower() > p.upper() ||
        p.upper() > page_size_)
      fail(number, "its bounds make no sense");
    // A branch with one child, or an empty leaf, is nothing that LMDB leaves.
    if (p.nodes() < (leaf ? 1u : 2u)) fail(number, "it has too few nodes");
    check_nodes(p, number, level, keys);
  }

  void check_nodes(const page& p, std::uint64_t number, std::size_t level, const bounds& keys) {
    const bool leaf = level == 1;
    auto before = keys.lower;
    std::vector<bounds> inner;
    for (std::size_t i = 0; i < p.nodes(); ++i) {
      const auto x = checked_node(p, number, i, leaf);
      // The first key of a branch page is not used, and may be left out.
      const bool has_key = leaf || i > 0;
      if (has_key) {
        check_key(x.key(), number);
        const bool rises =
            !before || key_less(*before, x.key(), numbers_) || (i == 0 && *before == x.key());
        if (!rises || (keys.upper && !key_less(x.key(), *keys.upper, numbers_)))
          fail(number, "its keys are out of order");
        if (!inner.empty()) inner.back().upper = x.key();
        before = x.key();
      }
      if (leaf)
        check_value(x, number);
      else
        inner.push_back({has_key ? x.key() : keys.lower, keys.upper});
    }
    // After the nodes, since a child's upper bound is the key that follows it.
    for (std::size_t i = 0; i < inner.size(); ++i)
      check_page(node{p.start + p.node_offset(i)}.child(), level - 1, inner[i]);
  }

  node checked_node(const page& p, std::uint64_t number, std::size_t i, bool leaf) const {
    const auto offset = p.node_offset(i);
    if (offset < p.upper() || offset + node_header_size > page_size_ || offset % 2 != 0)
      fail(number, "a node lies outside");
    const node x{p.start + offset};
    if (leaf && (x.flags() & ~big_data) != 0) fail(number, "a node is of an unknown kind");
    // What of the value is in this page: a large one has a page number here.
    const std::size_t in_page = !leaf ? 0 : (x.flags() & big_data) != 0 ? 8 : x.size();
    if (offset + node_header_size + x.key_size() + in_page > page_size_)
      fail(number, "a node reaches beyond its end");
    return x;
  }

  void check_key(std::string_view key, std::uint64_t number) const {
    if (key.empty() || (numbers_ && key.size() != sizeof(std::uint64_t)))
      fail(number, "a key has no sensible size");
  }

  void check_value(const node& page, std::uint64_t number) {
    ++counts_.entries;
    std::string_view value(page.data(), page.size());
    if ((page.flags() & big_data) != 0)
      value = overflow_value(load<std::uint64_t>(page.data()), page.size(), number);
    if (numbers_) check_free_pages(value, number);
  }

  std::string_view overflow_value(std::uint64_t first, std::uint64_t size, std::uint64_t user) {
    const auto needed = (page_header_size + size + page_size_ - 1) / page_size_;
    for (std::uint64_t i = 0; i < needed; ++i) {
      use_content(first + i, user);
      require_readable(first + i);
    }
    const page p{bytes_.data() + first * page_size_};
    if (p.number() != first || p.flags() != overflow_page || p.overflow_count() != needed)
      fail(first, "it does not hold the large value it should");
    counts_.overflow += needed;
    return {p.start + page_header_size, size};
  }

  /// A list of page numbers, falling, behind their count.
  void check_free_pages(std::string_view list, std::uint64_t number) {
    constexpr auto word = sizeof(std::uint64_t);
    if (list.size() < word) fail(number, "a list of free pages is cut off");
    const auto count = load<std::uint64_t>(list.data());
    if (count > list.size() / word - 1) fail(number, "a list of free pages is cut off");
    for (std::uint64_t i = 1; i <= count; ++i)
      use(load<std::uint64_t>(list.data() + i * word), number);
  }

  const fs::path& path_;
  const mapped_file& data_;
  std::string_view bytes_;
  check_depth depth_;
  std::uint64_t page_size_ = 0;
  std::uint64_t pages_ = 0;
  std::vector<bool> used_;
  bool numbers_ = false;
  bool reads_leaves_ = true;
  counts counts_;
};

}  // namespace

void check_data_file(const fs::path& path, check_depth depth) {
  if (!fs::exists(path)) return;
  const mapped_file data(path);
  if (!data.bytes().empty()) checker(path, data, depth).run();
}

}  // namespace lithair::persistence
