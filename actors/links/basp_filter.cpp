#include "actors/links/basp_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lithair::actors {

namespace {

// A handshake is remembered, and CAF makes a set of it.
constexpr std::uint64_t most_application_ids = 16;
constexpr std::uint64_t most_signatures = 256;
// What a frame's buffer keeps when it is empty.
constexpr std::size_t kept_bytes = 64 << 10;

constexpr std::string_view error_types = "@<>+@error";

// Of what a stranger wrote, for a sentence.
std::string legible(std::string_view text) {
  std::string result{text.substr(0, 80)};
  std::ranges::replace_if(
      result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

// What an actor answers that has nothing to say.
bool is_nothing(std::string_view types) { return types == "@<>" || types == "@<>+@unit"; }

}  // namespace

basp_filter::basp_filter(std::string own_node, const std::vector<message_shape>& messages,
                         limits most)
    : limits_(most), own_("this node", most), peer_("the peer", most) {
  own_.said.node = std::move(own_node);
  for (const auto& each : messages) messages_.emplace(each.types, each);
}

bool basp_filter::refuse(const side& from, std::string what) {
  if (why_.empty()) why_ = fmt::format("{} {}", from.name, what);
  return false;
}

// A frame that is there as a whole is judged where it is; only what is cut is copied.
bool basp_filter::take(side& from, std::string_view bytes, std::string& out) {
  auto& partial = from.partial;
  while (why_.empty()) {
    const std::string_view begun = partial.empty() ? bytes : partial;
    const auto size = frame_size(from, begun);
    if (!why_.empty()) break;
    if (begun.size() >= size) {
      judge(from, begun.substr(0, size), out);
      if (partial.empty())
        bytes.remove_prefix(size);
      else
        from.begin_frame();
    } else if (bytes.empty()) {
      break;
    } else {
      const auto now = std::min(size - partial.size(), bytes.size());
      partial.append(bytes.substr(0, now));
      bytes.remove_prefix(now);
    }
  }
  return why_.empty();
}

void basp_filter::side::begin_frame() {
  partial.clear();
  if (partial.capacity() > kept_bytes) partial.shrink_to_fit();
}

// With its header; that of the header as long as this is not whole. Nothing is reserved for it.
std::size_t basp_filter::frame_size(const side& from, std::string_view begun) {
  if (begun.size() < basp_header::size) return basp_header::size;
  const auto header = read_basp_header(begun);
  const auto most = &from == &own_ ? limits_.own_payload : limits_.payload;
  if (header.payload > most)
    refuse(from,
           fmt::format("sends a frame of {} bytes, and {} are allowed", header.payload, most));
  return basp_header::size + header.payload;
}

void basp_filter::judge(side& from, std::string_view frame, std::string& out) {
  const auto header = read_basp_header(frame);
  wire_reader payload{frame.substr(basp_header::size)};
  bool passes = false;
  if (header.padding_1 != 0 || header.padding_2 != 0)
    refuse(from, "sends no frame of this protocol");
  else if (!from.has_introduced)
    passes = judge_introduction(from, header, payload);
  else if (!other(from).has_introduced)
    refuse(from, "speaks to whom it does not know yet");
  else if (header.is(basp_operation::client_handshake))
    passes = judge_choice(from, header, payload);
  else if (header.is(basp_operation::direct_message))
    passes = judge_message(from, header, payload);
  else if (header.is(basp_operation::monitor_message))
    passes = judge_monitor(from, header, payload);
  else if (header.is(basp_operation::down_message))
    passes = judge_down(from, header, payload);
  else if (header.is(basp_operation::heartbeat))
    passes = judge_heartbeat(from, header);
  else if (header.is(basp_operation::server_handshake))
    refuse(from, "introduces itself twice");
  else if (header.is(basp_operation::routed_message))
    refuse(from, "sends a message that is for, or from, a third node");
  else
    refuse(from, fmt::format("sends a frame of the unknown kind {}", header.operation));
  // Whatever it was to be: what can't be read as a whole is not passed on.
  if (passes && !payload.done()) passes = refuse(from, "sends a frame that can't be read");
  if (passes && why_.empty()) out.append(frame);
}

bool basp_filter::judge_introduction(side& from, const basp_header& header, wire_reader& payload) {
  if (!header.is(basp_operation::server_handshake))
    return refuse(from, "does not begin with a handshake");
  if (header.data != basp_version)
    return refuse(from, fmt::format("speaks version {} of the protocol, and not {}", header.data,
                                    basp_version));
  if (header.flags != 0 || header.source != 0 || header.dest != 0)
    return refuse(from, "sends a malformed handshake");
  auto& said = from.said;
  const std::string node{payload.node()};
  const bool is_own = &from == &own_;
  if (node.empty() || (is_own ? node != said.node : node == own_.said.node))
    return refuse(from, "introduces itself as another node");
  const auto ids = payload.length();
  if (ids > most_application_ids) return refuse(from, "sends a malformed handshake");
  for (auto left = ids; left > 0; --left) payload.text();
  said.actor = payload.number(8);
  const auto signatures = payload.length();
  if (signatures > most_signatures) return refuse(from, "sends a malformed handshake");
  for (auto left = signatures; left > 0; --left) said.interface.emplace(payload.text());
  if (!payload.done()) return refuse(from, "sends a malformed handshake");
  said.node = node;
  if (said.actor != 0) name(from, said.actor, true);
  return from.has_introduced = true;
}

// Each answers the other's introduction with it, once.
bool basp_filter::judge_choice(side& from, const basp_header& header, wire_reader& payload) {
  if (from.has_chosen) return refuse(from, "introduces itself twice");
  if (header.flags != basp_header::select_connection || header.data != 0 || header.source != 0 ||
      header.dest != 0)
    return refuse(from, "sends a malformed handshake");
  if (payload.node() != from.said.node) return refuse(from, "introduces itself as another node");
  return from.has_chosen = true;
}

bool basp_filter::judge_message(side& from, const basp_header& header, wire_reader& payload) {
  auto& to = other(from);
  if (header.flags == basp_header::named_receiver && &from == &own_) return false;
  if (header.flags != 0) return refuse(from, "sends a message to an actor by name");
  const bool is_answer = (header.data & message_bits::answer) != 0;
  const bool is_request = !is_answer && header.data != message_bits::normal;
  if ((header.data & message_bits::kind & ~message_bits::answer) != message_bits::normal)
    return refuse(from, "sends a message of an unknown kind");
  if (is_answer && !to.requests.answer(header.dest, header.data & ~message_bits::answer))
    return false;
  if (!is_answer && !to.actors.is_reachable(header.dest))
    return refuse(
        from, fmt::format("sends a message to actor {}, of which it was not told", header.dest));
  // Whoever sends without asking is answered by such a message, if at all.
  if (header.source != 0) name(from, header.source, !is_answer && !is_request);
  if (is_request && header.source != 0) from.requests.ask(header.source, header.data);
  if (payload.length() != 0) return refuse(from, "sends a message that goes on to others");
  if (payload.number(2) != 0) return refuse(from, "sends a message without types");
  const auto types = payload.text();
  if (const auto found = messages_.find(types); found != messages_.end())
    judge_fields(from, found->second, payload);
  else if (is_answer && types == error_types)
    skip_basp_error(payload);
  else if (payload.ok() && !(is_answer && is_nothing(types)))
    return refuse(from, fmt::format("sends a message of another kind: {}", legible(types)));
  return true;
}

void basp_filter::judge_fields(side& from, const message_shape& shape, wire_reader& payload) {
  for (const auto each : shape.fields) {
    if (each == wire_field::text)
      payload.text();
    else if (each == wire_field::handle)
      judge_handle(from, payload);
    else
      payload.number(static_cast<std::size_t>(each));
  }
}

// One of its own may be sent to from now on. One of the other's must be such already: else a handle
// to any actor there would come out of it, and be believed.
void basp_filter::judge_handle(side& from, wire_reader& payload) {
  const auto actor = payload.number(8);
  const auto node = payload.node();
  if (!payload.ok() || (node.empty() && actor == 0)) return;
  if (actor == 0 || node.empty())
    payload.fail();
  else if (node == from.said.node)
    name(from, actor, true);
  else if (node != other(from).said.node)
    refuse(from, "sends a handle of a third node's actor");
  else if (!other(from).actors.is_reachable(actor))
    refuse(from, fmt::format("sends a handle of actor {}, of which it was not told", actor));
}

void basp_filter::name(side& from, std::uint64_t actor, bool reachable) {
  if (!from.actors.name(actor, reachable)) refuse(from, "names too many actors");
}

// Source and destination, where both have to be told although there are no others.
bool basp_filter::are_both(side& from, wire_reader& payload) {
  const auto source = payload.node();
  const auto destination = payload.node();
  return source == from.said.node && destination == other(from).said.node;
}

bool basp_filter::judge_monitor(side& from, const basp_header& header, wire_reader& payload) {
  if (header.flags != 0 || header.data != 0 || header.source != 0)
    return refuse(from, "sends a malformed monitor message");
  if (!are_both(from, payload)) return refuse(from, "monitors for, or at, a third node");
  if (!other(from).actors.knows(header.dest))
    return refuse(from, fmt::format("monitors actor {}, of which it was not told", header.dest));
  return true;
}

bool basp_filter::judge_down(side& from, const basp_header& header, wire_reader& payload) {
  if (header.flags != 0 || header.data != 0 || header.source == 0 || header.dest != 0)
    return refuse(from, "sends a malformed down message");
  if (!are_both(from, payload)) return refuse(from, "tells of the end of a third node's actor");
  skip_basp_error(payload);
  from.actors.end(header.source);
  return true;
}

bool basp_filter::judge_heartbeat(side& from, const basp_header& header) {
  if (header.flags != 0 || header.payload != 0 || header.data != 0 || header.source != 0 ||
      header.dest != 0)
    return refuse(from, "sends a malformed heartbeat");
  return true;
}

}  // namespace lithair::actors
