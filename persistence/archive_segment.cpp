#include "persistence/archive_segment.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/mutants.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;
using protocol::index_t;

namespace {

constexpr std::string_view file_magic = "LTHRARCH";
constexpr std::string_view batch_magic = "LTHRABAT";
constexpr std::uint32_t archive_format = 1;
constexpr std::size_t archive_start_size = 16;  // magic, format, size
constexpr std::size_t largest_archive_head = 16 << 20;
constexpr std::size_t batch_head_size = 32;

enum class record_kind : std::uint8_t { entry = 1, end = 2 };
// Of a record's flags: whoever does not know the kind must not go on.
constexpr std::uint8_t must_understand = 0x80;

std::string encode_origin(const archive_origin& origin) {
  byte_writer fields;
  fields.u64(origin.cluster).u64(origin.node.value).u64(origin.group.value);
  fields.u64(origin.after.value).u64(origin.term.value).text(origin.models);
  byte_writer out;
  const auto size = archive_start_size + fields.bytes().size() + 8;
  out.raw(file_magic).u32(archive_format).u32(static_cast<std::uint32_t>(size));
  out.raw(fields.bytes());
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

// The offset is the seed, so that a batch in another place does not match.
std::string batch_head(std::uint64_t offset, std::uint32_t records, std::string_view body) {
  byte_writer out;
  out.raw(batch_magic).u32(static_cast<std::uint32_t>(body.size())).u32(records);
  out.u64(checksum(body, offset));
  out.u64(checksum(out.bytes(), offset));
  return std::move(out.bytes());
}

bool is_batch_head(std::string_view head, std::uint64_t offset) {
  return head.size() == batch_head_size && head.starts_with(batch_magic) &&
         load_u64(head.data() + batch_head_size - 8) ==
             checksum(head.substr(0, batch_head_size - 8), offset);
}

void begin_record(byte_writer& out, record_kind kind, std::size_t size, index_t index) {
  out.u8(static_cast<std::uint8_t>(kind)).u8(must_understand).u16(0);
  out.u32(static_cast<std::uint32_t>(size)).u64(index.value);
}

// Under another name until it is there: what has the name has a whole head.
file make_segment(const fs::path& path, std::string_view head) {
  auto beside = path;
  beside += ".new";
  try {
    file to(beside, file::mode::create);
    to.write(0, head);
    if (!mutated(mutant::segment_named_before_sync)) to.sync();
  } catch (const storage_error&) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw;
  }
  move_file(beside, path);
  return {path, file::mode::create_or_open};
}

}  // namespace

// -- writing -------------------------------------------------------------------------------------

archive_writer::archive_writer(const fs::path& path, const archive_origin& origin)
    : file_(make_segment(path, encode_origin(origin))),
      group_(origin.group),
      offset_(file_.size()),
      last_(origin.after) {}

void archive_writer::append(std::span<const protocol::entry> entries) {
  byte_writer body;
  auto last = last_;
  for (const auto& each : entries) {
    if (each.index != last + 1) throw std::logic_error("the archive would have a gap");
    last = each.index;
    const log_key key(log_tag::entry, group_, each.index);
    const auto size = entry_record_size(each);
    begin_record(body, record_kind::entry, size, each.index);
    auto& bytes = body.bytes();
    bytes.resize(bytes.size() + size);
    encode_entry(bytes.data() + bytes.size() - size, key, each);
  }
  write_batch(static_cast<std::uint32_t>(entries.size()), body.bytes());
  last_ = last;
}

void archive_writer::seal() {
  byte_writer body;
  begin_record(body, record_kind::end, 0, last_);
  write_batch(1, body.bytes());
}

void archive_writer::write_batch(std::uint32_t records, std::string_view body) {
  const auto head = batch_head(offset_, records, body);
  file_.write(offset_, head);
  file_.write(offset_ + head.size(), body);
  if (!mutated(mutant::archived_before_sync)) file_.sync();
  offset_ += head.size() + body.size();
}

// -- reading -------------------------------------------------------------------------------------

archive_reader::archive_reader(const fs::path& path) : file_(path, file::mode::read) {
  read_head();
  last_ = origin_.after;
  last_term_ = origin_.term;
}

