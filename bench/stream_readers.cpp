#include "bench/stream_readers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{120};
// An event's data is one line and begins so, for the key is declared first.
constexpr std::string_view item = "\ndata: {\"id\":";

}  // namespace

stream_readers::stream_readers(std::uint16_t port, const std::string& target, std::size_t count)
    : poll_(epoll_create1(EPOLL_CLOEXEC)), all_(count) {
  const auto request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = all_[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("a subscriber can't connect");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }
  thread_ = std::thread([this] { run(); });
  await("streams to open", [this] { return open_ == all_.size(); });
}

stream_readers::~stream_readers() {
  over_ = true;
  thread_.join();
  for (const auto& each : all_) close(each.fd);
  close(poll_);
}

void stream_readers::await_events(std::uint64_t of_each) {
  await("events", [this, of_each] { return events_ >= of_each * all_.size(); });
}

bool stream_readers::all_saw(std::uint64_t first, std::uint64_t count) const {
  return std::ranges::all_of(all_, [first, count](const reader& one) {
    return one.first == first && one.seen == count && one.unordered == 0;
  });
}

void stream_readers::await(const char* what, const std::function<bool()>& reached) const {
  const auto until = clock::now() + patience;
  while (!reached()) {
    if (clock::now() > until) throw std::runtime_error(std::string("in vain waited for ") + what);
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
}

void stream_readers::run() {
  std::array<epoll_event, 512> events{};
  while (!over_) {
    const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < ready; ++i) take(all_[events[static_cast<std::size_t>(i)].data.u64]);
  }
}

void stream_readers::take(reader& one) {
  const auto got = recv(one.fd, buffer_.data(), buffer_.size(), 0);
  if (got <= 0) {
    epoll_ctl(poll_, EPOLL_CTL_DEL, one.fd, nullptr);
    return;
  }
  one.rest.append(buffer_.data(), static_cast<std::size_t>(got));
  std::uint64_t found = 0;
  std::size_t done = 0;
  for (auto at = one.rest.find(item); at != std::string::npos; at = one.rest.find(item, done)) {
    const auto* const digits = one.rest.data() + at + item.size();
    const auto* const end = one.rest.data() + one.rest.size();
    std::uint64_t id = 0;
    // The number is whole when something stands behind it.
    if (std::from_chars(digits, end, id).ptr == end) break;
    if (one.seen == 0) one.first = id;
    if (id != one.first + one.seen++) ++one.unordered;
    ++found;
    done = at + item.size();
  }
  // What is left may hold the beginning of an event that was not counted.
  const auto last = one.rest.rfind('\n');
  if (last != std::string::npos)
    one.rest.erase(0, std::max(done, last));
  else
    one.rest.erase(0, done);
  // One that is waited for is counted behind what it saw.
  events_ += found;
  if (!std::exchange(one.open, true)) ++open_;
}

void allow_many_connections() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace lithair::bench
