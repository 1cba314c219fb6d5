#include "persistence/snapshot_file.hpp"

#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/fault_points.hpp"
#include "persistence/frames.hpp"
#include "persistence/log_records.hpp"
#include "persistence/mutants.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "LTHRSNAP";
constexpr std::uint32_t file_format = 1;
constexpr std::size_t header_start_size = 16;                        // magic, format, size
constexpr std::size_t smallest_header = 12 * sizeof(std::uint64_t);  // without members and extra
constexpr std::size_t largest_header = 16 << 20;

[[noreturn]] void throw_damaged(const fs::path& path, std::uint64_t offset, const char* why) {
  throw storage_error(storage_errc::damaged, "snapshot " + path.string() + " at byte " +
                                                 std::to_string(offset) + ": " + why);
}

std::string encode_header(const snapshot_header& header, std::uint64_t frames_checksum) {
  byte_writer fields;
  fields.u64(header.cluster)
      .u64(header.group.value)
      .u64(header.point.index.value)
      .u64(header.point.term.value);
  fields.u64(header.point.digest).u64(header.point.pairs).u64(header.length).u64(frames_checksum);
  fields.text(encode_members(header.point.members)).text(header.point.extra);
  byte_writer out;
  const auto size = header_start_size + fields.bytes().size() + 8;
  out.raw(magic).u32(file_format).u32(static_cast<std::uint32_t>(size)).raw(fields.bytes());
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

void fill_snapshot(file& to, const state_store& from, snapshot_header& header, pace& at) {
  // A header of the same size is written in front at the end, when length and sums are known.
  frame_writer frames(to, encode_header(header, 0).size());
  applied_point seen;
  from.scan({}, {}, scan_order::ascending, [&](std::string_view key, std::string_view value) {
    frames.record().u16(static_cast<std::uint16_t>(key.size())).text(value).raw(key);
    frames.end_record();
    // Piece by piece: whoever else syncs would have to wait for all of it at the end.
    at.worked(key.size() + value.size(), [&to] { to.sync(); });
    seen.digest += pair_digest(key, value);
    ++seen.pairs;
    return true;
  });
  header.length = frames.finish();
  // A damaged state must not be shipped: the receiver would take it for the truth.
  if (seen.digest != header.point.digest || seen.pairs != header.point.pairs)
    throw storage_error(storage_errc::damaged, "the state does not match its digest");
  const auto bytes = encode_header(header, frames.checksum());
  header.checksum = load_u64(bytes.data() + bytes.size() - 8);
  to.write(0, bytes);
}

}  // namespace

protocol::snapshot_meta meta_of(const snapshot_header& header) {
  return {header.point.index, header.point.term, header.point.members, header.length,
          header.checksum};
}

snapshot_header write_snapshot(const state_store& from, protocol::group_id group,
                               std::uint64_t cluster, const fs::path& path, pace* at) {
  snapshot_header header{cluster, group, from.applied()};
  pace hurried;
  hurried.hurry();
  auto beside = path;
  beside += ".new";
  try {
    file to(beside, file::mode::create);
    fill_snapshot(to, from, header, at == nullptr ? hurried : *at);
    reach(fault_point::snapshot_before_sync);
    if (!mutated(mutant::snapshot_renamed_before_sync)) to.sync();
  } catch (const storage_error&) {
    // It may be what fills the disk.
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  reach(fault_point::snapshot_before_rename);
  move_file(beside, path);
  reach(fault_point::snapshot_after_rename);
  return header;
}

snapshot_file::snapshot_file(const fs::path& path) : file_(path, file::mode::read) {
  const auto start = file_.read(0, header_start_size);
  byte_reader from(start);
  if (from.raw(magic.size()) != magic)
    throw storage_error(storage_errc::foreign, path.string() + " is not a snapshot");
  const auto format = from.u32();
  header_size_ = from.u32();
  // So much is read next, and no checksum has shown yet that the size is right.
  if (header_size_ < smallest_header || header_size_ > largest_header)
    throw_damaged(path, 0, "the header has no sensible size");
  const auto bytes = file_.read(0, header_size_);
  if (bytes.size() != header_size_) throw_damaged(path, bytes.size(), "the file is cut off");
  const auto summed = std::string_view(bytes).substr(0, bytes.size() - 8);
  header_.checksum = load_u64(summed.data() + summed.size());
  if (header_.checksum != checksum(summed))
    throw_damaged(path, 0, "the header's checksum does not match");
  if (format != file_format)
    throw storage_error(storage_errc::bad_format, path.string() + " has format " +
                                                      std::to_string(format) + ", not " +
                                                      std::to_string(file_format));
  parse_fields(summed.substr(header_start_size));
}

void snapshot_file::parse_fields(std::string_view bytes) {
  byte_reader fields(bytes);
  auto& point = header_.point;
  header_.cluster = fields.u64();
  header_.group = protocol::group_id{fields.u64()};
  point.index = protocol::index_t{fields.u64()};
  point.term = protocol::term_t{fields.u64()};
  point.digest = fields.u64();
  point.pairs = fields.u64();
  header_.length = fields.u64();
  frames_checksum_ = fields.u64();
  auto members = decode_members(fields.text());
  point.extra = fields.text();
  if (!fields.complete() || !members)
    throw_damaged(file_.path(), 0, "the header does not make sense");
  point.members = std::move(*members);
}

void snapshot_file::read(const pair_visitor& visit) const {
  const auto& expected = header_.point;
  frame_reader frames(file_, header_size_, header_.length);
  if (file_.size() != header_.length) frames.fail("the file has a wrong length");
  applied_point seen;
  std::string previous;
  while (frames.next()) {
    byte_reader pairs(frames.body());
    while (!pairs.rest().empty()) {
      const auto key_size = pairs.u16();
      const auto value = pairs.text();
      const auto key = pairs.raw(key_size);
      // Keys rise, as the commits want them that fill a state with these pairs.
      if (!pairs.ok() || key <= previous) frames.fail("a part does not make sense");
      previous = key;
      seen.digest += pair_digest(key, value);
      ++seen.pairs;
      if (!visit(key, value)) return;
    }
  }
  // Each frame was sound in itself; now whether they are these, all of them, and make this state.
  if (frames.checksum() != frames_checksum_ || seen.digest != expected.digest ||
      seen.pairs != expected.pairs)
    frames.fail("the parts are not those of the header");
}

void snapshot_file::verify() const {
  read([](std::string_view, std::string_view) { return true; });
}

std::uint64_t snapshot_file::sound_length() const {
  frame_reader frames(file_, header_size_, header_.length);
  try {
    // Up to the first frame that is cut off or damaged.
    while (frames.next()) continue;
  } catch (const storage_error& error) {
    if (error.code() != storage_errc::damaged) throw;
  }
  return frames.offset();
}

}  // namespace lithair::persistence
