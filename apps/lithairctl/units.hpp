#pragma once

#include <cstdint>
#include <string>

/// Amounts as people read them.
namespace lithair::ctl {

/// `512 B`, `1.5 MiB`.
std::string human_bytes(std::uint64_t bytes);
/// `12 ms`, `3.4 s`, `5m 12s`, `3h 5m`, `12d 4h`.
std::string human_duration(std::uint64_t ms);
/// `1,234,567`.
std::string human_count(std::uint64_t count);
/// `2026-12-01 09:30:12`, of seconds since 1970, in UTC.
std::string human_time(std::int64_t seconds);

}  // namespace lithair::ctl
