#include "models/value/timestamp.hpp"

#include <chrono>

namespace lithair::models {

namespace {

using namespace std::chrono;

/// Reads fixed-width decimal parts from left to right; once something is missing it stays failed.
struct cursor {
  std::string_view text;
  bool good = true;

  int number(std::size_t width) {
    if (text.size() < width) {
      good = false;
      return 0;
    }
    int made = 0;
    for (std::size_t i = 0; i < width; ++i) {
      good = good && text[i] >= '0' && text[i] <= '9';
      made = made * 10 + (text[i] - '0');
    }
    text.remove_prefix(width);
    return made;
  }
  void expect(char c) {
    good = good && !text.empty() && text.front() == c;
    text.remove_prefix(text.empty() ? 0 : 1);
  }
  // RFC 3339 §5.6: "T" and "Z" may be small.
  bool next_is(char c) const { return !text.empty() && (text.front() | 0x20) == (c | 0x20); }
};

/// What clocks count: nanoseconds.
constexpr int most_digits = 9;

/// The digits behind the point, in microseconds; finer ones are cut off.
std::int64_t read_fraction(cursor& in) {
  std::int64_t made = 0;
  int digits = 0;
  for (; !in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9'; ++digits) {
    const int digit = in.number(1);
    if (digits < 6) {
      made = made * 10 + digit;
    } else {
      in.good = in.good && (digits < most_digits || digit == 0);
    }
  }
  in.good = in.good && digits > 0;
  for (; digits < 6; ++digits) {
    made *= 10;
  }
  return made;
}

/// `Z` or `+hh:mm`, in minutes east of Greenwich.
std::int64_t read_offset(cursor& in) {
  if (in.next_is('z')) {
    in.text.remove_prefix(1);
    return 0;
  }
  const bool west = in.next_is('-');
  in.expect(west ? '-' : '+');
  const std::int64_t hour = in.number(2);
  in.expect(':');
  const std::int64_t minute = in.number(2);
  // "-00:00" is taken as UTC.
  in.good = in.good && hour < 24 && minute < 60;
  return (hour * 60 + minute) * (west ? -1 : 1);
}

sys_days read_date(cursor& in) {
  const int y = in.number(4);
  in.expect('-');
  const int m = in.number(2);
  in.expect('-');
  const int d = in.number(2);
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  // The calendar's own check: the 29th of February and the like.
  in.good = in.good && date.ok();
  return in.good ? sys_days{date} : sys_days{};
}

constexpr auto first_moment = sys_days{year{1} / 1 / 1};
constexpr auto end_of_time = sys_days{year{10000} / 1 / 1};

void append_padded(std::string& out, std::int64_t number, int width) {
  const std::string digits = std::to_string(number);
  out.append(static_cast<std::size_t>(width) - digits.size(), '0');
  out += digits;
}

}  // namespace

std::optional<timestamp> parse_timestamp(std::string_view text) {
  cursor in{text};
  const sys_days date = read_date(in);
  if (!in.next_is('t')) {
    return std::nullopt;
  }
  in.text.remove_prefix(1);
  const int h = in.number(2);
  in.expect(':');
  const int m = in.number(2);
  in.expect(':');
  const int s = in.number(2);
  std::int64_t fraction = 0;
  if (in.next_is('.')) {
    in.expect('.');
    fraction = read_fraction(in);
  }
  const std::int64_t offset = read_offset(in);
  // 23:59:60 is no moment of a clock that counts without leap seconds.
  if (!in.good || !in.text.empty() || h > 23 || m > 59 || s > 59) {
    return std::nullopt;
  }
  const sys_time<microseconds> moment =
      date + hours{h} + minutes{m - offset} + seconds{s} + microseconds{fraction};
  // Offsets may carry a moment out of the years that have four digits.
  if (moment < first_moment || moment >= end_of_time) {
    return std::nullopt;
  }
  return timestamp{moment.time_since_epoch().count()};
}

void append_text(std::string& out, timestamp given) {
  const sys_time<microseconds> moment{microseconds{given.us}};
  // Floor and not a plain division: before 1970 the rest must be positive.
  const auto date = floor<days>(moment);
  const year_month_day ymd{date};
  const hh_mm_ss time{floor<seconds>(moment - date)};
  const std::int64_t fraction = (moment - floor<seconds>(moment)).count();
  append_padded(out, static_cast<int>(ymd.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(ymd.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(ymd.day()), 2);
  out += 'T';
  append_padded(out, time.hours().count(), 2);
  out += ':';
  append_padded(out, time.minutes().count(), 2);
  out += ':';
  append_padded(out, time.seconds().count(), 2);
  if (fraction != 0) {
    out += '.';
    fraction % 1000 == 0 ? append_padded(out, fraction / 1000, 3) : append_padded(out, fraction, 6);
  }
  out += 'Z';
}

std::string to_string(timestamp time) {
  std::string out;
  append_text(out, time);
  return out;
}

}  // namespace lithair::models
