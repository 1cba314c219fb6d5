#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The part of msgpack (msgpack.org, spec of 2017) that records, commands and events are written
/// in: nil, bool, integers, float 64, str, bin, array, map. Always the shortest form, so that equal
/// values are equal bytes on every node.
namespace lithair::models::msgpack {

void write_nil(std::string& out);
/// What it writes.
inline constexpr std::string_view nil_bytes = "\xc0";
void write_bool(std::string& out, bool flag);                 ///< one byte
void write_unsigned(std::string& out, std::uint64_t number);  ///< 1, 2, 3, 5 or 9 bytes
void write_signed(std::string& out, std::int64_t number);     ///< not negative: as `write_unsigned`
void write_double(std::string& out, double number);           ///< always 9 bytes
void write_string(std::string& out, std::string_view text);   ///< not checked to be UTF-8
/// `bin`, for keys, digests, uuids and bytes
void write_binary(std::string& out, std::string_view text);
/// `count` elements must follow.
void write_array(std::string& out, std::size_t count);
/// `count` pairs must follow.
void write_map(std::string& out, std::size_t count);

/// What the next value is, by its first byte.
enum class kind : std::uint8_t {
  nil,
  boolean,
  positive,  ///< an integer, zero included
  negative,
  number,
  string,
  binary,
  array,
  map,
  invalid,  ///< nothing left, or bytes that no writer here makes
};

/// Reads from the front of some bytes, which must outlive it. Once something is not as expected
/// `good()` is false for ever and reads give zeroes; nothing is read behind the end whatever the
/// bytes are. Usage: read everything, then ask `finished()` once. Views lie in the bytes.
class reader {
 public:
  /// Copies nothing.
  explicit reader(std::string_view bytes) : rest_(bytes) {}

  bool good() const { return good_; }  ///< nothing was wrong so far
  /// Everything was read and as expected.
  bool finished() const { return good_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }  ///< what is not read yet

  /// Of the next value, which stays.
  kind next() const;
  /// Passes over a nil when there is one.
  bool take_nil();

  /// Each fails for a value of another kind.
  bool read_bool();
  std::uint64_t read_unsigned();   ///< fails for a negative integer
  std::int64_t read_signed();      ///< fails beyond 63 bits
  double read_double();            ///< fails for integers
  std::string_view read_string();  ///< a view of the bytes
  std::string_view read_binary();
  /// The number of elements that follow; never more than there are bytes left.
  std::size_t read_array();
  /// The number of pairs that follow; never more than half of the bytes left.
  std::size_t read_map();

  /// Passes over one value of any kind and gives its bytes. Without recursion, however deep the
  /// value is; for passing on what is not looked at.
  std::string_view read_any();

 private:
  /// The first bytes of a value: what it is and how long.
  struct head {
    kind what = kind::invalid;
    std::uint64_t number =
        0;                  ///< the integer (negative: its two's complement), bits, size or count
    std::size_t bytes = 0;  ///< of the head itself
  };

  head peek() const;                                ///< of the next value; invalid when it can't be
  head take(kind wanted);                           ///< passes over a head of this kind, or fails
  std::string_view take_bytes(std::uint64_t size);  ///< what a string or binary holds
  void fail();                                      ///< for ever; nothing is left to read

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace lithair::models::msgpack
