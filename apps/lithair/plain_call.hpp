#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "apps/lithair/time_limit.hpp"
#include "apps/lithair/values.hpp"

namespace lithair::apps {

/// A TCP connection to somebody else. Blocks, for as long as its limit allows: every step throws
/// no_answer once that is over, and when the connection fails. One thread.
class plain_call {
 public:
  /// Looks the name up and tries its addresses one after the other. `limit` outlives it.
  plain_call(const endpoint& whom, const time_limit& limit);
  ~plain_call();
  plain_call(const plain_call&) = delete;
  plain_call& operator=(const plain_call&) = delete;

  /// All of it, or as much as the other side takes: who answers early may read no further.
  void send(std::string_view bytes);
  /// What came, at least a byte; 0: nothing more comes.
  std::size_t receive(std::span<char> into);

 private:
  const time_limit& limit_;
  int socket_ = -1;
};

}  // namespace lithair::apps
