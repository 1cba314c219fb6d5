#include "actors/links/actor_channel.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/send.hpp>
#include <caf/timespan.hpp>

#include "actors/runtime/loop.hpp"

namespace lithair::actors {

namespace {

static_assert(caf::io::basp::version == basp_version &&
              caf::io::basp::header_size == basp_header::size);
static_assert(static_cast<std::uint64_t>(caf::atom("")) == no_node_atom &&
              static_cast<std::uint64_t>(caf::node_id::default_data::class_id) ==
                  default_node_atom);

// What waits for the broker below this counts as taken.
constexpr std::size_t low_mark = 64 << 10;
// Read in one turn of the loop.
constexpr int chunks_a_turn = 8;

// A long frame's memory is not kept.
void empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > low_mark) buffer.shrink_to_fit();
}

std::string bytes_of(caf::actor_system& system, const caf::node_id& node) {
  std::vector<char> bytes;
  caf::binary_serializer to{system, bytes};
  static_cast<void>(to(node));
  return {bytes.begin(), bytes.end()};
}

// The middleman makes it, if nobody has asked for it yet.
caf::actor broker_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

}  // namespace

// Lives until its handle is closed and the channel is gone.
class actor_channel::socket_end : public std::enable_shared_from_this<socket_end> {
 public:
  socket_end(loop& home, setup what, listener owner)
      : home_(home),
        system_(*what.system),
        nodes_(std::move(what.nodes)),
        owner_(std::move(owner)),
        filter_(bytes_of(system_, system_.node()), what.messages, what.most) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
      throw std::runtime_error("cannot make a pair of sockets");
    fd_ = ends[0];
    if (uv_poll_init(home.uv(), &poll_, fd_) != 0) {
      ::close(ends[0]);
      ::close(ends[1]);
      throw std::runtime_error("cannot watch a socket");
    }
    poll_.data = this;
    hand_over(ends[1], what);
  }

  // The handle keeps it from here on.
  void start() {
    self_ = shared_from_this();
    watch();
  }
  void abandon() {
    owner_ = {};
    finish({});
  }
  void deliver(std::string_view bytes);
  void pause(bool now) {
    paused_ = now;
    if (state_ == state::open) watch();
  }
  void finish(const std::string& why);
  std::size_t unanswered() const { return filter_.unanswered(); }

 private:
  enum class state { open, closing, closed };

  void hand_over(int fd, const setup& what);
  bool has_claimed();
  void write();
  void read();
  void drain();
  void tell_peer();
  void meet();
  void watch();
  void happened(int events);
  void let_go();
  void gone();

  loop& home_;
  caf::actor_system& system_;
  std::shared_ptr<claimed_nodes> nodes_;
  listener owner_;
  basp_filter filter_;
  uv_poll_t poll_{};
  int fd_ = -1;
  state state_ = state::open;
  bool paused_ = false;
  bool will_go_on_ = false;  // a task is posted that reads on
  bool has_met_ = false;
  std::string claimed_;  // the peer's node
  std::string why_;
  // What passed the filter and is on its way: to the broker what the socket does not take, at most
  // the low mark, the window and a frame; to the peer a frame and a chunk.
  std::string to_broker_;
  std::string to_peer_;
  std::size_t told_ = 0;       // of to_peer_
  std::size_t not_taken_ = 0;  // delivered bytes of which the owner was not told yet
  std::shared_ptr<socket_end> self_;
};

// As if it had been accepted, on both sides: one that a broker is told to connect over it gives up
// at its next heartbeat, unless something was heard by then.
void actor_channel::socket_end::hand_over(int fd, const setup& what) {
  auto& backend = system_.middleman().backend();
  auto& multiplexer = static_cast<caf::io::network::default_multiplexer&>(backend);
  caf::anon_send(broker_of(system_), caf::publish_atom_v, multiplexer.new_scribe(fd),
                 std::uint16_t{0}, what.offered, what.interface);
}

void actor_channel::socket_end::deliver(std::string_view bytes) {
  if (state_ != state::open) return;
  if (bytes.size() > window - not_taken_) return finish("the peer sends more than it may");
  if (!filter_.from_peer(bytes, to_broker_)) return finish(filter_.why());
  if (!has_claimed()) return finish("there is another channel with the same node");
  not_taken_ += bytes.size();
  write();
}

bool actor_channel::socket_end::has_claimed() {
  const auto& node = filter_.peer().node;
  if (node.empty() || !claimed_.empty()) return true;
  if (!nodes_->claim(node)) return false;
  claimed_ = node;
  return true;
}

