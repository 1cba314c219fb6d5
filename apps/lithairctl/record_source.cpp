#include "apps/lithairctl/record_source.hpp"

#include "apps/lithairctl/csv.hpp"
#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {
namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;

failure bad_line(std::uint64_t line, const std::string& why) {
  return {exit_status::failed, "Line " + std::to_string(line) + ": " + why + '.'};
}

}  // namespace

bool record_source::next_line(std::string& into) {
  for (auto from = read_;;) {
    const auto end = block_.find('\n', from);
    if (end != std::string::npos) {
      into.append(block_, read_, end - read_);
      at_.offset += end + 1 - read_;
      read_ = end + 1;
      ++at_.line;
      return true;
    }
    if (block_.size() - read_ > longest_record) throw bad_line(at_.line, "it is longer than 8 MiB");
    block_.erase(0, read_);
    read_ = 0;
    from = block_.size();
    block_.resize(from + block_size);
    from_.read(block_.data() + from, static_cast<std::streamsize>(block_size));
    const auto got = static_cast<std::size_t>(from_.gcount());
    block_.resize(from + got);
    if (got > 0) continue;
    // The last line may have no end.
    if (block_.empty()) return false;
    into += block_;
    at_.offset += block_.size();
    ++at_.line;
    block_.clear();
    return true;
  }
}

bool record_source::next_record(std::string& into, std::uint64_t& line) {
  into.clear();
  line = at_.line;
  if (!next_line(into)) return false;
  csv_quotes quotes;
  if (format_ == file_format::csv && !quotes.ends_with(into)) {
    for (std::string more; quotes.is_open(); more.clear()) {
      if (!next_line(more)) throw bad_line(line, "a quote that nothing ends");
      (void)quotes.ends_with(more);
      into += '\n';
      into += more;
      if (into.size() > longest_record) throw bad_line(line, "a quote that nothing ends in 8 MiB");
    }
  }
  if (into.ends_with('\r')) into.pop_back();
  return true;
}

std::string record_source::head() {
  std::string made;
  std::uint64_t line = 0;
  while (next_record(made, line))
    if (!made.empty()) return made;
  return {};
}

bool record_source::next(file_batch& into) {
  into = {};
  into.number = at_.batch;
  std::string record;
  std::uint64_t line = 0;
  while (into.records.size() < most_records_ && into.text.size() < most_bytes) {
    if (!next_record(record, line)) break;
    if (record.find_first_not_of(" \t") == std::string::npos) continue;
    into.records.push_back({into.text.size(), record.size(), line});
    into.text += record;
  }
  into.end_offset = at_.offset;
  into.end_line = at_.line;
  if (into.records.empty()) return false;
  ++at_.batch;
  return true;
}

}  // namespace lithair::ctl
