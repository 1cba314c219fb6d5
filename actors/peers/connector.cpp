#include "actors/peers/connector.hpp"

#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/links/socket_stream.hpp"
#include "actors/messages/peer_messages.hpp"
#include "actors/peers/link.hpp"
#include "actors/runtime/dialer.hpp"
#include "actors/runtime/listen_check.hpp"
#include "actors/runtime/loop.hpp"
#include "actors/runtime/random_words.hpp"

namespace lithair::actors {

namespace {

constexpr std::uint32_t dial_timeout_ms = 2000;
// Lines about strangers: any number of them may call.
constexpr std::uint64_t tell_strangers_ms = 1000;

// Of the handshake of TLS with whom we dialled: people have to see to its certificate, or to ours.
refusal_by refused_under_tls(tls_failure why, refusal_by otherwise) {
  switch (why) {
    case tls_failure::certificate:
    case tls_failure::no_certificate:
      return refusal_by::us;
    case tls_failure::refused:
      return refusal_by::peer;
    default:
      return otherwise;
  }
}

// A socket on its way to the connector, which may have ended.
class owned_socket {
 public:
  explicit owned_socket(int fd) : fd_(fd) {}
  ~owned_socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  owned_socket(const owned_socket&) = delete;
  owned_socket& operator=(const owned_socket&) = delete;
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The dialler's result, as a message from the loop's callback to the actor.
struct dialled_one {
  std::uint64_t attempt = 0;
  std::shared_ptr<owned_socket> socket;  // none: it failed
  std::string error;
};

// A port that was opened, or why not, from the thread that opened it.
struct listening_one {
  open_port order;
  std::shared_ptr<owned_socket> socket;
  std::string why;
};

// Names are looked up by libuv's threads, which may wait.
struct opening {
  uv_work_t work{};
  open_port order;
  listening made;
  taking<listening_one> asker;
};

void listen_elsewhere(loop& on, const open_port& order, const taking<listening_one>& asker) {
  auto* self = new opening{{}, order, {}, asker};
  self->work.data = self;
  uv_queue_work(
      on.uv(), &self->work,
      [](uv_work_t* work) {
        auto* me = static_cast<opening*>(work->data);
        me->made = listen_at(me->order.where.host, me->order.where.peer_port);
      },
      [](uv_work_t* work, int) {
        const std::unique_ptr<opening> me{static_cast<opening*>(work->data)};
        caf::anon_send(
            me->asker,
            listening_one{me->order, std::make_shared<owned_socket>(me->made.fd), me->made.why});
      });
}

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::dialled_one)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::listening_one)

namespace lithair::actors {

// Callbacks of the loop may come when the actor has ended: so they answer by message.
caf::behavior connector::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](const caf::down_msg& news) { link_ended(news.source); });
  set_exit_handler([this](const caf::exit_msg&) { go(); });
  return behavior_of<handle_type>(
      [this](const introduce_node& order) { begin(order); },
      [this](const open_port& order) {
        const auto& at = order.where;
        const auto why = why_unprotected(at.host, at.peer_port, said_with::peers, protected_by());
        if (!why.empty()) return opened(order, why);
        listen_elsewhere(*home(), order, caf::actor_cast<taking<listening_one>>(this));
      },
      [this](const reach& order) {
        look_for(order.peer, caf::actor_cast<taking<reached>>(current_sender()));
      },
      [this](const dialled_one& news) {
        dialled(news.attempt, news.socket ? news.socket->take() : -1, news.error);
      },
      [this](const listening_one& news) {
        if (news.why.empty())
          door_ = std::make_unique<link_listener>(*home(), news.socket->take(),
                                                  [this](int fd) { accepted(fd); });
        opened(news.order, news.why);
      },
      [this](const let_programs_in& order) {
        door_for_programs_ = order;
        judge_.why_no_program = [this] { return why_no_program(); };
      });
}

// Whoever waits for this actor may take the loop away then: its links end before it.
void connector::go() {
  stops_ = true;
  door_.reset();
  meetings_.clear();
  attempts_.clear();
  early_.clear();
  for (auto& [node, each] : links_) leaving_.push_back(each.link);
  links_.clear();
  for (auto& each : leaving_) send_exit(each, caf::exit_reason::user_shutdown);
  for (auto& each : programs_) send_exit(each, caf::exit_reason::user_shutdown);
  quit_when_alone();
}

void connector::quit_when_alone() {
  if (stops_ && leaving_.empty() && programs_.empty()) quit();
}

void connector::on_exit() {
  door_.reset();
  meetings_.clear();
  shaking_.reset();
  node_.reset();
  judge_ = {};
  door_for_programs_.reset();
  programs_.clear();
}

