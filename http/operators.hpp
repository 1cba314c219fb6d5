#pragma once

namespace lithair::http {

/// Whether the other end of a connected socket is on this machine: a loopback address, or a socket
/// of the machine's own kind. Who may use what is decided by that: see `check_operator`.
bool comes_from_this_machine(int fd);

}  // namespace lithair::http
