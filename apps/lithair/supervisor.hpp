#pragma once

#include <string>
#include <string_view>

namespace lithair::apps {

/// Whoever started the program and wants to be told how it goes: systemd, with Type=notify. It is
/// told by datagrams to the socket that the environment names (sd_notify(3)). Any thread.
class supervisor {
 public:
  /// `socket`: the value of NOTIFY_SOCKET, a path or, behind an @, a name; empty: there is nobody.
  explicit supervisor(std::string socket);
  static supervisor of_process();

  bool is_there() const { return !socket_.empty(); }
  /// `NAME=value` lines. Does not block; who can't be told is not told.
  void tell(std::string_view lines) const;

 private:
  std::string socket_;
};

}  // namespace lithair::apps
