#pragma once

#include <cstdint>

/// Makes system calls of this process fail, those of libraries too.
namespace lithair::persistence::test {

enum class disk_call : std::uint8_t { sync, write, read };

/// The call of this kind after the next `skipped` ones fails with `error` (an errno value), and
/// with `forever` so do all after it.
void fail_disk(disk_call call, int skipped, int error, bool forever = false);
/// All calls work again. Returns whether one failed.
bool heal_disk();

}  // namespace lithair::persistence::test
