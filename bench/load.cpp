#include "bench/load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "actors/tls/tls_session.hpp"

namespace lithair::bench {
namespace {

using clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  throw std::runtime_error("nobody listens on 127.0.0.1:" + std::to_string(port));
}

std::chrono::milliseconds own_cpu() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& t) { return t.tv_sec * 1000 + t.tv_usec / 1000; };
  return std::chrono::milliseconds{ms(used.ru_utime) + ms(used.ru_stime)};
}

/// The size of the whole response at the beginning of `bytes`; 0 while it is incomplete. Knows what
/// the measured servers send: a length, or chunks, of which the last is empty.
std::size_t response_size(std::string_view bytes) {
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const auto header = bytes.substr(0, head + 2);
  auto at = header.find("\r\nContent-Length: ");
  if (at == std::string_view::npos) at = header.find("\r\ncontent-length: ");
  if (at != std::string_view::npos) {
    const auto size = head + 4 + std::strtoull(header.data() + at + 18, nullptr, 10);
    return bytes.size() >= size ? size : 0;
  }
  if (header.find("chunked") == std::string_view::npos) return head + 4;
  const auto end = bytes.find("0\r\n\r\n", head + 4);
  return end == std::string_view::npos ? 0 : end + 5;
}

struct connection {
  int fd = -1;
  bool reading = false;  ///< the request under way is a read
  clock::time_point sent;
  std::string received;
  std::unique_ptr<actors::tls_session> tls = {};  ///< of HTTPS
};

// Of one read; the client opens into as much and a record more.
constexpr std::size_t read_bytes = 16384;

/// Before anything is measured, one after the other.
void shake(connection& x, std::shared_ptr<const actors::tls_context> as) {
  x.tls = std::make_unique<actors::tls_session>(std::move(as));
  std::array<char, read_bytes> came;
  std::array<char, read_bytes + actors::tls_session::held_back> plain;
  while (!x.tls->is_open()) {
    const auto said = x.tls->take_output();
    send(x.fd, said.data(), said.size(), MSG_NOSIGNAL);
    const auto got = recv(x.fd, came.data(), came.size(), 0);
    if (got <= 0 || x.tls->state() == actors::tls_state::failed)
      throw std::runtime_error("no handshake: " + x.tls->why_failed());
    x.tls->feed({came.data(), static_cast<std::size_t>(got)}, plain);
  }
  const auto said = x.tls->take_output();
  send(x.fd, said.data(), said.size(), MSG_NOSIGNAL);
}

