#include "http/admission.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace lithair::http {

client_address address_of(const sockaddr& from) {
  client_address result{};
  if (from.sa_family == AF_INET) {
    const auto& ip = reinterpret_cast<const sockaddr_in&>(from).sin_addr;
    // As IPv6 writes it, so that one host has one address, whichever socket took it.
    result[10] = result[11] = 0xff;
    std::memcpy(&result[12], &ip, 4);
  } else if (from.sa_family == AF_INET6) {
    const auto& ip = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    const bool mapped = IN6_IS_ADDR_V4MAPPED(&ip);
    std::memcpy(result.data(), &ip, mapped ? 16 : 8);
  }
  return result;
}

client_address peer_address(int fd) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  // Gone already: as good as any other.
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size) != 0) return {};
  return address_of(reinterpret_cast<const sockaddr&>(from));
}

place admission::begin_one(const client_address& from) {
  const std::lock_guard guard{mutex_};
  const auto at = by_address_.find(from);
  const auto theirs = at == by_address_.end() ? 0 : at->second;
  if (regular_ < limits_.regular && theirs < limits_.per_address) {
    ++regular_;
    ++by_address_[from];
    return place::regular;
  }
  if (reserved_ >= limits_.reserved) return place::refused;
  ++reserved_;
  return place::reserved;
}

void admission::end_one(const ticket& given) {
  const std::lock_guard guard{mutex_};
  if (given.as == place::regular) {
    --regular_;
    const auto at = by_address_.find(given.from);
    if (--at->second == 0) by_address_.erase(at);
  } else {
    --reserved_;
  }
  if (regular_ + reserved_ > 0) return;
  last_end_ = std::chrono::steady_clock::now();
  none_.notify_all();
}

admission::shortage admission::short_of(const client_address& from) const {
  const std::lock_guard guard{mutex_};
  const auto excess = [](std::size_t now, std::size_t most) {
    const bool nearly_full = now >= most - most / 16;
    return nearly_full ? now - (most - std::max<std::size_t>(most / 8, 1)) : 0;
  };
  shortage result;
  result.reserve = reserved_ > 0 && reserved_ >= limits_.reserved / 2;
  result.count = excess(regular_, limits_.regular);
  if (result.count > 0) return result;
  const auto at = by_address_.find(from);
  if (at == by_address_.end()) return result;
  result.count = excess(at->second, limits_.per_address);
  if (result.count > 0) result.of = from;
  return result;
}

std::size_t admission::open() const {
  const std::lock_guard guard{mutex_};
  return regular_ + reserved_;
}

std::size_t admission::open_reserved() const {
  const std::lock_guard guard{mutex_};
  return reserved_;
}

bool admission::none_for(std::chrono::milliseconds time) const {
  const std::lock_guard guard{mutex_};
  return regular_ + reserved_ == 0 &&
         (!last_end_ || std::chrono::steady_clock::now() - *last_end_ > time);
}

bool admission::wait_until_none(std::optional<std::chrono::milliseconds> limit) {
  std::unique_lock guard{mutex_};
  const auto none = [this] { return regular_ + reserved_ == 0; };
  if (limit) return none_.wait_for(guard, *limit, none);
  none_.wait(guard, none);
  return true;
}

}  // namespace lithair::http
