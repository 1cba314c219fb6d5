#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

struct sockaddr;

namespace lithair::http {

/// Who a connection comes from, as far as places are counted: an IPv4 address, or the network of an
/// IPv6 address (its first 64 bits), which one host has for itself.
using client_address = std::array<std::uint8_t, 16>;
/// All zero for other families. IPv4 mapped into IPv6 is IPv4.
client_address address_of(const sockaddr& from);
/// Of whoever is at the other end of the socket.
client_address peer_address(int fd);

/// What a connection may do.
enum class place : std::uint8_t {
  refused,   ///< nothing: there is no place left
  regular,   ///< anything
  reserved,  ///< ask for /livez, /readyz and /metrics, once: the node is looked at also when full
};

/// The places for connections: how many are open, and whether one more may be. Any thread.
class admission {
 public:
  struct limits {
    std::size_t regular = 0;
    std::size_t reserved = 0;     ///< beyond those
    std::size_t per_address = 0;  ///< of the regular ones
  };
  /// What a place was given to; owed back to `end_one`.
  struct ticket {
    client_address from{};
    place as = place::refused;
  };
  /// How many connections should make room now, of all or of one address.
  struct shortage {
    std::size_t count = 0;
    std::optional<client_address> of;
    bool reserve = false;  ///< half of the reserve is taken
    bool is_any() const { return count > 0 || reserve; }
  };

  /// Before the first connection.
  void set_limits(const limits& most) { limits_ = most; }
  const limits& most() const { return limits_; }

  /// Gives a place to a connection from there; none is owed back when it is refused.
  place begin_one(const client_address& from);
  /// Wakes those who wait when it was the last.
  void end_one(const ticket& given);
  /// As of now, for a connection from there that has just come. Room is to be made before the last
  /// place is taken: from fifteen sixteenths on, down to seven eighths.
  shortage short_of(const client_address& from) const;

  /// For metrics; they may have changed when they are looked at.
  std::size_t open() const;
  std::size_t open_reserved() const;
  /// Whether none is open and none was within the last so many milliseconds.
  bool none_for(std::chrono::milliseconds time) const;
  /// Waits until none is open, for at most `limit`. Whether that came about.
  bool wait_until_none(std::optional<std::chrono::milliseconds> limit);

 private:
  limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::size_t regular_ = 0;  // guarded by mutex_, as are the next
  std::size_t reserved_ = 0;
  std::map<client_address, std::size_t> by_address_;               // regular ones
  std::optional<std::chrono::steady_clock::time_point> last_end_;  // none: there was none yet
};

}  // namespace lithair::http
