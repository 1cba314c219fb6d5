// How many requests one loop answers: GET of an item through parser, router, an actor that stands
// for the node, and back, over loopback. The client shares the machine, so judge ratios.
//
//     http_roundtrip [connections] [seconds] [pipelined]

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "test/http/served.hpp"

using namespace lithair::http::test;
using std::chrono::steady_clock;

namespace {

struct plan {
  std::size_t connections = 64;
  double seconds = 3;
  std::size_t pipelined = 1;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + 1e-6 * static_cast<double>(x.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// All answers are equally long, so bytes tell how many came.
std::size_t drive(std::uint16_t port, const plan& p, std::size_t answer_size,
                  const std::string& request) {
  std::string batch;
  for (std::size_t i = 0; i < p.pipelined; ++i) batch += request;
  const int poll = ::epoll_create1(0);
  std::vector<int> sockets;
  std::vector<std::size_t> missing(p.connections, answer_size * p.pipelined);
  for (std::size_t i = 0; i < p.connections; ++i) {
    sockets.push_back(connect_to(port));
    epoll_event event{EPOLLIN, {}};
    event.data.u64 = i;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, sockets[i], &event);
    if (::send(sockets[i], batch.data(), batch.size(), 0) < 0) std::abort();
  }
  std::size_t answers = 0;
  std::vector<char> buffer(256 * 1024);
  epoll_event events[256];
  const auto end = steady_clock::now() + std::chrono::duration<double>(p.seconds);
  while (steady_clock::now() < end) {
    const int n = ::epoll_wait(poll, events, 256, 100);
    for (int e = 0; e < n; ++e) {
      const auto i = events[e].data.u64;
      const auto got = ::recv(sockets[i], buffer.data(), buffer.size(), 0);
      if (got <= 0) std::abort();
      missing[i] -= static_cast<std::size_t>(got);
      if (missing[i] > 0) continue;
      answers += p.pipelined;
      missing[i] = answer_size * p.pipelined;
      if (::send(sockets[i], batch.data(), batch.size(), 0) < 0) std::abort();
    }
  }
  for (const int fd : sockets) ::close(fd);
  ::close(poll);
  return answers;
}

// How long the answer is, with all its headers.
std::size_t answer_size(std::uint16_t port, const std::string& request) {
  const int fd = connect_to(port);
  ::fcntl(fd, F_SETFL, 0);
  if (::send(fd, request.data(), request.size(), 0) < 0) std::abort();
  char buffer[4096];
  const auto n = ::recv(fd, buffer, sizeof buffer, 0);
  ::close(fd);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  plan p;
  if (argc > 1) p.connections = std::strtoul(argv[1], nullptr, 10);
  if (argc > 2) p.seconds = std::strtod(argv[2], nullptr);
  if (argc > 3) p.pipelined = std::strtoul(argv[3], nullptr, 10);
  served server{{}, 1};
  client{server.port()}.ask("POST", "/api/products", "", R"({"id":"p1","name":"tea","stock":3})");
  const auto request = request_text("GET", "/api/products/p1");
  const auto size = answer_size(server.port(), request);
  const auto cpu = cpu_seconds();
  const auto answers = static_cast<double>(drive(server.port(), p, size, request));
  std::printf(
      "%zu connections, %zu pipelined: %.0f GET/s, %.2f us of CPU each with the client, %zu bytes "
      "each\n",
      p.connections, p.pipelined, answers / p.seconds, 1e6 * (cpu_seconds() - cpu) / answers, size);
}
