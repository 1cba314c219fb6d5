#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace lithair::ctl {

enum class file_format { ndjson, csv };

/// One item of a file, as it stands there.
struct file_record {
  std::size_t begin = 0;   ///< in the batch's text
  std::size_t size = 0;    ///< without its line end
  std::uint64_t line = 0;  ///< of the file, from 1
};

/// Items that are sent together.
struct file_batch {
  std::uint64_t number = 0;  ///< from 0, in the order of the file
  std::string text;
  std::vector<file_record> records;
  std::uint64_t end_offset = 0;  ///< in the file, behind the last record
  std::uint64_t end_line = 0;    ///< the next record's line is no lower

  std::string_view text_of(const file_record& x) const {
    return std::string_view(text).substr(x.begin, x.size);
  }
};

/// Where reading begins.
struct file_place {
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
  std::uint64_t batch = 0;  ///< number of the next one

  bool operator==(const file_place&) const = default;
};

/// Cuts a file into batches, always in the same way from the same place. Blank lines are passed
/// over. Holds one batch and a block of the file.
class record_source {
 public:
  static constexpr std::size_t most_bytes = std::size_t{4} << 20;
  static constexpr std::size_t longest_record = std::size_t{8} << 20;

  /// `from` stands at `at` already. A CSV file's head has been read before.
  record_source(std::istream& from, file_format format, file_place at, std::size_t most_records)
      : from_(from), format_(format), at_(at), most_records_(most_records) {}

  /// False: there is no more. Throws `failure` for a record that is too long, or has no end.
  bool next(file_batch& into);
  const file_place& at() const { return at_; }
  /// The next record alone, for the head of a CSV file; empty: there is none.
  std::string head();

 private:
  /// With the lines that belong together, without the last one's end.
  bool next_record(std::string& into, std::uint64_t& line);
  bool next_line(std::string& into);

  std::istream& from_;
  file_format format_;
  file_place at_;
  std::size_t most_records_;
  std::string block_;
  std::size_t read_ = 0;
};

}  // namespace lithair::ctl
