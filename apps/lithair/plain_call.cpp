#include "apps/lithair/plain_call.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace lithair::apps {
namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

struct looked_up {
  int error = 0;  // as getaddrinfo has it
  address_list addresses{nullptr, &freeaddrinfo};
};

looked_up look_up(const endpoint& whom, int flags) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  looked_up made;
  made.error = getaddrinfo(whom.host.c_str(), std::to_string(whom.port).c_str(), &wanted, &first);
  if (made.error == 0) made.addresses.reset(first);
  return made;
}

struct lookup {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  looked_up result;
};

/// Servers of names may take longer than the limit, and can't be broken off: a thread of its own
/// waits for them, and is left behind when they do.
looked_up look_up_within(const endpoint& whom, const time_limit& limit) {
  const auto shared = std::make_shared<lookup>();
  try {
    std::thread([shared, whom] {
      auto result = look_up(whom, AI_ADDRCONFIG);
      const std::lock_guard guard{shared->mutex};
      shared->result = std::move(result);
      shared->is_done = true;
      shared->done.notify_one();
    }).detach();
  } catch (const std::system_error& error) {
    throw no_answer(std::string{"its name can't be looked up: "} + error.what());
  }
  std::unique_lock lock{shared->mutex};
  while (!shared->done.wait_for(lock, limit.next_wait(), [&] { return shared->is_done; })) {
  }
  return std::move(shared->result);
}

address_list addresses_of(const endpoint& whom, const time_limit& limit) {
  auto made = look_up(whom, AI_NUMERICHOST);
  if (made.error == EAI_NONAME) made = look_up_within(whom, limit);
  if (made.error != 0)
    throw no_answer(std::string{"its name has no address: "} + gai_strerror(made.error));
  return std::move(made.addresses);
}

std::string reason(int error) { return std::generic_category().message(error); }

/// 0, or why not.
int connect_within(int socket, const addrinfo& to, const time_limit& limit) {
  if (connect(socket, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  limit.await(socket, POLLOUT);
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

plain_call::plain_call(const endpoint& whom, const time_limit& limit) : limit_(limit) {
  const auto addresses = addresses_of(whom, limit);
  std::vector<const addrinfo*> all;
  for (const auto* each = addresses.get(); each != nullptr; each = each->ai_next)
    all.push_back(each);
  std::string why = "its name has no address";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& to = *all[i];
    socket_ = socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol);
    if (socket_ < 0) throw no_answer("it can't be reached: " + reason(errno));
    try {
      // One that is silent leaves time for the others.
      const auto error = connect_within(socket_, to, limit.part(all.size() - i));
      if (error == 0) break;
      why = "it can't be reached: " + reason(error);
    } catch (const no_answer& late) {
      why = late.what();
    }
    close(socket_);
    socket_ = -1;
    limit.next_wait();  // Not after the end, nor when it is to stop.
  }
  if (socket_ < 0) throw no_answer(why);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

plain_call::~plain_call() { close(socket_); }

void plain_call::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno == EAGAIN || errno == EINTR)
      limit_.await(socket_, POLLOUT);
    else
      return;  // There may be an answer all the same; if not, receiving tells.
  }
}

std::size_t plain_call::receive(std::span<char> into) {
  for (;;) {
    const auto got = recv(socket_, into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EAGAIN && errno != EINTR)
      throw no_answer("the connection broke: " + reason(errno));
    limit_.await(socket_, POLLIN);
  }
}

}  // namespace lithair::apps
