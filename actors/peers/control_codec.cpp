#include "actors/peers/control_codec.hpp"

#include <charconv>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

namespace {

using action = change_members::action;

peer_control wire(const change_request& x) {
  peer_control made;
  made.id = x.id;
  made.action = static_cast<std::uint8_t>(x.what);
  made.force = x.force;
  made.node = x.node;
  made.address = x.address;
  return made;
}

peer_control wire(const change_answer& x) {
  peer_control made;
  made.id = x.id;
  made.is_answer = true;
  made.status = x.status;
  made.detail = x.detail;
  return made;
}

peer_control wire(const state_request&) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::send_state);
  return made;
}

peer_control wire(const comparison_request& x) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::compare_at);
  made.id = x.index.value;
  return made;
}

peer_control wire(const digest_report& x) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::digest);
  made.id = x.index.value;
  made.node = x.digest;
  made.address = fmt::format("{:x}", x.models);
  return made;
}

std::optional<control_message> read_digest(const peer_control& x) {
  digest_report made{protocol::index_t{x.id}, x.node, 0};
  const auto* end = x.address.data() + x.address.size();
  const auto [at, error] = std::from_chars(x.address.data(), end, made.models, 16);
  if (error != std::errc{} || at != end) return std::nullopt;
  return made;
}

}  // namespace

peer_control to_wire(const control_message& x) {
  return std::visit([](const auto& each) { return wire(each); }, x);
}

std::optional<control_message> from_wire(peer_control&& x) {
  if (x.version != peer_version) return std::nullopt;
  if (x.is_answer) return change_answer{x.id, x.status, std::move(x.detail)};
  switch (static_cast<control_action>(x.action)) {
    case control_action::send_state:
      return state_request{};
    case control_action::compare_at:
      return comparison_request{protocol::index_t{x.id}};
    case control_action::digest:
      return read_digest(x);
  }
  const auto what = static_cast<action>(x.action);
  if (what < action::add || what > action::move) return std::nullopt;
  return change_request{x.id, what, x.force, x.node, std::move(x.address)};
}

}  // namespace lithair::actors
