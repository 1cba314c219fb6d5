#include "persistence/journal_ring.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::persistence {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t segment_magic = 0x4c54'4852'5345'474d;  // "LTHRSEGM"
constexpr std::uint32_t segment_format = 1;
constexpr std::size_t segment_head_size = 8 + 4 + 4 + 8 + 4 + 4 + 8 + 8;

struct segment_head {
  std::uint64_t journal = 0;
  std::uint32_t number = 0;
  std::uint32_t count = 0;
  std::uint64_t size = 0;
};

std::string encode(const segment_head& head) {
  byte_writer out;
  out.u64(segment_magic)
      .u32(segment_format)
      .u32(journal_block)
      .u64(head.journal)
      .u32(head.number)
      .u32(head.count)
      .u64(head.size);
  out.u64(checksum(out.bytes()));
  return std::move(out.bytes());
}

segment_head decode(std::string_view bytes, const fs::path& path) {
  byte_reader from(bytes);
  const bool ours = from.u64() == segment_magic;
  const auto format = from.u32();
  const auto block = from.u32();
  segment_head out;
  out.journal = from.u64();
  out.number = from.u32();
  out.count = from.u32();
  out.size = from.u64();
  const bool whole = from.u64() == checksum(bytes.substr(0, segment_head_size - 8));
  if (!from.ok() || !ours || !whole)
    throw storage_error(storage_errc::damaged,
                        path.string() + ": its head is not as it was written");
  if (format != segment_format || block != journal_block)
    throw storage_error(storage_errc::bad_format, path.string() + ": written by another version");
  return out;
}

std::uint64_t in_blocks(std::uint64_t bytes) {
  return (bytes + journal_block - 1) / journal_block * journal_block;
}

std::uint64_t bytes_of_batch(std::uint64_t body) { return in_blocks(journal_head_size + body); }

fs::path place_of(const fs::path& directory, std::uint32_t number) {
  return directory / std::to_string(number);
}

void make_segment(const fs::path& path, const segment_head& head) {
  file to(path, file::mode::create);
  std::string bytes = encode(head);
  bytes.resize(std::min<std::uint64_t>(head.size, 1ull << 20), '\0');
  // Zeroes and not a hole, so that no later write needs room or changes what the file is made of.
  for (std::uint64_t at = 0; at < head.size; at += bytes.size()) {
    to.write(at, std::string_view(bytes).substr(0, head.size - at));
    if (at == 0) std::memset(bytes.data(), 0, segment_head_size);
  }
  to.sync();
}

}  // namespace

void journal_ring::free_memory::operator()(char* memory) const { std::free(memory); }

void journal_ring::make(const fs::path& directory, std::uint64_t journal,
                        const journal_options& options) {
  auto beside = directory;
  beside += ".new";
  remove_path(beside);
  remove_path(directory);
  make_directory(beside);
  for (std::uint32_t i = 0; i < options.segments; ++i)
    make_segment(place_of(beside, i), {journal, i, options.segments, options.segment_bytes});
  sync_directory(beside);
  move_file(beside, directory);
}

journal_ring::journal_ring(fs::path directory, const journal_mark& moved, bool direct,
                           const std::function<void(std::string_view body)>& show)
    : directory_(std::move(directory)), newest_(moved), released_(moved.sequence) {
  open(direct);
  recover(moved, show);
}

void journal_ring::throw_damaged(const std::string& what) const {
  throw storage_error(storage_errc::damaged, directory_.string() + ": " + what);
}

void journal_ring::open(bool direct) {
  const auto first = place_of(directory_, 0);
  if (!fs::exists(first)) throw_damaged("it is missing");
  const auto head_of = [](const fs::path& path) {
    return decode(file(path, file::mode::read).read(0, segment_head_size), path);
  };
  const auto head = head_of(first);
  if (head.journal != newest_.journal) throw_damaged("it is the journal of another log");
  segment_bytes_ = head.size;
  direct_ = direct;
  for (std::uint32_t i = 0; i < head.count; ++i) {
    const auto path = place_of(directory_, i);
    if (!fs::exists(path)) throw_damaged("segment " + std::to_string(i) + " is missing");
    const auto own = head_of(path);
    if (own.journal != head.journal || own.number != i || own.count != head.count ||
        own.size != head.size)
      throw_damaged("segment " + std::to_string(i) + " is not of this journal");
    auto data = file::open_durable(path, direct_);
    if (data.size() != head.size) throw_damaged("segment " + std::to_string(i) + " is cut off");
    segments_.push_back({std::move(data)});
  }
}

