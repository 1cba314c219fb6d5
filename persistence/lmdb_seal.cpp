#include "persistence/lmdb_seal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/lmdb_layout.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t seal_size = 4 * sizeof(std::uint64_t);

/// What is sealed of a data file. Transaction n is in meta page n % 2.
struct metas {
  std::uint64_t newest = 0;                     ///< transaction number
  std::array<std::uint64_t, 2> checksums = {};  ///< of the pages
};

/// By reading, not through the map: an unreadable page is an error then, and not the end.
std::string meta_page(const file& data, std::uint64_t offset) {
  constexpr auto size = lmdb_layout::page_header_size + lmdb_layout::meta_size;
  auto out = data.read(offset, size);
  if (out.size() == size) return out;
  throw storage_error(storage_errc::damaged, data.path().string() + " is cut off");
}

metas read_metas(const file& data) {
  using lmdb_layout::meta;
  const auto first = meta_page(data, 0);
  const auto about_first = meta::at(first.data() + lmdb_layout::page_header_size);
  const auto second = meta_page(data, about_first.page_size);
  const auto about_second = meta::at(second.data() + lmdb_layout::page_header_size);
  return {std::max(about_first.transaction, about_second.transaction),
          {checksum(first), checksum(second)}};
}

/// None for a seal that is missing, or whose writing a crash cut short: it vouches for nothing
/// then.
std::optional<metas> parse(std::string_view bytes) {
  if (bytes.size() != seal_size) return std::nullopt;
  byte_reader from(bytes);
  metas out;
  out.newest = from.u64();
  for (auto& sum : out.checksums) sum = from.u64();
  if (from.u64() != checksum(bytes.substr(0, seal_size - 8))) return std::nullopt;
  return out;
}

}  // namespace

lmdb_seal::lmdb_seal(const fs::path& directory)
    : data_path_(directory / "data.mdb"), seal_(directory / "seal", file::mode::create_or_open) {}

void lmdb_seal::check() const {
  const auto sealed = parse(seal_.read(0, seal_size));
  if (!sealed) return;
  const auto fail = [&](const char* why) {
    throw storage_error(storage_errc::damaged, data_path_.string() + ": " + why);
  };
  // There was a commit, so there was a file.
  if (!fs::exists(data_path_)) fail("it is missing");
  const auto now = read_metas(file(data_path_, file::mode::read));
  const auto sealed_slot = sealed->newest % 2;
  const bool newest_is_there = now.checksums[sealed_slot] == sealed->checksums[sealed_slot];
  const bool older_is_there = now.checksums[1 - sealed_slot] == sealed->checksums[1 - sealed_slot];
  // LMDB would open the older state without a word, and what was acknowledged would be gone.
  if (now.newest < sealed->newest) fail("its last commit is gone");
  // A process may end between a commit and its seal, which leaves the sealed page and a new one.
  // (The older page proves nothing: LMDB spoils it when a commit fails.) After two commits both are
  // new.
  const bool sound =
      now.newest <= sealed->newest + 1 ? newest_is_there : !newest_is_there && !older_is_there;
  if (!sound) fail("a meta page is not what was written");
}

bool lmdb_seal::is_current() const {
  const auto sealed = parse(seal_.read(0, seal_size));
  const auto now = read_metas(file(data_path_, file::mode::read));
  return sealed && sealed->newest == now.newest && sealed->checksums == now.checksums;
}

void lmdb_seal::renew() {
  const auto now = read_metas(file(data_path_, file::mode::read));
  byte_writer out;
  out.u64(now.newest).u64(now.checksums[0]).u64(now.checksums[1]);
  out.u64(checksum(out.bytes()));
  // Not synced: it is there for what happens to the disk between two starts, not for crashes.
  seal_.write(0, out.bytes());
}

}  // namespace lithair::persistence
