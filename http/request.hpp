#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lithair::http {

/// The methods this server knows; each is one bit in a `method_set`.
enum class method : std::uint8_t { get, head, post, put, patch, remove, options, other };

/// The methods a route takes, a bit for each in the order of `method`.
using method_set = std::uint8_t;
/// The set with this method alone.
constexpr method_set set_of(method which) {
  return static_cast<method_set>(1u << static_cast<unsigned>(which));
}
/// Whether the set has it.
constexpr bool contains(method_set set, method which) { return (set & set_of(which)) != 0; }

/// One header line; the views lie in the head.
struct header {
  std::string_view name;   ///< as sent, in any case
  std::string_view value;  ///< without the white space around it
};

/// One request as the parser hands it out. It owns nothing: its views are good until the parser is
/// called again or the bytes it was given go away.
struct request {
  method verb = method::other;
  std::string_view method_name;  ///< as sent; interesting when `verb` is `other`
  std::string_view target;       ///< in origin form, or "*"
  std::string_view path;         ///< of the target, still percent-encoded
  std::string_view query;        ///< of the target, without the '?', still percent-encoded
  /// Who was asked, as Host says it, or else the target in absolute form; empty: nobody said
  std::string_view authority;
  int minor_version = 1;   ///< of HTTP/1.x
  bool keep_alive = true;  ///< the connection may carry another request after this one
  /// `Expect: 100-continue`, which waits for a go-ahead (RFC 9110 §10.1.1)
  bool expects_continue = false;
  std::span<const header> headers;  ///< in the order in which they came
  /// Whoever took the connection says so: the client is on this machine
  bool from_this_machine = false;
  bool secure = false;    ///< likewise: it came under TLS
  std::string_view body;  ///< whole, and without its transfer coding

  /// The value of the first header of this name (RFC 9110 §5.1: ignoring case), or nullptr.
  const std::string_view* find(std::string_view name) const;
};

/// Whether two names are the same, ignoring the case of ASCII letters.
bool same_name(std::string_view a, std::string_view b);

}  // namespace lithair::http