void archive_reader::fail(const char* why) const {
  throw storage_error(storage_errc::damaged,
                      file_.path().string() + " at byte " + std::to_string(offset_) + ": " + why);
}

void archive_reader::read_head() {
  const auto start = file_.read(0, archive_start_size);
  byte_reader from(start);
  if (from.raw(file_magic.size()) != file_magic)
    throw storage_error(storage_errc::foreign,
                        file_.path().string() + " is no archived log of Lithair");
  const auto format = from.u32();
  const auto size = from.u32();
  // So much is read next, and no checksum has shown yet that the size is right.
  if (size < archive_start_size + 8 || size > largest_archive_head)
    fail("the head has no sensible size");
  const auto head = file_.read(0, size);
  if (head.size() != size) fail("the file is cut off");
  const auto summed = std::string_view(head).substr(0, size - 8);
  if (load_u64(summed.data() + summed.size()) != checksum(summed))
    fail("the head's checksum does not match");
  if (format != archive_format)
    throw storage_error(storage_errc::bad_format, file_.path().string() + " has format " +
                                                      std::to_string(format) + ", not " +
                                                      std::to_string(archive_format));
  byte_reader fields(summed.substr(archive_start_size));
  origin_.cluster = fields.u64();
  origin_.node = protocol::node_id{fields.u64()};
  origin_.group = protocol::group_id{fields.u64()};
  origin_.after = index_t{fields.u64()};
  origin_.term = protocol::term_t{fields.u64()};
  origin_.models = fields.text();
  if (!fields.complete()) fail("the head does not make sense");
  offset_ = size;
}

bool archive_reader::next() {
  entries_.clear();
  if (ending_ != archive_ending::open) return false;
  const auto head = file_.read(offset_, batch_head_size);
  if (head.empty()) return false;
  if (!is_batch_head(head, offset_)) return end_here();
  byte_reader fields(std::string_view(head).substr(batch_magic.size()));
  const auto size = fields.u32();
  const auto records = fields.u32();
  const auto sum = fields.u64();
  body_ = file_.read(offset_ + batch_head_size, size);
  if (body_.size() != size || checksum(body_, offset_) != sum) return end_here();
  parse(body_, records);
  offset_ += batch_head_size + size;
  if (ending_ == archive_ending::sealed) {
    if (file_.size() != offset_) fail("something follows its end");
    return false;
  }
  return true;
}

// What is not whole at the very end was being written when its writer stopped. With a whole batch
// behind it, it is damage.
bool archive_reader::end_here() {
  if (has_batch_behind()) fail("a part's checksum does not match");
  ending_ = archive_ending::torn;
  return false;
}

bool archive_reader::has_batch_behind() const {
  const auto from = offset_ + 1;
  const auto rest = file_.read(from, file_.size() - std::min(file_.size(), from));
  for (std::size_t at = 0; (at = rest.find(batch_magic, at)) != std::string::npos; ++at)
    if (is_batch_head(std::string_view(rest).substr(at, batch_head_size), from + at)) return true;
  return false;
}

void archive_reader::parse(std::string_view body, std::uint32_t records) {
  byte_reader from(body);
  for (; records > 0; --records) {
    const auto kind = from.u8();
    const auto flags = from.u8();
    from.u16();
    const auto size = from.u32();
    const index_t index{from.u64()};
    const auto value = from.raw(size);
    if (!from.ok()) fail("a part does not make sense");
    if (kind == static_cast<std::uint8_t>(record_kind::end)) {
      if (index != last_) fail("entries before its end are missing");
      ending_ = archive_ending::sealed;
    } else if (kind == static_cast<std::uint8_t>(record_kind::entry)) {
      entries_.push_back(decode_entry(log_key(log_tag::entry, origin_.group, index), value));
      const auto& entry = entries_.back();
      if (index != last_ + 1 || entry.term < last_term_) fail("an entry is not in its place");
      last_ = index;
      last_term_ = entry.term;
    } else if ((flags & must_understand) != 0) {
      throw storage_error(storage_errc::bad_format,
                          file_.path().string() + " was written by a newer version");
    }
  }
  if (!from.complete()) fail("a part does not make sense");
}

}  // namespace lithair::persistence
