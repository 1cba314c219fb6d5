#include "persistence/frames.hpp"

#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace {

// Two numbers of 32 bits and two checksums.
constexpr std::size_t head_size = 24;
// A body ends with the first record that reaches this, so one large record makes a large frame.
constexpr std::size_t body_size = 64 << 10;

/// The offset is the seed: a frame that is copied to another place does not match there.
std::string make_head(std::uint64_t offset, std::uint32_t records, std::string_view body) {
  byte_writer out;
  out.u32(static_cast<std::uint32_t>(body.size())).u32(records).u64(checksum(body, offset));
  out.u64(checksum(out.bytes(), offset));
  return std::move(out.bytes());
}

}  // namespace

void frame_writer::end_record() {
  ++records_;
  if (body_.bytes().size() >= body_size) flush();
}

void frame_writer::flush() {
  if (records_ == 0) return;
  const auto head = make_head(offset_, records_, body_.bytes());
  // Heads hold the bodies' checksums, so theirs is one of everything, without reading it twice.
  heads_.add(head);
  to_.write(offset_, head);
  to_.write(offset_ + head.size(), body_.bytes());
  offset_ += head.size() + body_.bytes().size();
  body_.bytes().clear();
  records_ = 0;
}

std::uint64_t frame_writer::finish() {
  flush();
  return offset_;
}

void frame_reader::fail(const char* why) const {
  throw storage_error(storage_errc::damaged,
                      from_.path().string() + " at byte " + std::to_string(offset_) + ": " + why);
}

bool frame_reader::next() {
  if (offset_ >= end_) return false;
  const auto head = from_.read(offset_, head_size);
  if (head.size() != head_size) fail("the file is cut off");
  byte_reader fields(head);
  const auto size = fields.u32();
  fields.u32();
  const auto sum = fields.u64();
  // Before the size in it is believed: a wrong one could ask for any amount of memory.
  if (fields.u64() !=
      persistence::checksum(std::string_view(head).substr(0, head_size - 8), offset_))
    fail("a part's head is damaged");
  body_ = from_.read(offset_ + head_size, size);
  if (body_.size() != size) fail("the file is cut off");
  if (persistence::checksum(body_, offset_) != sum) fail("a part's checksum does not match");
  heads_.add(head);
  offset_ += head_size + size;
  return true;
}

}  // namespace lithair::persistence
