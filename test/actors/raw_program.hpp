#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/links/frame_decoder.hpp"
#include "actors/messages/peer_messages.hpp"
#include "actors/programs/program_codec.hpp"
#include "actors/programs/program_messages.hpp"
#include "test/actors/fuzz/basp_frames.hpp"
#include "test/actors/links/stranger.hpp"

namespace lithair::test {

/// A program that says whatever it likes, frame by frame, to a node that lets programs in.
class raw_program {
 public:
  static constexpr std::string_view requests = "@<>+lithair::actors::program_request";

  /// `number`: which of 255 CAF nodes it says to be.
  explicit raw_program(std::uint16_t port, int number = 7)
      : node_(basp::node(number)), socket_(port) {
    BOOST_REQUIRE(socket_.meet(hello(number)).starts_with("meets node "));
  }
  static link_hello hello(int number) {
    auto ours = hello_of(highest_node + static_cast<std::uint64_t>(number));
    ours.version = peer_version;
    ours.cluster = 0;
    ours.features = speaks_as_program;
    return ours;
  }

  void say(frame_kind kind, std::string_view payload) {
    frame_head head;
    head.rank = frame_class::calls;
    head.kind = kind;
    socket_.say(encode(head, payload));
  }
  /// Bytes for the middleman.
  void say(std::string_view bytes) { say(frame_kind::actors, bytes); }
  /// Introduces itself, and learns which actor it is offered.
  void meet() {
    say(basp::introduction(node_, 0));
    const auto said = heard();
    wire_reader in{std::string_view{said}.substr(basp_header::size)};
    node_there_ = in.node();
    for (auto ids = in.length(); ids > 0; --ids) in.text();
    offered_ = in.number(8);
    BOOST_REQUIRE((in.ok() && offered_ != 0));
    say(basp::choice(node_));
  }
  /// A request, or with an `id` of 0 a message that waits for no answer.
  std::string request(std::uint64_t id, const program_call& call) const {
    return message(
        id, basp::number(program_version, 4) + basp::number(id, 8) + basp::text(encode(call)));
  }
  std::string message(std::uint64_t id, const std::string& fields) const {
    return basp::message(99, offered_, requests, fields, id);
  }
  const std::string& node() const { return node_; }
  const std::string& node_there() const { return node_there_; }
  std::uint64_t offered() const { return offered_; }

  /// What the middleman there says next: one frame of its own, however many of ours it came in.
  std::string heard() {
    for (;;) {
      if (said_.size() >= basp_header::size) {
        const auto size = basp_header::size + read_basp_header(said_).payload;
        if (said_.size() >= size) {
          auto whole = said_.substr(0, size);
          said_.erase(0, size);
          return whole;
        }
      }
      hear_more();
    }
  }
  /// Whatever comes next; empty: the node has closed.
  std::string next_bytes() { return socket_.told_next(); }
  /// Goes on saying that it lives until the node closes; how many bytes for the middleman came.
  std::size_t live_until_closed() {
    std::size_t bytes = 0;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    for (;;) {
      if (std::chrono::steady_clock::now() > patience) BOOST_FAIL("the node does not close");
      const auto came = socket_.told_next();
      if (came.empty()) return bytes;
      std::string_view left = came;
      while (!left.empty())
        if (const auto each = frames_.next(left); each && each->head.kind == frame_kind::actors)
          bytes += each->payload.size();
      say(frame_kind::alive, {});
    }
  }

 private:
  void hear_more() {
    if (unread_.empty()) unread_ = socket_.told_next();
    BOOST_REQUIRE_MESSAGE(!unread_.empty(), "the node has closed");
    std::string_view left = unread_;
    const auto came = frames_.next(left);
    unread_.erase(0, unread_.size() - left.size());
    if (came && came->head.kind == frame_kind::actors) said_ += came->payload;
  }

  std::string node_;
  stranger socket_;
  frame_decoder frames_{longest_payload};
  std::string unread_;  // frames that follow
  std::string said_;    // by the middleman there
  std::string node_there_;
  std::uint64_t offered_ = 0;
};

}  // namespace lithair::test
