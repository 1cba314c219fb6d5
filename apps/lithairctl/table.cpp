#include "apps/lithairctl/table.hpp"

#include <algorithm>
#include <cstdint>

namespace lithair::ctl {
namespace {

/// The code point that begins at `at`, which moves behind it; what is no UTF-8 counts as itself.
std::uint32_t next_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  std::uint32_t made = more == 0 ? first : first & (0x3fu >> more);
  for (std::size_t i = 0; i < more && at < text.size(); ++i) {
    const auto next = static_cast<unsigned char>(text[at]);
    if ((next & 0xc0) != 0x80) break;
    made = made << 6 | (next & 0x3fu);
    ++at;
  }
  return made;
}

std::size_t width_of(std::uint32_t point) {
  const auto in = [point](std::uint32_t low, std::uint32_t high) {
    return point >= low && point <= high;
  };
  if (in(0x300, 0x36f) || in(0x200b, 0x200f) || in(0xfe00, 0xfe0f) || in(0x20d0, 0x20ff)) return 0;
  const bool wide = in(0x1100, 0x115f) || in(0x2e80, 0xa4cf) || in(0xac00, 0xd7a3) ||
                    in(0xf900, 0xfaff) || in(0xfe30, 0xfe6f) || in(0xff00, 0xff60) ||
                    in(0xffe0, 0xffe6) || in(0x1f300, 0x1faff) || in(0x20000, 0x3fffd);
  return wide ? 2 : 1;
}

bool is_number(std::string_view text) {
  constexpr std::string_view signs = "0123456789,.-";
  return !text.empty() && text.find_first_of("0123456789") != std::string_view::npos &&
         std::ranges::all_of(text, [&](char c) { return signs.find(c) != std::string_view::npos; });
}

}  // namespace

std::size_t width_of(std::string_view utf8) {
  std::size_t made = 0;
  for (std::size_t at = 0; at < utf8.size();) made += width_of(next_point(utf8, at));
  return made;
}

std::string cut_to(std::string_view utf8, std::size_t width) {
  if (width_of(utf8) <= width) return std::string(utf8);
  std::size_t taken = 0;
  std::size_t at = 0;
  while (at < utf8.size()) {
    auto next = at;
    const auto more = width_of(next_point(utf8, next));
    if (taken + more + 1 > width) break;
    taken += more;
    at = next;
  }
  return std::string(utf8.substr(0, at)) + "…";
}

std::string printable(std::string_view text) {
  std::string made(text);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto c = static_cast<unsigned char>(made[i]);
    if (c < 0x20 || c == 0x7f) made[i] = ' ';
    // U+0080 to U+009F control terminals, too.
    const bool is_c1 = c == 0xc2 && i + 1 < made.size() &&
                       static_cast<unsigned char>(made[i + 1]) >= 0x80 &&
                       static_cast<unsigned char>(made[i + 1]) < 0xa0;
    if (is_c1) made.replace(i, 2, " ");
  }
  return made;
}

void table::add(std::vector<std::string> cells) {
  for (auto& each : cells) each = printable(each);
  cells.resize(heads_.size());
  rows_.push_back(std::move(cells));
}

std::string table::text(std::size_t width) const {
  const auto count = heads_.size();
  std::vector<std::size_t> widths(count);
  std::vector<bool> right(count);
  for (std::size_t i = 0; i < count; ++i) {
    widths[i] = width_of(heads_[i]);
    bool has_any = false;
    bool all_numbers = true;
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], width_of(row[i]));
      has_any = has_any || !row[i].empty();
      all_numbers = all_numbers && (row[i].empty() || row[i] == "-" || is_number(row[i]));
    }
    right[i] = has_any && all_numbers;
  }
  std::string made;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string padding(widths[i] - width_of(cells[i]), ' ');
      if (i > 0) line += "  ";
      line += right[i] ? padding + cells[i] : cells[i] + padding;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    made += (width == 0 ? line : cut_to(line, width)) + '\n';
  };
  add_line(heads_);
  for (const auto& row : rows_) add_line(row);
  return made;
}

}  // namespace lithair::ctl
