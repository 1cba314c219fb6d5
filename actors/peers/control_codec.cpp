#include "actors/peers/control_codec.hpp"

#include <charconv>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lithair::actors {

namespace {

using action = change_members::action;

peer_control wire(const change_request& request) {
  peer_control made;
  made.id = request.id;
  made.action = static_cast<std::uint8_t>(request.what);
  made.force = request.force;
  made.node = request.node;
  made.address = request.address;
  return made;
}

peer_control wire(const change_answer& answer) {
  peer_control made;
  made.id = answer.id;
  made.is_answer = true;
  made.status = answer.status;
  made.detail = answer.detail;
  return made;
}

peer_control wire(const state_request&) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::send_state);
  return made;
}

peer_control wire(const comparison_request& request) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::compare_at);
  made.id = request.index.value;
  return made;
}

peer_control wire(const digest_report& report) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::digest);
  made.id = report.index.value;
  made.node = report.digest;
  made.address = fmt::format("{:x}", report.models);
  return made;
}

peer_control wire(const refusal_notice& notice) {
  peer_control made;
  made.action = static_cast<std::uint8_t>(control_action::refused);
  made.detail = notice.why;
  return made;
}

std::optional<control_message> read_digest(const peer_control& wire) {
  digest_report made{protocol::index_t{wire.id}, wire.node, 0};
  const auto* end = wire.address.data() + wire.address.size();
  const auto [at, error] = std::from_chars(wire.address.data(), end, made.models, 16);
  if (error != std::errc{} || at != end) return std::nullopt;
  return made;
}

}  // namespace

peer_control to_wire(const control_message& content) {
  return std::visit([](const auto& each) { return wire(each); }, content);
}

std::optional<control_message> from_wire(peer_control&& wire) {
  if (wire.is_answer) return change_answer{wire.id, wire.status, std::move(wire.detail)};
  switch (static_cast<control_action>(wire.action)) {
    case control_action::send_state:
      return state_request{};
    case control_action::compare_at:
      return comparison_request{protocol::index_t{wire.id}};
    case control_action::digest:
      return read_digest(wire);
    case control_action::refused:
      return refusal_notice{std::move(wire.detail)};
  }
  const auto what = static_cast<action>(wire.action);
  if (what < action::add || what > action::move) return std::nullopt;
  return change_request{wire.id, what, wire.force, wire.node, std::move(wire.address)};
}

}  // namespace lithair::actors