void connector::begin(const introduce_node& order) {
  node_ = order;
  judge_.code = order.identity.peers->code();
  judge_.why_unproven = why_unproven;
  // They have places of their own: here they only take turns.
  if (tls_) shaking_ = std::make_unique<handshakes>(*home(), SIZE_MAX);
  for (const auto& [peer, asker] : std::exchange(early_, {})) look_for(peer, asker);
}

// -- letting in ----------------------------------------------------------------------------------

void connector::opened(const open_port& order, const std::string& why) {
  const auto where = host_and_port(order.where.host, order.where.peer_port);
  if (why.empty())
    spdlog::info("other nodes are let in at {}", where);
  else
    spdlog::error("cannot listen for peers: {}; they are only dialled from here", why);
  order.done(why.empty());
}

void connector::accepted(int fd) {
  if (!node_) {
    ::close(fd);
    return;
  }
  meet(fd, 0, 0);
}

// Before one more comes in.
void connector::make_place(const std::string& address) {
  std::uint32_t strangers = 0;
  std::uint32_t alike = 0;
  auto oldest = meetings_.end();
  auto oldest_alike = meetings_.end();
  for (auto each = meetings_.begin(); each != meetings_.end(); ++each) {
    if (each->second.attempt != 0) continue;
    if (strangers++ == 0) oldest = each;
    if (each->second.address == address && alike++ == 0) oldest_alike = each;
  }
  auto goes = meetings_.end();
  if (alike >= limits_.max_strangers_per_address)
    goes = oldest_alike;
  else if (strangers >= limits_.max_strangers)
    goes = oldest;
  if (goes == meetings_.end()) return;
  note_stranger(goes->second, "too many have called and not greeted");
  meetings_.erase(goes);
}

// -- reaching others -----------------------------------------------------------------------------

// All groups want the same link: one dials, and all are told.
void connector::look_for(const peer_address& peer, const taking<reached>& asker) {
  if (stops_) return send(asker, reached{{}, "this node stops"});
  if (!node_) {
    early_.emplace_back(peer, asker);
    return;
  }
  if (auto known = links_.find(peer.id.value); known != links_.end())
    return send(asker, reached{known->second.link, {}});
  if (auto why = why_unprotected(peer.host, peer.peer_port, said_with::peers, protected_by());
      !why.empty())
    return send(asker, reached{{}, why});
  for (auto& [number, each] : attempts_) {
    const bool same =
        each.to.id == peer.id && each.to.host == peer.host && each.to.peer_port == peer.peer_port;
    if (same) return each.askers.push_back(asker);
  }
  const auto number = ++last_;
  attempts_[number] = {peer, {asker}};
  dial(*home(), peer.host, peer.peer_port, dial_timeout_ms,
       [self = caf::actor_cast<taking<dialled_one>>(this), number](int fd,
                                                                   const std::string& error) {
         caf::anon_send(self, dialled_one{number, std::make_shared<owned_socket>(fd), error});
       });
}

// The peer may have come meanwhile, and nobody waits any more.
void connector::dialled(std::uint64_t number, int fd, const std::string& error) {
  const auto found = attempts_.find(number);
  if (fd < 0) return answer(number, reached{{}, error});
  if (found != attempts_.end()) return meet(fd, number, found->second.to.id.value);
  ::close(fd);
}

void connector::answer(std::uint64_t number, const reached& how) {
  const auto found = attempts_.find(number);
  if (found == attempts_.end()) return;
  const auto askers = std::move(found->second.askers);
  attempts_.erase(found);
  for (auto& each : askers) send(each, how);
}

// -- meeting -------------------------------------------------------------------------------------

// `of_attempt` 0: it came in.
void connector::meet(int fd, std::uint64_t of_attempt, std::uint64_t node) {
  const auto& identity = node_->identity;
  link_hello ours;
  ours.version = peer_version;
  ours.node = identity.self.value;
  ours.to = node;
  ours.cluster = identity.peers->cluster();
  ours.incarnation = identity.incarnation;
  ours.run = node_->run;
  ours.nonce = {random_word_of_system(), random_word_of_system()};
  const bool comes = of_attempt == 0;
  tls_stream* under_tls = nullptr;
  auto stream = stream_of(fd, node, under_tls);
  if (!stream) return answer(of_attempt, reached{{}, "there is no memory for it"});
  auto address = stream->address();
  if (comes) make_place(address);
  const auto number = ++last_;
  auto& made = meetings_[number];
  made.address = std::move(address);
  made.attempt = of_attempt;
  made.under_tls = under_tls;
  made.over = std::make_unique<connection>(
      *home(), std::move(stream),
      handshake{comes ? handshake::side::accepting : handshake::side::dialling, ours, judge_},
      limits_);
  made.over->count_into(meters_);
  made.over->tell({[this, number] { met(number); },
                   {},
                   [this, number](const std::string& why) { failed(number, why); }});
}

