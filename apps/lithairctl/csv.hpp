#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Comma-separated values (RFC 4180). A cell that is empty and not quoted stands for a field that
/// is absent, "" for empty text. Pure.
namespace lithair::ctl {

struct csv_cell {
  std::string text;
  bool quoted = false;

  bool is_absent() const { return text.empty() && !quoted; }
};

/// Where records end: a line end outside of quotes.
class csv_quotes {
 public:
  /// Whether a record ends with this line (without its end), which goes on after the lines that
  /// were told since the last end.
  bool ends_with(std::string_view line);
  bool is_open() const { return open_; }

 private:
  bool open_ = false;
};

/// The cells of a record without its line end. Where it is none, `wrong` says why.
std::vector<csv_cell> read_csv(std::string_view record, std::string& wrong);
/// Adds a cell to a record, quoted where it has to be; `first`: none is in front of it.
void add_csv(std::string& to, std::string_view text, bool first);

}  // namespace lithair::ctl