// As much as the socket takes, and then whether the owner may go on.
void actor_channel::socket_end::write() {
  std::size_t sent = 0;
  while (sent < to_broker_.size()) {
    const auto n = ::send(fd_, to_broker_.data() + sent, to_broker_.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return finish("the middleman has closed it");
    sent += static_cast<std::size_t>(n);
  }
  if (sent == to_broker_.size())
    empty(to_broker_);
  else
    to_broker_.erase(0, sent);
  watch();
  if (to_broker_.size() < low_mark && not_taken_ > 0) owner_.taken(std::exchange(not_taken_, 0));
}

// The owner may pause or close it whenever it is given something.
void actor_channel::socket_end::read() {
  std::array<char, chunk> bytes;
  for (int left = chunks_a_turn; left > 0 && state_ == state::open && !paused_; --left) {
    if (to_peer_.empty()) {
      const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n <= 0) return finish("the middleman has closed it");
      if (!filter_.to_peer({bytes.data(), static_cast<std::size_t>(n)}, to_peer_))
        return finish(filter_.why());
      if (filter_.is_established() && !std::exchange(has_met_, true)) meet();
    }
    if (state_ == state::open && !to_peer_.empty()) tell_peer();
  }
  if (state_ == state::open) watch();
}

// Nothing else changes what is being told, whatever the owner does.
void actor_channel::socket_end::tell_peer() {
  const auto now = std::string_view{to_peer_}.substr(told_, chunk);
  told_ += now.size();
  owner_.sink(now);
  if (told_ < to_peer_.size()) return;
  told_ = 0;
  empty(to_peer_);
}

// The broker has a route to that node, so that what it is asked for is a proxy.
void actor_channel::socket_end::meet() {
  const auto& peer = filter_.peer();
  caf::strong_actor_ptr offered;
  if (peer.actor != 0) {
    caf::node_id node;
    caf::binary_deserializer from{system_, peer.node.data(), peer.node.size()};
    static_cast<void>(from(node));
    const auto broker = broker_of(system_);
    auto* basp = static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker));
    offered = basp->instance.proxies().get_or_put(node, peer.actor);
  }
  owner_.met(offered, peer.interface);
}

// What it has read and could not tell yet is no event of the socket.
void actor_channel::socket_end::watch() {
  int events = 0;
  if (state_ == state::closing || (!paused_ && to_peer_.empty())) events |= UV_READABLE;
  if (!to_broker_.empty()) events |= UV_WRITABLE;
  if (state_ == state::open && !paused_ && !to_peer_.empty() && !std::exchange(will_go_on_, true))
    home_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->will_go_on_ = false;
      self->read();
    });
  if (events == 0)
    uv_poll_stop(&poll_);
  else
    uv_poll_start(&poll_, events, [](uv_poll_t* h, int status, int happened) {
      static_cast<socket_end*>(h->data)->happened(status < 0 ? UV_READABLE : happened);
    });
}

void actor_channel::socket_end::happened(int events) {
  if (state_ == state::closing) return drain();
  if ((events & UV_WRITABLE) != 0) write();
  if ((events & UV_READABLE) != 0 && state_ == state::open) read();
}

// The broker sees that nothing more comes, and closes its end behind what it has to do for that.
void actor_channel::socket_end::finish(const std::string& why) {
  if (state_ != state::open) return;
  state_ = state::closing;
  why_ = why;
  to_broker_.clear();
  ::shutdown(fd_, SHUT_WR);
  watch();
}

void actor_channel::socket_end::drain() {
  std::array<char, chunk> bytes;
  for (int left = chunks_a_turn; left > 0; --left) {
    const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return let_go();
  }
}

void actor_channel::socket_end::let_go() {
  uv_poll_stop(&poll_);
  state_ = state::closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_),
           [](uv_handle_t* h) { static_cast<socket_end*>(h->data)->gone(); });
}

void actor_channel::socket_end::gone() {
  const auto self = std::move(self_);
  ::close(fd_);
  if (!claimed_.empty()) nodes_->release(claimed_);
  const auto tell = std::move(owner_.closed);
  if (tell) tell(why_);
}

void actor_channel::prepare(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  config.set("middleman.workers", std::size_t{0});
  config.set("middleman.heartbeat-interval", caf::timespan{0});
}

void actor_channel::prepare(caf::actor_system& system) {
  for (const auto name : {caf::atom("SpawnServ"), caf::atom("ConfigServ")})
    system.registry().erase(name);
}

actor_channel::actor_channel(loop& home, setup what, listener owner)
    : end_(std::make_shared<socket_end>(home, std::move(what), std::move(owner))) {
  end_->start();
}

actor_channel::~actor_channel() { end_->abandon(); }

void actor_channel::deliver(std::string_view bytes) { end_->deliver(bytes); }
void actor_channel::pause() { end_->pause(true); }
void actor_channel::resume() { end_->pause(false); }
std::size_t actor_channel::unanswered() const { return end_->unanswered(); }
void actor_channel::close() { end_->finish({}); }

}  // namespace lithair::actors