// `dialled` 0: it came in. None: there is no memory for it.
std::unique_ptr<byte_stream> connector::stream_of(int fd, std::uint64_t dialled,
                                                  tls_stream*& under_tls) {
  std::unique_ptr<byte_stream> plain = std::make_unique<socket_stream>(*home(), fd);
  if (!tls_) return plain;
  try {
    auto made = std::make_unique<tls_stream>(
        std::move(plain),
        [from = tls_, dialled] { return dialled == 0 ? from->current() : from->dialling(); },
        dialled, shaking_.get());
    under_tls = made.get();
    return made;
  } catch (const std::exception& error) {
    spdlog::error("a connection between nodes is closed: {}", error.what());
    return nullptr;
  }
}

// Outside of turns, as all that connections tell.
void connector::met(std::uint64_t number) {
  auto found = meetings_.find(number);
  if (found == meetings_.end()) return;
  auto met = std::move(found->second);
  meetings_.erase(found);
  const auto other = met.over->meeting().other();
  if (other.is_program()) return met_program(std::move(met));
  const bool by_us = met.attempt != 0;
  if (!by_us && !links_.contains(other.node) && links_.size() >= limits_.max_links)
    return note_stranger(met, "as many nodes are linked as may be");
  auto& known = links_[other.node];
  if (known.link && !is_better(other, by_us)) return answer(met.attempt, reached{known.link, {}});
  if (known.link) {
    send_exit(known.link, caf::exit_reason::user_shutdown);
    leaving_.push_back(known.link);
  }
  auto made = std::make_shared<link::setup>();
  made->over = std::move(met.over);
  made->models = node_->identity.peers->models();
  made->gate = node_->gate;
  known = {caf::actor_cast<link_handle>(system().spawn<link>(home(), made)), other.run,
           home()->now_ms(), by_us};
  monitor(known.link);
  const reached there{known.link, {}};
  std::vector<std::uint64_t> answered;
  for (auto& [each, what] : attempts_)
    if (what.to.id.value == other.node) answered.push_back(each);
  for (const auto each : answered) answer(each, there);
}

std::string connector::why_no_program() const {
  if (programs_.size() < door_for_programs_->most) return {};
  return fmt::format("{} programs are let in already, and no more may be", programs_.size());
}

// Others may have come since it was judged.
void connector::met_program(meeting met) {
  if (auto why = why_no_program(); !why.empty()) return note_stranger(met, why);
  programs_.push_back(door_for_programs_->admit(std::move(met.over)));
  monitor(programs_.back());
  count_programs();
}

void connector::count_programs() const {
  if (door_for_programs_) door_for_programs_->connected->set(programs_.size());
}

// Whether a new connection takes the place of the link that is there. Both ends judge alike of two
// that crossed.
bool connector::is_better(const link_hello& other, bool by_us) const {
  const auto& known = links_.at(other.node);
  const bool ours_counts = node_->identity.self.value > other.node;
  const bool crossed = known.run == other.run && known.by_us != by_us &&
                       home()->now_ms() - known.since_ms < limits_.handshake_ms;
  return !crossed || by_us == ours_counts;
}

void connector::failed(std::uint64_t number, const std::string& why) {
  const auto found = meetings_.find(number);
  if (found == meetings_.end()) return;
  const auto who = std::move(found->second);
  meetings_.erase(found);
  const auto how = who.over->meeting().now();
  const auto& said = who.over->meeting().other();
  const auto caller = said.is_program() ? 0 : said.node;
  if (who.attempt != 0) {
    // Somebody else's words, or none at all, are no refusal of the one who was meant.
    const auto to = attempts_.find(who.attempt);
    const bool meant = to != attempts_.end() && to->second.to.id.value == caller;
    auto by = refusal_by::nobody;
    if (meant && how == handshake::state::refused) by = refusal_by::peer;
    if (meant && how == handshake::state::failed) by = refusal_by::us;
    if (who.under_tls != nullptr) by = refused_under_tls(who.under_tls->failure(), by);
    return answer(who.attempt, reached{{}, why, by});
  }
  if (how == handshake::state::failed && caller != 0)
    send(node_->gate, turned_away{caller, why});
  else
    note_stranger(who, why);
}

void connector::note_stranger(const meeting& who, const std::string& why) {
  ++untold_;
  const auto now = home()->now_ms();
  if (now < tell_again_ms_) return;
  tell_again_ms_ = now + tell_strangers_ms;
  spdlog::warn("closed a connection from {}{}: {}", who.address,
               untold_ == 1 ? "" : fmt::format(", and {} others before it", untold_ - 1), why);
  untold_ = 0;
}

void connector::link_ended(const caf::actor_addr& which) {
  std::erase_if(links_, [&](auto& each) { return each.second.link.address() == which; });
  std::erase_if(leaving_, [&](auto& each) { return each.address() == which; });
  std::erase_if(programs_, [&](auto& each) { return each.address() == which; });
  count_programs();
  quit_when_alone();
}

}  // namespace lithair::actors
