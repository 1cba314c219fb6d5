#include "persistence/pending_changes.hpp"

#include <string>

#include "persistence/frames.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "LTHRPEND";
constexpr std::uint32_t file_format = 1;
constexpr std::size_t header_start_size = 16;
constexpr std::size_t largest_header = 16 << 20;

std::string encode_header(const applied_record& target, std::uint64_t length, std::uint64_t sum) {
  byte_writer fields;
  fields.u64(length).u64(sum).text(encode_applied(target));
  const auto size = header_start_size + fields.bytes().size() + 8;
  byte_writer out;
  out.raw(magic).u32(file_format).u32(static_cast<std::uint32_t>(size)).raw(fields.bytes());
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

void write_changes(const fs::path& path, std::span<const change_view> changes,
                   const applied_record& target) {
  file to(path, file::mode::create);
  frame_writer frames(to, encode_header(target, 0, 0).size());
  for (const auto& [key, value] : changes) {
    auto& record = frames.record().u16(static_cast<std::uint16_t>(key.size()));
    record.u8(value ? 1 : 0);
    if (value) record.text(*value);
    record.raw(key);
    frames.end_record();
  }
  const auto length = frames.finish();
  // The header is written last and is as long as the empty one: it knows the length and the sum of
  // all.
  to.write(0, encode_header(target, length, frames.checksum()));
  to.sync();
}

[[noreturn]] void throw_damaged(const fs::path& path) {
  throw storage_error(storage_errc::damaged, path.string() + ": its header is damaged");
}

}  // namespace

void write_pending(const fs::path& path, std::span<const change_view> changes,
                   const applied_record& target) {
  auto beside = path;
  beside += ".new";
  try {
    write_changes(beside, changes, target);
  } catch (const storage_error&) {
    // It may be what fills the disk.
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  // This is the moment of the commit: what has the name is whole, and will be made.
  move_file(beside, path);
}

pending_changes::pending_changes(const fs::path& path) : file_(path, file::mode::read) {
  const auto start = file_.read(0, header_start_size);
  byte_reader from(start);
  if (from.raw(magic.size()) != magic) throw_damaged(path);
  const auto format = from.u32();
  header_size_ = from.u32();
  if (header_size_ < header_start_size + 8 || header_size_ > largest_header) throw_damaged(path);
  const auto header = file_.read(0, header_size_);
  if (header.size() != header_size_) throw_damaged(path);
  const auto summed = std::string_view(header).substr(0, header.size() - 8);
  if (load_u64(summed.data() + summed.size()) != checksum(summed)) throw_damaged(path);
  // After the checksum: a wrong format in a sound header is another version's, and no damage.
  if (format != file_format)
    throw storage_error(storage_errc::bad_format, path.string() + ": written by another version");
  byte_reader fields(summed.substr(header_start_size));
  length_ = fields.u64();
  frames_checksum_ = fields.u64();
  target_ = decode_applied(fields.text());
  if (!fields.complete() || file_.size() != length_) throw_damaged(path);
}

void pending_changes::read(const std::function<void(const change_view&)>& visit) const {
  frame_reader frames(file_, header_size_, length_);
  while (frames.next()) {
    byte_reader records(frames.body());
    while (!records.rest().empty()) {
      const auto key_size = records.u16();
      change_view change;
      if (records.u8() == 1) change.value = records.text();
      change.key = records.raw(key_size);
      if (!records.ok() || change.key.empty()) frames.fail("a part does not make sense");
      visit(change);
    }
  }
  if (frames.checksum() != frames_checksum_) frames.fail("the parts are not those of the header");
}

}  // namespace lithair::persistence
