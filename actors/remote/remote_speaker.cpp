#include "actors/remote/remote_speaker.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/host.hpp"
#include "actors/links/socket_stream.hpp"
#include "actors/links/tls_stream.hpp"
#include "actors/messages/peer_messages.hpp"
#include "actors/programs/program_codec.hpp"
#include "actors/runtime/dialer.hpp"
#include "actors/runtime/loop.hpp"
#include "actors/runtime/random_words.hpp"
#include "models/declaration/compatibility.hpp"
#include "models/declaration/model_file.hpp"

namespace lithair::actors {

namespace {

constexpr std::uint32_t dial_limit_ms = 2000;
// When all nodes have failed; doubled each time that they do.
constexpr std::uint64_t first_pause_ms = 50;
constexpr std::uint64_t longest_pause_ms = 1000;
constexpr std::uint64_t look_every_ms = 50;

// A socket that was dialled, for an actor that may have ended.
struct dialled_socket {
  explicit dialled_socket(int made) : fd(made) {}
  ~dialled_socket() {
    if (fd >= 0) ::close(fd);
  }
  dialled_socket(const dialled_socket&) = delete;
  dialled_socket& operator=(const dialled_socket&) = delete;
  int fd;
};

// To itself, for what comes outside of turns.
struct node_dialled {
  std::uint64_t attempt = 0;
  std::shared_ptr<dialled_socket> socket;
  std::string error;
};
struct node_met {};
struct node_lost {
  std::string why;
};
struct dial_again {};
struct look_round {};

std::uint64_t number_of_program() {
  for (;;)
    if (const auto made = random_word_of_system(); made > highest_node) return made;
}

basp_filter::limits limits_of_program() {
  auto most = program_limits();
  std::swap(most.payload, most.own_payload);
  return most;
}

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::node_dialled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::node_met)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::node_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::dial_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::look_round)

namespace lithair::actors {

remote_speaker::remote_speaker(caf::actor_config& cfg, loop* home, setup s)
    : hosted_actor(cfg, home),
      setup_(std::move(s)),
      number_(number_of_program()),
      run_(random_word_of_system()),
      judge_{setup_.code,
             [](std::uint64_t node) {
               return fmt::format("node {} does not prove that it knows the cluster token", node);
             }},
      calls_(setup_.most),
      again_(*home, [this] { send(this, dial_again{}); }),
      rounds_(*home, [this] { send(this, look_round{}); }) {}

caf::behavior remote_speaker::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_exit_handler([this](const caf::exit_msg&) {
    stops_ = true;
    if (link_) return link_->end("this program ends");
    quit();
  });
  dial_next();
  return behavior_of<handle_type>([this](run_call& order) { take(order); },
                                  [this](const node_dialled& news) {
                                    if (news.attempt == attempt_ && !over_ && !link_)
                                      dialled(std::exchange(news.socket->fd, -1), news.error);
                                  },
                                  [this](const node_met&) { compare_models(); },
                                  [this](const node_lost& news) { lost(news.why); },
                                  [this](const dial_again&) { dial_next(); },
                                  [this](const look_round&) { look(); });
}

// Each that waits is answered as it goes.
void remote_speaker::on_exit() {
  again_.stop();
  rounds_.stop();
  over_.reset();
  link_.reset();
  node_ = nullptr;
  calls_.clear();
}

std::string remote_speaker::place() const {
  const auto& at = setup_.nodes[next_];
  return host_and_port(at.host, at.port);
}

// -- reaching a node -----------------------------------------------------------------------------

void remote_speaker::dial_next() {
  if (stops_ || link_ || over_) return;
  const auto& at = setup_.nodes[next_];
  const protection by{false, setup_.tls != nullptr, setup_.insecure};
  if (auto why = why_unprotected(at.host, at.port, said_with::peers, by); !why.empty())
    return lost(why);
  dial(*home(), at.host, at.port, dial_limit_ms,
       [self = caf::actor_cast<taking<node_dialled>>(this), attempt = ++attempt_](
           int fd, const std::string& error) {
         caf::anon_send(self, node_dialled{attempt, std::make_shared<dialled_socket>(fd), error});
       });
}

void remote_speaker::dialled(int fd, const std::string& error) {
  if (fd < 0) return lost(error);
  try {
    meet(fd);
  } catch (const std::exception& wrong) {
    lost(wrong.what());
  }
}

void remote_speaker::meet(int fd) {
  link_hello ours;
  ours.version = peer_version;
  ours.node = number_;
  ours.cluster = cluster_;
  ours.run = run_;
  ours.features = speaks_as_program;
  ours.nonce = {random_word_of_system(), random_word_of_system()};
  std::unique_ptr<byte_stream> stream = std::make_unique<socket_stream>(*home(), fd);
  if (setup_.tls)
    stream = std::make_unique<tls_stream>(
        std::move(stream), [from = setup_.tls] { return from->dialling(); }, 0, nullptr);
  over_ = std::make_unique<connection>(*home(), std::move(stream),
                                       handshake{handshake::side::dialling, ours, judge_},
                                       link_limits{});
  over_->tell({[this] { greeted(); },
               {},
               [this](const std::string& why) {
                 const auto& met = over_->meeting();
                 const bool told = met.now() == handshake::state::refused;
                 send(this, node_lost{told ? "it refuses this program: " + why : why});
                 over_.reset();
               }});
}

