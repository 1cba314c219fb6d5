#include "test/cluster/harness/machines.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace lithair::test {

class machines::descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  int get() const { return fd_; }

  /// The namespace that this thread is in.
  static descriptor of_thread() {
    return descriptor{
        checked(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "looking for a network")};
  }
  static int checked(int result, const char* doing) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), doing);
    return result;
  }

 private:
  int fd_;
};

namespace {

/// One order to the kernel, as rtnetlink(7) has it.
class link_order {
 public:
  link_order(std::uint16_t type, std::uint16_t flags, int index = 0) {
    header_.nlmsg_type = type;
    header_.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    ifinfomsg about{};
    about.ifi_index = index;
    add_bytes(&header_, sizeof header_);
    add_bytes(&about, sizeof about);
  }

  void add(std::uint16_t type, std::string_view text) {
    const auto at = begin(type);
    add_bytes(text.data(), text.size());
    end(at);
  }
  void add(std::uint16_t type, std::uint32_t number) {
    add(type, {reinterpret_cast<const char*>(&number), sizeof number});
  }
  /// What is added until `end` is inside of it.
  std::size_t begin(std::uint16_t type) {
    const auto at = bytes_.size();
    const rtattr head{0, type};
    add_bytes(&head, sizeof head);
    return at;
  }
  void end(std::size_t at) {
    const auto size = static_cast<unsigned short>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &size, sizeof size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  void add_link_head() {
    const ifinfomsg none{};
    add_bytes(&none, sizeof none);
  }

  /// Sends it and waits for the answer. 0, or what errno would be.
  int carry_out() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    alignas(nlmsghdr) char answer[8192];
    int error = EIO;
    if (::send(socket, bytes_.data(), bytes_.size(), 0) == static_cast<ssize_t>(bytes_.size()) &&
        ::recv(socket, answer, sizeof answer, 0) >= static_cast<ssize_t>(sizeof(nlmsghdr))) {
      nlmsgerr said{};
      std::memcpy(&said, answer + NLMSG_HDRLEN, sizeof said);
      error = -said.error;
    }
    ::close(socket);
    return error;
  }

 private:
  void add_bytes(const void* from, std::size_t size) {
    bytes_.append(static_cast<const char*>(from), size);
  }

  nlmsghdr header_{};
  std::string bytes_;
};

void demand(int error, const char* doing) {
  if (error != 0) throw std::system_error(error, std::generic_category(), doing);
}

int index_of(const std::string& name) { return static_cast<int>(::if_nametoindex(name.c_str())); }

void make_bridge(const std::string& name) {
  link_order order{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL};
  order.add(IFLA_IFNAME, name);
  const auto about = order.begin(IFLA_LINKINFO);
  order.add(IFLA_INFO_KIND, "bridge");
  order.end(about);
  demand(order.carry_out(), "making a bridge");
}

/// One end here, the other as `eth0` in that namespace.
void make_wire(const std::string& name, int other_end) {
  link_order order{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL};
  order.add(IFLA_IFNAME, name);
  const auto about = order.begin(IFLA_LINKINFO);
  order.add(IFLA_INFO_KIND, "veth");
  const auto data = order.begin(IFLA_INFO_DATA);
  const auto peer = order.begin(VETH_INFO_PEER);
  order.add_link_head();
  order.add(IFLA_IFNAME, "eth0");
  order.add(IFLA_NET_NS_FD, static_cast<std::uint32_t>(other_end));
  order.end(peer);
  order.end(data);
  order.end(about);
  demand(order.carry_out(), "making a wire");
}

void plug(const std::string& name, const std::string& into) {
  link_order order{RTM_NEWLINK, 0, index_of(name)};
  order.add(IFLA_MASTER, static_cast<std::uint32_t>(index_of(into)));
  demand(order.carry_out(), "plugging a wire in");
}

void tell(const std::string& interface, unsigned long what, ifreq told) {
  interface.copy(told.ifr_name, sizeof told.ifr_name - 1);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int error = ::ioctl(socket, what, &told) == 0 ? 0 : errno;
  ::close(socket);
  demand(error, "setting an interface");
}

void raise(const std::string& interface) {
  ifreq up{};
  up.ifr_flags = IFF_UP | IFF_RUNNING;
  tell(interface, SIOCSIFFLAGS, up);
}

void set_address(const std::string& interface, unsigned long what, const std::string& address) {
  ifreq told{};
  sockaddr_in made{};
  made.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &made.sin_addr);
  std::memcpy(&told.ifr_addr, &made, sizeof made);
  tell(interface, what, told);
}

}  // namespace

machines::machines(std::size_t count) {
  const auto before = descriptor::of_thread();
  try {
    make(count);
  } catch (const std::system_error& error) {
    missing_ = std::string("no machines: ") + error.what();
  }
  descriptor::checked(::setns(before.get(), CLONE_NEWNET), "going back");
}

machines::~machines() = default;

// The bridge lives in the last one, which goes when all wires into it have.
void machines::make(std::size_t count) {
  for (std::size_t i = 0; i <= count; ++i) {
    descriptor::checked(::unshare(CLONE_NEWNET), "making a network");
    raise("lo");
    places_.push_back(descriptor::of_thread());
  }
  make_bridge("switch");
  raise("switch");
  for (std::size_t i = 0; i < count; ++i) {
    const auto port = "port" + std::to_string(i);
    make_wire(port, places_[i].get());
    plug(port, "switch");
    raise(port);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto there = enter(i);
    set_address("eth0", SIOCSIFADDR, address(i));
    set_address("eth0", SIOCSIFNETMASK, "255.255.255.0");
    raise("eth0");
  }
}

std::shared_ptr<void> machines::enter(std::size_t i) const {
  auto before = std::make_shared<descriptor>(descriptor::of_thread());
  descriptor::checked(::setns(places_.at(i).get(), CLONE_NEWNET), "entering a machine");
  return {static_cast<void*>(before.get()),
          [before](void*) { (void)!::setns(before->get(), CLONE_NEWNET); }};
}

}  // namespace lithair::test
