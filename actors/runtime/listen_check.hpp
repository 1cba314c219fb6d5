#pragma once

#include <cstdint>
#include <string>

namespace lithair::actors {

/// Whether this process could listen there now: empty, or what is in the way, as a sentence. Asked
/// before anything is created, so that a taken port leaves nothing behind; nobody listens there
/// when it returns. Looks the host's name up, which may take its time.
std::string why_not_listen(const std::string& host, std::uint16_t port);

/// A socket that listens, or why there is none.
struct listening {
  int fd = -1;      ///< non-blocking, whoever asked owns it; -1: none
  std::string why;  ///< a sentence; empty when there is one
};
/// Listens at the first address of `host`, whose name it looks up, which may take its time. A port
/// whose former connections linger is free.
listening listen_at(const std::string& host, std::uint16_t port);

}  // namespace lithair::actors