// What the link tells comes outside of turns: so it only sends.
void remote_speaker::greeted() {
  cluster_ = over_->meeting().other().cluster;
  linked_to_ = over_->meeting().other().node;
  actor_channel::setup what;
  what.system = &system();
  what.nodes = claimed_;
  what.messages = program_shapes();
  what.most = limits_of_program();
  try {
    link_ = std::make_unique<program_link>(
        *home(), std::move(over_), std::move(what), link_limits{},
        program_link::listener{
            .met = [this](const auto& who, const auto& interface) { met(who, interface); },
            .ended =
                [this](const std::string& why) {
                  link_.reset();
                  send(this, node_lost{why});
                }});
  } catch (const std::exception& wrong) {
    over_.reset();
    send(this, node_lost{wrong.what()});
  }
}

void remote_speaker::met(const caf::strong_actor_ptr& who, const std::set<std::string>& interface) {
  if (!who || interface != system().message_types(node_for_programs{}))
    return link_->end("it offers nothing that this program can speak to");
  node_ = caf::actor_cast<node_for_programs>(who);
  send(this, node_met{});
}

void remote_speaker::compare_models() {
  if (!link_ || !node_) return;
  program_request asked;
  asked.bytes = encode(program_call{models_asked{}});
  const auto mine = attempt_;
  request(node_, std::chrono::milliseconds{setup_.request_timeout_ms}, std::move(asked))
      .then(
          [this, mine](const program_answer& said) {
            if (mine == attempt_ && link_) compared(said);
          },
          [this, mine](const caf::error&) {
            if (mine == attempt_ && link_) link_->end("it does not say what it serves");
          });
}

void remote_speaker::compared(const program_answer& said) {
  const auto outcome = decode_outcome(said.bytes);
  if (!outcome || outcome->what != disposition::done || outcome->result.status != 200)
    return link_->end("it does not say what it serves");
  const auto served = models::parse_model_text(outcome->result.body, "the node's models");
  if (!served) return link_->end("what it serves is not understood");
  if (auto why = models::why_not_use(*setup_.models, *served); !why.empty())
    return link_->end("it has other models than this program: " + why);
  ready_ = true;
  failures_ = 0;
  why_not_.clear();
  spdlog::debug("linked with node {} at {}", linked_to_, place());
  give();
}

// The one after it next; when all have failed, in a while.
void remote_speaker::lost(const std::string& why) {
  if (stops_) return quit();
  node_ = nullptr;
  // Nobody answers any more what was asked over it.
  multiplexed_responses_.clear();
  why_not_ = fmt::format("{}: {}", place(), why);
  if (std::exchange(ready_, false)) spdlog::debug("the link is lost: {}", why_not_);
  for (auto& each : calls_.lose())
    give_up(each, fmt::format("The link with the node at {} was lost: {}.", place(), why));
  next_ = (next_ + 1) % setup_.nodes.size();
  const auto rounds = ++failures_ / setup_.nodes.size();
  if (failures_ % setup_.nodes.size() != 0) return dial_next();
  const auto doubled = first_pause_ms << std::min<std::size_t>(rounds - 1, 10);
  again_.start(std::min(longest_pause_ms, doubled));
}

// -- requests ------------------------------------------------------------------------------------

void remote_speaker::take(run_call& order) {
  order.what.begun_ms = home()->now_ms();
  auto whose = order.what.whose;
  if (stops_ || !calls_.add(++last_call_, std::move(order.what))) {
    reply full;
    full.reason = stops_ ? "The program is ending." : "As much is under way as may be.";
    return whose->finish(std::move(full));
  }
  if (!std::exchange(looks_, true)) rounds_.start(look_every_ms, look_every_ms);
  give();
}

void remote_speaker::give() {
  if (!ready_) return;
  while (const auto number = calls_.next()) {
    const auto& call = calls_.at(number);
    call.whose->begins(call.is_write);
    program_request asked;
    asked.number = number;
    asked.bytes = call.bytes;
    const auto mine = attempt_;
    // Who waits too long is answered by `look`.
    request(node_, caf::infinite, std::move(asked))
        .then(
            [this, mine, number](const program_answer& said) {
              if (mine == attempt_ && link_) answered_by_node(number, said);
            },
            [](const caf::error&) {});
  }
}

void remote_speaker::answered_by_node(std::uint64_t number, const program_answer& said) {
  auto outcome = decode_outcome(said.bytes);
  if (!outcome || said.number != number) return link_->end("its answer is not understood");
  const auto call = calls_.take(number);
  // This node has not done it; the one before, with which the link was lost, perhaps has.
  if (call && call->is_write && call->was_lost && outcome->what == disposition::unavailable)
    give_up(*call, fmt::format("The link with a node that was given it was lost, and the next one "
                               "says: {}",
                               outcome->reason));
  else if (call)
    call->whose->finish(
        {outcome->what, std::move(outcome->reason), outcome->index, std::move(outcome->result)});
  give();
}

// Whose time is over is answered; what its node says later comes to nobody.
void remote_speaker::look() {
  if (calls_.empty()) {
    looks_ = false;
    return rounds_.stop();
  }
  const auto now = home()->now_ms();
  const auto before = [now](std::uint64_t ms) { return now > ms ? now - ms : 0; };
  const auto given = before(setup_.request_timeout_ms);
  for (const auto number : calls_.begun_before(given, ready_ ? given : before(setup_.reach_ms))) {
    const auto call = calls_.take(number);
    const auto why = why_not_.empty() ? "none has answered yet" : why_not_;
    give_up(*call, call->was_given ? "No answer has come in time."
                                   : fmt::format("No node of the cluster is reached; {}.", why));
  }
  give();
}

void remote_speaker::give_up(open_calls::call& what, std::string why) const {
  reply said;
  said.what = what.was_given ? disposition::unknown : disposition::unavailable;
  said.reason = std::move(why);
  what.whose->finish(std::move(said));
}

}  // namespace lithair::actors
