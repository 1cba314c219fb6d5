#include "actors/links/handshake.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "actors/links/fields.hpp"

namespace lithair::actors {

namespace {

constexpr std::string_view magic = "lithair";
constexpr char tls_alert = 21;
constexpr char tls_hello = 22;
// Of preamble, frames and handshake. What frames hold has a version of its own, in the hello.
constexpr std::uint8_t link_version = 1;
constexpr std::size_t longest_greeting = 1024;
// What is repeated of the other end's words.
constexpr std::size_t longest_reason = 500;

std::string fields_of(const link_hello& hello) {
  field_writer out;
  out.number(hello.version)
      .number(hello.lane)
      .number(hello.node)
      .number(hello.to)
      .number(hello.cluster)
      .number(hello.incarnation)
      .number(hello.run)
      .number(hello.features)
      .number(hello.nonce[0])
      .number(hello.nonce[1]);
  return out.take();
}

// Its version is told even where the rest is not understood.
bool read(std::string_view fields, link_hello& out) {
  field_reader in{fields};
  out.version = in.number<std::uint32_t>();
  out.lane = in.number<std::uint32_t>();
  for (auto* each : {&out.node, &out.to, &out.cluster, &out.incarnation, &out.run, &out.features,
                     &out.nonce[0], &out.nonce[1]})
    *each = in.number<std::uint64_t>();
  return in.sound();
}

// Takes the same time wherever they differ.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  return difference == 0;
}

// Words of a stranger end up in logs and answers.
std::string cleaned(std::string_view text) {
  std::string result{text.substr(0, longest_reason)};
  std::replace_if(
      result.begin(), result.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return result;
}

}  // namespace

handshake::handshake(side at, const link_hello& ours, const judge& by)
    : at_(at), ours_(ours), judge_(by), frames_(longest_greeting) {
  if (at_ == side::dialling) say_hello({});
}

void handshake::feed(std::string_view& bytes) {
  take_preamble(bytes);
  while (state_ == state::going && !bytes.empty()) {
    const auto came = frames_.next(bytes);
    if (!frames_.failed().empty()) return fail(frames_.failed());
    if (came) take(*came);
  }
}

// The first byte that does not fit ends it, without an answer: whoever that is would not
// understand. Records of TLS (RFC 8446 §5.1) are a mistake that people make.
void handshake::take_preamble(std::string_view& bytes) {
  for (; state_ == state::going && preamble_ <= magic.size() && !bytes.empty(); ++preamble_) {
    const char next = bytes.front();
    bytes.remove_prefix(1);
    if (preamble_ == 0 && next == tls_hello && at_ == side::accepting)
      return fail("it speaks TLS, and links of this node are without (--peer-tls-cert)", false);
    if (preamble_ == 0 && next == tls_alert && at_ == side::dialling)
      return fail("it answers by TLS, and links of this node are without (--peer-tls-cert)", false);
    if (preamble_ < magic.size() && next != magic[preamble_])
      return fail("it does not speak as a node", false);
    const auto version = static_cast<std::uint8_t>(next);
    if (preamble_ == magic.size() && version != link_version)
      return fail(fmt::format("it speaks version {} of the link between nodes, this node {}",
                              version, link_version));
  }
}

void handshake::take(const frame& came) {
  const bool greeted = other_.node != 0;
  if (came.head.kind == frame_kind::hello && !greeted) return take_hello(came);
  if (came.head.kind == frame_kind::refused && at_ == side::dialling) return take_refusal(came);
  if (came.head.kind == frame_kind::refused && greeted) return take_refusal(came);
  if (came.head.kind == frame_kind::confirm && greeted && at_ == side::accepting)
    return take_confirm(came);
  if (came.head.kind == frame_kind::ready && greeted && at_ == side::dialling) {
    state_ = state::done;
    return;
  }
  fail("it does not greet as a node");
}

void handshake::take_hello(const frame& came) {
  field_reader in{came.payload};
  const std::string code{in.text()};
  other_fields_ = in.rest();
  link_hello said;
  const bool whole = read(other_fields_, said);
  if (auto why = why_not_proven(said); !why.empty()) return fail(std::move(why));
  if (said.version != 0 && said.version != ours_.version) {
    other_.node = said.node;
    other_.features = said.features;
    return fail(fmt::format("it speaks version {} of the peer protocol, this node {}", said.version,
                            ours_.version));
  }
  if (!in.sound() || !whole) return fail("its greeting is not understood");
  other_ = said;
  if (auto why = why_not(); !why.empty()) return fail(std::move(why));
  if (at_ == side::accepting) {
    ours_.to = other_.node;
    our_fields_ = fields_of(ours_);
    return say_hello(code_of(side::accepting));
  }
  if (!proves(code, side::accepting)) return fail(judge_.why_unproven(other_.node));
  say(frame_kind::confirm, field_writer{}.text(code_of(side::dialling)).take());
}

void handshake::take_confirm(const frame& came) {
  field_reader in{came.payload};
  const std::string code{in.text()};
  if (!in.sound()) return fail("its greeting is not understood");
  if (!proves(code, side::dialling)) return fail(judge_.why_unproven(other_.node));
  say(frame_kind::ready, {});
  state_ = state::done;
}

void handshake::take_refusal(const frame& came) {
  field_reader in{came.payload};
  const auto node = in.number<std::uint64_t>();
  if (at_ == side::dialling) other_.node = node;
  why_ = cleaned(in.text());
  state_ = state::refused;
  if (!in.sound()) return fail("its greeting is not understood", false);
  // An address may belong to somebody else by now: its refusal says nothing of whom we meant.
  if (at_ == side::dialling && ours_.to != 0 && other_.node != ours_.to)
    fail(fmt::format("node {} answers there", other_.node), false);
}

// Whoever shows the certificate of one is no other, and no program is a node.
std::string handshake::why_not_proven(const link_hello& said) const {
  const auto claimed =
      said.is_program() ? std::string{"a program"} : fmt::format("node {}", said.node);
  if (proven_ != 0 && (said.is_program() || said.node != proven_))
    return fmt::format("its certificate is that of node {}, and it says to be {}", proven_,
                       claimed);
  if (!proven_program_.empty() && !said.is_program())
    return fmt::format("its certificate is that of program {}, and it says to be {}",
                       proven_program_, claimed);
  return {};
}

// Who it is before what it is.
std::string handshake::why_not() const {
  if (other_.is_program()) return why_no_program();
  if (other_.node == 0 || other_.node > highest_node)
    return "its node id is not one that clusters use";
  if (at_ == side::dialling && ours_.to != 0 && other_.node != ours_.to)
    return fmt::format("node {} answers there", other_.node);
  if (other_.to != ours_.node) return fmt::format("this is node {}, not {}", ours_.node, other_.to);
  if (other_.node == ours_.node) return "it has the number of this node";
  if (other_.cluster != 0 && ours_.cluster != 0 && other_.cluster != ours_.cluster)
    return "it belongs to another cluster";
  return {};
}

std::string handshake::why_no_program() const {
  if (at_ == side::dialling) return "a program answers there";
  if (other_.node <= highest_node) return "its number is not one of a program";
  if (other_.to != 0 && other_.to != ours_.node)
    return fmt::format("this is node {}, not {}", ours_.node, other_.to);
  if (!judge_.why_no_program) return "this node lets no programs in (--programs)";
  if (other_.cluster != 0 && ours_.cluster != 0 && other_.cluster != ours_.cluster)
    return "this node belongs to another cluster";
  return judge_.why_no_program();
}

bool handshake::proves(std::string_view code, side whose) const {
  return !judge_.code || same(code, code_of(whose));
}

// Of what both have said, and by whom: the code of one end is not that of the other.
std::string handshake::code_of(side whose) const {
  if (!judge_.code) return {};
  const bool dialled = at_ == side::dialling;
  return judge_.code(field_writer{}
                         .text(whose == side::dialling ? "lithair dialling" : "lithair accepting")
                         .text(dialled ? our_fields_ : other_fields_)
                         .text(dialled ? other_fields_ : our_fields_)
                         .take());
}

void handshake::say_hello(std::string_view code) {
  our_fields_ = fields_of(ours_);
  output_.append(magic);
  output_ += static_cast<char>(link_version);
  say(frame_kind::hello, field_writer{}.text(code).rest(our_fields_).take());
}

void handshake::say(frame_kind kind, std::string_view payload) {
  frame_head head;
  head.kind = kind;
  output_ += encode(head, payload);
}

void handshake::fail(std::string why, bool tell) {
  why_ = std::move(why);
  state_ = state::failed;
  if (!tell) return;
  // Whoever accepts has said nothing before its answer.
  if (at_ == side::accepting && our_fields_.empty()) {
    output_.append(magic);
    output_ += static_cast<char>(link_version);
  }
  say(frame_kind::refused, field_writer{}.number(ours_.node).text(why_).take());
}

}  // namespace lithair::actors
