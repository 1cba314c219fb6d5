#include "apps/lithairctl/csv.hpp"

#include <algorithm>

namespace lithair::ctl {

bool csv_quotes::ends_with(std::string_view line) {
  // A doubled quote within quotes turns it twice.
  if (std::ranges::count(line, '"') % 2 != 0) open_ = !open_;
  return !open_;
}

std::vector<csv_cell> read_csv(std::string_view record, std::string& wrong) {
  std::vector<csv_cell> made(1);
  for (std::size_t at = 0; at < record.size();) {
    if (record[at] == ',') {
      made.emplace_back();
      ++at;
      continue;
    }
    auto& cell = made.back();
    if (record[at] != '"') {
      const auto end = std::min(record.find_first_of(",\"", at), record.size());
      if (cell.quoted || (end < record.size() && record[end] == '"')) {
        wrong = "a quote within a cell that is not quoted as a whole";
        return {};
      }
      cell.text = record.substr(at, end - at);
      at = end;
      continue;
    }
    if (cell.quoted) {
      wrong = "text behind the quote that ends a cell";
      return {};
    }
    cell.quoted = true;
    for (++at;;) {
      const auto quote = record.find('"', at);
      if (quote == std::string_view::npos) {
        wrong = "a quote that nothing ends";
        return {};
      }
      cell.text.append(record.substr(at, quote - at));
      at = quote + 1;
      if (at >= record.size() || record[at] != '"') break;
      cell.text += '"';
      ++at;
    }
  }
  return made;
}

void add_csv(std::string& to, std::string_view text, bool first) {
  if (!first) to += ',';
  const bool plain = !text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) {
    to += text;
    return;
  }
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

}  // namespace lithair::ctl