journal_ring::content journal_ring::look_through(std::uint32_t number) const {
  content out;
  out.number = number;
  const file from(place_of(directory_, number), file::mode::read);
  out.bytes = from.read(0, segment_bytes_);
  const auto head_at = [&](std::uint64_t at) {
    auto head = decode_journal_head(std::string_view(out.bytes).substr(at));
    return head && head->journal == newest_.journal ? head : std::nullopt;
  };
  std::uint64_t at = journal_block;
  while (at < out.bytes.size()) {
    const auto head = head_at(at);
    if (!head || journal_head_size + head->size > out.bytes.size() - at) break;
    const bool follows = out.places.empty() ||
                         (head->sequence == out.last.sequence + 1 && head->before == out.last.sum);
    const auto body = std::string_view(out.bytes).substr(at + journal_head_size, head->size);
    if (!follows || checksum(body) != head->body_sum) break;
    if (out.places.empty()) out.first = head->sequence;
    out.places.push_back(at);
    out.last = *head;
    at += bytes_of_batch(head->size);
  }
  for (; at < out.bytes.size(); at += journal_block)
    if (const auto head = head_at(at)) out.beyond = std::max(out.beyond, head->sequence);
  return out;
}

void journal_ring::recover(const journal_mark& moved,
                           const std::function<void(std::string_view body)>& show) {
  std::vector<content> all;
  std::uint64_t newest = 0;
  std::uint64_t told = 0;
  for (std::uint32_t i = 0; i < segments_.size(); ++i) {
    auto found = look_through(i);
    told = std::max(told, found.beyond);
    if (found.places.empty()) continue;
    newest = std::max(newest, found.last.sequence);
    segments_[i].last = found.last.sequence;
    // Of those that only hold what was moved, nothing but that is needed.
    if (found.last.sequence > moved.sequence || found.last.sequence == newest)
      all.push_back(std::move(found));
  }
  if (newest < moved.sequence) throw_damaged("it is older than the log that was moved from it");
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first < b.first; });
  auto before = moved;
  for (const auto& each : all) {
    for (const auto at : each.places) {
      const auto head = decode_journal_head(std::string_view(each.bytes).substr(at));
      if (head->sequence <= moved.sequence) {
        if (head->sequence == moved.sequence && head->sum != moved.sum)
          throw_damaged("batch " + std::to_string(head->sequence) +
                        " is not the one that was moved");
        continue;
      }
      if (head->sequence != before.sequence + 1 || head->before != before.sum)
        throw_damaged("batch " + std::to_string(before.sequence + 1) + " is not as it was written");
      show(std::string_view(each.bytes).substr(at + journal_head_size, head->size));
      written_ += bytes_of_batch(head->size);
      before = {newest_.journal, head->sequence, head->sum};
    }
    if (each.last.sequence != newest) continue;
    current_ = each.number;
    lap_ = each.last.lap;
    segments_[current_].used = each.places.back() + bytes_of_batch(each.last.size);
  }
  // What is told of the next one only is what was being written when the node stopped.
  if (told > before.sequence + 1)
    throw_damaged("batch " + std::to_string(before.sequence + 1) + " is not as it was written");
  newest_ = before;
}

std::uint32_t journal_ring::following() const {
  return current_ + 1 == segments_.size() ? 0 : current_ + 1;
}

std::uint64_t journal_ring::most_bytes() const {
  return segment_bytes_ - journal_block - journal_head_size;
}

bool journal_ring::has_room(std::uint64_t bytes) const {
  const auto size = bytes_of_batch(bytes);
  if (segments_[current_].used + size <= segment_bytes_) return true;
  return journal_block + size <= segment_bytes_ && segments_[following()].last <= released_;
}

void journal_ring::write_next(std::string_view body, std::uint32_t records) {
  if (!stopped_.empty()) throw storage_error(storage_errc::stopped, stopped_);
  const auto size = bytes_of_batch(body.size());
  next_ = {current_, lap_, segments_[current_].used, size, {}};
  if (next_.end + size > segment_bytes_) {
    next_ = {following(), lap_, journal_block, size, {}};
    if (next_.segment == 0) ++next_.lap;
  }
  const auto sequence = newest_.sequence + 1;
  const auto head =
      encode_journal_head({newest_.journal, sequence, next_.lap, newest_.sum,
                           static_cast<std::uint32_t>(body.size()), records, checksum(body), 0});
  if (buffer_size_ < size) {
    buffer_.reset(static_cast<char*>(std::aligned_alloc(journal_block, size)));
    if (!buffer_) throw std::bad_alloc();
    buffer_size_ = size;
  }
  std::memcpy(buffer_.get(), head.data(), head.size());
  std::memcpy(buffer_.get() + head.size(), body.data(), body.size());
  std::memset(buffer_.get() + head.size() + body.size(), 0, size - head.size() - body.size());
  try {
    segments_[next_.segment].data.write(next_.end, {buffer_.get(), size});
  } catch (const storage_error& error) {
    // Where files are copied as they are written there may be no room after all. The same place is
    // written again as a whole then.
    if (error.code() == storage_errc::full) throw;
    stopped_ = error.what();
    throw storage_error(storage_errc::io, stopped_);
  }
  next_.end += size;
  next_.mark = {newest_.journal, sequence, load_u64(head.data() + head.size() - 8)};
}

void journal_ring::advance() {
  current_ = next_.segment;
  lap_ = next_.lap;
  written_ += next_.size;
  segments_[current_].used = next_.end;
  segments_[current_].last = next_.mark.sequence;
  newest_ = next_.mark;
}

}  // namespace lithair::persistence
