#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/links/frame_decoder.hpp"

namespace lithair::actors {

/// Beyond are numbers that clusters do not use: so what strangers make a node remember is bounded.
inline constexpr std::uint64_t highest_node = 65535;
/// A bit of `link_hello::features`: the speaker is a program, and no node. Its number is one of its
/// own, beyond `highest_node`; it takes whichever node answers, so it says `to` nobody.
inline constexpr std::uint64_t speaks_as_program = 1;

/// What one end of a link says of itself before anything else; nothing of it is of one group.
/// Later versions may tell more behind it.
struct link_hello {
  std::uint32_t version = 0;  ///< of what nodes say to each other (peer_version)
  std::uint32_t lane = 0;     ///< 0: the only connection between the two
  std::uint64_t node = 0;     ///< the speaker
  /// The node that it means to reach: an address may be somebody else's by now. Of the answer: who
  /// called
  std::uint64_t to = 0;
  std::uint64_t cluster = 0;      ///< that the speaker's directory belongs to; 0: none yet
  std::uint64_t incarnation = 0;  ///< a random number of that directory
  std::uint64_t run = 0;          ///< another one, of the speaker's process
  std::uint64_t features = 0;     ///< bits, such as `speaks_as_program`
  /// 16 bytes that it never said before
  std::array<std::uint64_t, 2> nonce{};

  bool operator==(const link_hello&) const = default;
  bool is_program() const { return (features & speaks_as_program) != 0; }
};

/// How two nodes, or a program and a node, meet on a new connection, at either end. Bytes go in and
/// come out; pure.
///
///     dialling side                                     accepting side
///        preamble, hello ────────────────────────────────▶  who is it, and is it welcome here?
///        the same of the other  ◀─────────── preamble, hello with the code of both hellos
///        confirm with the code of both ──────────────────▶  does it know the secret?
///        done  ◀──────────────────────────────────── ready  done
///
///     preamble := "lithair" version:u8
///     hello    := code:text fields…     in the order of link_hello, but `to` after `node`
///     confirm  := code:text
///     refused  := node:u64 why:text
///
/// Whoever refuses says why in a `refused` and is done; who speaks something else altogether gets
/// no answer. Where there is a secret of the cluster, each end proves that it knows it by a code
/// over all that both have said, nonces included: so what was said once is of no use to who heard
/// it. Until it is done it takes 1 KiB a frame, and keeps no more than one.
class handshake {
 public:
  enum class side : std::uint8_t { dialling, accepting };
  enum class state : std::uint8_t {
    going,    ///< more bytes are needed
    done,     ///< both take each other for what they say
    refused,  ///< by the other end, which said why
    failed,   ///< by this end; its output tells the other, if that can understand
  };

  /// What this node makes of the other one. Outlives the handshake.
  struct judge {
    /// The code by which the cluster's secret is proved over a text; none: there is no secret
    std::function<std::string(std::string_view)> code;
    /// Why one that does not know the secret is refused, and what helps
    std::function<std::string(std::uint64_t node)> why_unproven;
    /// Why a program is not let in; empty: it is. None: this node lets no programs in
    std::function<std::string()> why_no_program = {};
  };

  /// `ours`: of the accepting side without `to`.
  handshake(side at, const link_hello& ours, const judge& by);

  /// Which node the other end is, as something below has proved; 0: nothing has. Before its first
  /// byte is fed: whoever says to be another one is refused, whatever else he says.
  void expect(std::uint64_t node) { proven_ = node; }
  /// The same of a program, by its name; empty: nothing has proved that it is one.
  void expect_program(std::string name) { proven_program_ = std::move(name); }
  /// To be sent now; once.
  std::string take_output() { return std::move(output_); }
  /// Takes bytes from the front; what is left once it is done belongs to the link.
  void feed(std::string_view& bytes);

  state now() const { return state_; }
  /// Why it was refused or has failed: a sentence without a full stop.
  const std::string& why() const { return why_; }
  /// What the other end said; node 0: nothing yet.
  const link_hello& other() const { return other_; }

 private:
  void take_preamble(std::string_view& bytes);
  void take(const frame& came);
  void take_hello(const frame& came);
  void take_confirm(const frame& came);
  void take_refusal(const frame& came);
  std::string why_not() const;
  std::string why_no_program() const;
  std::string why_not_proven(const link_hello& said) const;
  bool proves(std::string_view code, side whose) const;
  std::string code_of(side whose) const;
  void say_hello(std::string_view code);
  void say(frame_kind kind, std::string_view payload);
  void fail(std::string why, bool tell = true);

  const side at_;
  link_hello ours_;
  const judge& judge_;
  std::uint64_t proven_ = 0;
  std::string proven_program_;
  std::size_t preamble_ = 0;  // bytes of it that came
  frame_decoder frames_;
  std::string our_fields_;    // as they were sent
  std::string other_fields_;  // as they came, with what later versions tell
  link_hello other_;
  std::string output_;
  std::string why_;
  state state_ = state::going;
};

}  // namespace lithair::actors