class generator {
 public:
  explicit generator(const load_plan& plan)
      : plan_(plan), write_(plan.write), read_(plan.read), connections_(plan.connections) {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].fd = connect_to(plan.ports[i % plan.ports.size()]);
      if (plan.secure) shake(connections_[i], plan.secure);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
    }
  }
  ~generator() {
    for (const auto& x : connections_) close_one(x.fd);
    close_one(poll_);
  }
  generator(const generator&) = delete;
  generator& operator=(const generator&) = delete;

  load_result run() {
    begin_ = clock::now() + plan_.warm_up;
    end_ = begin_ + plan_.measured;
    for (auto& x : connections_) send_next(x);
    while (clock::now() < end_ && open_ > 0) turn();
    if (measuring_) finish();
    std::ranges::sort(made_.latencies_us);
    return std::move(made_);
  }

 private:
  static void close_one(int fd) {
    if (fd >= 0) close(fd);
  }

  void turn() {
    std::array<epoll_event, 256> events{};
    const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
    const auto now = clock::now();
    if (!measuring_ && now >= begin_) start(now);
    for (int i = 0; i < ready; ++i)
      take(connections_[events[static_cast<std::size_t>(i)].data.u64]);
  }

  void start(clock::time_point now) {
    measuring_ = true;
    began_ = now;
    cpu_ = own_cpu();
    if (plan_.on_begin) plan_.on_begin();
  }

  void finish() {
    made_.seconds = std::chrono::duration<double>(clock::now() - began_).count();
    made_.client_cpu = own_cpu() - cpu_;
    if (plan_.on_end) plan_.on_end();
  }

  static void put_number(request_template& x, std::uint64_t number) {
    for (std::size_t i = x.width; i > 0; --i, number /= 10) {
      x.bytes[x.at + i - 1] = static_cast<char>('0' + number % 10);
    }
  }

  void send_next(connection& x) {
    x.reading = chance_() % 100 < plan_.read_percent;
    auto& request = x.reading ? read_ : write_;
    put_number(request,
               x.reading ? chance_() % plan_.readable : plan_.first_number + made_.writes++);
    x.sent = clock::now();
    if (!say(x, request.bytes)) lose(x);
  }

  static bool say(connection& x, const std::string& bytes) {
    if (!x.tls) return send_all(x.fd, bytes);
    x.tls->encrypt(bytes);
    const bool sent = send_all(x.fd, x.tls->output());
    x.tls->sent(x.tls->output().size());
    return sent;
  }
  static bool send_all(int fd, const std::string& bytes) {
    return send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  void lose(connection& x) {
    close(std::exchange(x.fd, -1));
    --open_;
    ++made_.failed;
  }

  void take(connection& x) {
    std::array<char, read_bytes> buffer;
    const auto got = x.fd < 0 ? 0 : recv(x.fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return x.fd < 0 ? void() : lose(x);
    if (x.tls) {
      std::array<char, read_bytes + actors::tls_session::held_back> plain;
      const auto size = x.tls->feed({buffer.data(), static_cast<std::size_t>(got)}, plain);
      if (!x.tls->is_open()) return lose(x);
      x.received.append(plain.data(), size);
    } else {
      x.received.append(buffer.data(), static_cast<std::size_t>(got));
    }
    const auto size = response_size(x.received);
    if (size == 0) return;
    made_.answer_bytes = size;
    count(x, std::atoi(x.received.c_str() + 9));
    x.received.erase(0, size);
    send_next(x);
  }

  void count(const connection& x, int status) {
    if (status != (x.reading ? read_ : write_).expected) {
      if (made_.failed++ == 0) made_.first_failure = status;
    } else if (measuring_) {
      ++made_.answered;
      const auto took = clock::now() - x.sent;
      made_.latencies_us.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    }
  }

  const load_plan& plan_;
  request_template write_;
  request_template read_;
  std::vector<connection> connections_;
  std::size_t open_ = plan_.connections;
  int poll_ = -1;
  std::minstd_rand chance_{1};
  clock::time_point begin_;
  clock::time_point end_;
  clock::time_point began_;
  std::chrono::milliseconds cpu_{0};
  bool measuring_ = false;
  load_result made_;
};

}  // namespace

request_template make_request(const std::string& method, const std::string& target,
                              const std::string& body, int expected) {
  request_template made;
  made.expected = expected;
  made.bytes = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!body.empty()) {
    made.bytes +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  made.bytes += "\r\n" + body;
  const auto at = made.bytes.find('#');
  if (at != std::string::npos) {
    made.at = at;
    made.width = std::min(made.bytes.find_first_not_of('#', at), made.bytes.size()) - at;
  }
  return made;
}

request_template with_header(request_template x, const std::string& header) {
  // Behind the request line; the number may be in front of it, or come behind.
  const auto at = x.bytes.find("\r\n") + 2;
  x.bytes.insert(at, header + "\r\n");
  if (x.at >= at) x.at += header.size() + 2;
  return x;
}

double load_result::percentile(double share) const {
  if (latencies_us.empty()) return 0;
  const auto last = static_cast<double>(latencies_us.size() - 1);
  return latencies_us[static_cast<std::size_t>(share * last)] / 1000.0;
}

load_result run_load(const load_plan& plan) { return generator(plan).run(); }

}  // namespace lithair::bench
