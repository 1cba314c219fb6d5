#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace lithair::actors {

class loop;

/// Connects to `host:port` without blocking and calls `done` on the loop's thread, exactly once:
/// with a connected, non-blocking socket that the callee owns, or with -1 and a sentence. Only on
/// the loop's thread.
///
/// `host` is a name or an address, looked up by libuv's threads; the first answer is tried and no
/// other. `timeout_ms` is for all of it.
void dial(loop& on, const std::string& host, std::uint16_t port, std::uint32_t timeout_ms,
          std::function<void(int socket, const std::string& error)> done);

}  // namespace lithair::actors
