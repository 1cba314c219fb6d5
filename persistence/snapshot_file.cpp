#include "persistence/snapshot_file.hpp"

#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/fault_points.hpp"
#include "persistence/log_records.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "LTHRSNAP";
constexpr std::uint32_t file_format = 1;
constexpr std::size_t header_start_size = 16;    // magic, format, size
constexpr std::size_t smallest_header = 8 * 12;  // without members and extra
constexpr std::size_t largest_header = 16 * 1024 * 1024;
constexpr std::size_t frame_head_size = 24;
constexpr std::size_t frame_body_size = 64 * 1024;

[[noreturn]] void throw_damaged(const fs::path& path, std::uint64_t offset, const char* why) {
  throw storage_error(storage_errc::damaged, "snapshot " + path.string() + " at byte " +
                                                 std::to_string(offset) + ": " + why);
}

std::string encode_header(const snapshot_header& x, std::uint64_t frames_checksum) {
  byte_writer fields;
  fields.u64(x.cluster).u64(x.group.value).u64(x.point.index.value).u64(x.point.term.value);
  fields.u64(x.point.digest).u64(x.point.pairs).u64(x.length).u64(frames_checksum);
  fields.text(encode_members(x.point.members)).text(x.point.extra);
  byte_writer out;
  const auto size = header_start_size + fields.bytes().size() + 8;
  out.raw(magic).u32(file_format).u32(static_cast<std::uint32_t>(size)).raw(fields.bytes());
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

/// A head of its own checksum tells a wrong length before so many bytes are read.
std::string frame_head(std::uint64_t offset, std::uint32_t count, std::string_view body) {
  byte_writer out;
  out.u32(static_cast<std::uint32_t>(body.size())).u32(count).u64(checksum(body, offset));
  out.u64(checksum(out.bytes(), offset));
  return std::move(out.bytes());
}

/// Gathers pairs into frames and appends these to the file.
class frame_writer {
 public:
  frame_writer(file& to, std::uint64_t offset) : to_(to), offset_(offset) {}

  void add(std::string_view key, std::string_view value) {
    body_.u16(static_cast<std::uint16_t>(key.size())).u32(static_cast<std::uint32_t>(value.size()));
    body_.raw(key).raw(value);
    digest_ += pair_digest(key, value);
    ++pairs_;
    ++count_;
    if (body_.bytes().size() >= frame_body_size) flush();
  }

  void flush() {
    if (count_ == 0) return;
    const auto head = frame_head(offset_, count_, body_.bytes());
    heads_.add(head);
    to_.write(offset_, head);
    to_.write(offset_ + head.size(), body_.bytes());
    offset_ += head.size() + body_.bytes().size();
    body_.bytes().clear();
    count_ = 0;
  }

  std::uint64_t end() const { return offset_; }
  std::uint64_t heads_checksum() const { return heads_.value(); }
  bool matches(const applied_point& x) const { return digest_ == x.digest && pairs_ == x.pairs; }

 private:
  file& to_;
  std::uint64_t offset_;
  byte_writer body_;
  std::uint32_t count_ = 0;
  running_checksum heads_;
  std::uint64_t digest_ = 0;
  std::uint64_t pairs_ = 0;
};

void fill_snapshot(file& to, const state_store& from, snapshot_header& header) {
  frame_writer frames(to, encode_header(header, 0).size());
  from.scan({}, {}, scan_order::ascending, [&](std::string_view key, std::string_view value) {
    frames.add(key, value);
    return true;
  });
  frames.flush();
  if (!frames.matches(header.point))
    throw storage_error(storage_errc::damaged, "the state does not match its digest");
  header.length = frames.end();
  const auto bytes = encode_header(header, frames.heads_checksum());
  header.checksum = load_u64(bytes.data() + bytes.size() - 8);
  to.write(0, bytes);
}

}  // namespace

protocol::snapshot_meta meta_of(const snapshot_header& header) {
  return {header.point.index, header.point.term, header.point.members, header.length,
          header.checksum};
}

snapshot_header write_snapshot(const state_store& from, protocol::group_id group,
                               std::uint64_t cluster, const fs::path& path) {
  snapshot_header header{cluster, group, from.applied()};
  auto beside = path;
  beside += ".new";
  try {
    file to(beside, file::mode::create);
    fill_snapshot(to, from, header);
    reach(fault_point::snapshot_before_sync);
    to.sync();
  } catch (const storage_error&) {
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

/// False at the end of the file; else fills `body` and `head`, and moves `offset` on.
bool snapshot_file::read_frame(std::uint64_t& offset, std::string& body, std::string& head) const {
  const auto& path = file_.path();
  if (offset >= header_.length) return false;
  head = file_.read(offset, frame_head_size);
  if (head.size() != frame_head_size) throw_damaged(path, offset, "the file is cut off");
  byte_reader fields(head);
  const auto size = fields.u32();
  fields.u32();
  const auto sum = fields.u64();
  if (fields.u64() != checksum(std::string_view(head).substr(0, frame_head_size - 8), offset))
    throw_damaged(path, offset, "a part's head is damaged");
  body = file_.read(offset + frame_head_size, size);
  if (body.size() != size) throw_damaged(path, offset, "the file is cut off");
  if (checksum(body, offset) != sum)
    throw_damaged(path, offset, "a part's checksum does not match");
  offset += frame_head_size + size;
  return true;
}

void snapshot_file::read(const pair_visitor& visit) const {
  const auto& path = file_.path();
  if (file_.size() != header_.length)
    throw_damaged(path, file_.size(), "the file has a wrong length");
  std::string body, head, previous;
  running_checksum heads;
  applied_point seen;
  for (auto offset = header_size_; read_frame(offset, body, head);) {
    heads.add(head);
    byte_reader pairs(body);
    while (pairs.ok() && !pairs.rest().empty()) {
      const auto key_size = pairs.u16();
      const auto value_size = pairs.u32();
      const auto key = pairs.raw(key_size);
      const auto value = pairs.raw(value_size);
      if (!pairs.ok() || key <= previous) throw_damaged(path, offset, "a part does not make sense");
      previous = key;
      seen.digest += pair_digest(key, value);
      ++seen.pairs;
      if (!visit(key, value)) return;
    }
  }
  if (heads.value() != frames_checksum_ || seen.digest != header_.point.digest ||
      seen.pairs != header_.point.pairs)
    throw_damaged(path, header_.length, "the parts are not those of the header");
}

void snapshot_file::verify() const {
  read([](std::string_view, std::string_view) { return true; });
}

std::uint64_t snapshot_file::sound_length() const {
  auto offset = header_size_;
  std::string body, head;
  try {
    while (read_frame(offset, body, head)) continue;
  } catch (const storage_error& error) {
    if (error.code() != storage_errc::damaged) throw;
  }
  return offset;
}

}  // namespace lithair::persistence
