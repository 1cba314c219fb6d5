#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The wire format of CAF 0.17.6's middleman: BASP, version 3. Numbers go high byte first.
///
///     frame   := operation:u8  0  0  flags:u8  payload_length:u32  data:u64  source:u64  dest:u64
///                payload
///     node    := 0xf:u64 (no node)  |  "default" as an atom:u64  process:u32  host:20 bytes
///     length  := 7 bits a byte, low ones first; the high bit says that another byte follows
///     text    := length  bytes
///     handle  := actor:u64  node
///     message := 0:u16  types:text  fields          (types: "@<>", then "+name" for each)
///     error   := code:u8  category:u64  message
///
///     payload of a server handshake := node  app_ids:(length text*)  actor:u64
///                                      interface:(length text*)
///                a client handshake := node
///                a direct message   := stages:(length handle*)  message
///                a monitor message  := source:node  destination:node
///                a down message     := source:node  destination:node  error
namespace lithair::actors {

enum class basp_operation : std::uint8_t {
  server_handshake,
  client_handshake,
  direct_message,
  routed_message,
  monitor_message,
  down_message,
  heartbeat,
};

struct basp_header {
  static constexpr std::size_t size = 32;
  static constexpr std::uint8_t named_receiver = 1;     // dest is the atom of a name
  static constexpr std::uint8_t select_connection = 2;  // of a client handshake

  std::uint8_t operation = 0;  // any value may come
  std::uint8_t padding_1 = 0;
  std::uint8_t padding_2 = 0;
  std::uint8_t flags = 0;
  std::uint32_t payload = 0;  // bytes
  std::uint64_t data = 0;     // of a handshake the version, of a message its id
  std::uint64_t source = 0;
  std::uint64_t dest = 0;

  bool is(basp_operation which) const { return operation == static_cast<std::uint8_t>(which); }
};

/// Of the first `basp_header::size` bytes, which must be there.
basp_header read_basp_header(std::string_view bytes);

/// CAF's message ids: what the bits of a direct message's `data` mean.
namespace message_bits {
inline constexpr std::uint64_t answer = std::uint64_t{1} << 63;
inline constexpr std::uint64_t normal = std::uint64_t{1} << 60;  // and no other bit of these four
inline constexpr std::uint64_t kind = std::uint64_t{15} << 60;
}  // namespace message_bits

inline constexpr std::uint32_t basp_version = 3;
inline constexpr std::uint64_t no_node_atom = 0xf;
inline constexpr std::uint64_t default_node_atom = 0x3e9aab9bac79;
inline constexpr std::size_t node_bytes = 32;  ///< of a node that is one

/// Takes values off the front of bytes. Once something is not there, or is malformed, it has
/// failed and gives nothing more; no length is believed beyond the bytes that are there.
class wire_reader {
 public:
  explicit wire_reader(std::string_view bytes) : left_(bytes) {}

  /// A number of so many bytes, up to 8.
  std::uint64_t number(std::size_t width);
  /// As CAF would read it, but for what overflows.
  std::uint64_t length();
  std::string_view text();
  /// The 32 bytes of a valid node, or nothing where it says that there is none.
  std::string_view node();

  bool ok() const { return !failed_; }
  /// Whether all was read, and well.
  bool done() const { return !failed_ && left_.empty(); }
  void fail() { failed_ = true; }

 private:
  std::string_view bytes(std::uint64_t count);

  std::string_view left_;
  bool failed_ = false;
};

/// Reads an error. What it says of its context may be texts, numbers and atoms.
void skip_basp_error(wire_reader& from);

}  // namespace lithair::actors
