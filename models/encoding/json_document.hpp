#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace lithair::models {

/// A parsed JSON text, read-only. Strings are unescaped, numbers keep their text. All nodes lie in
/// one vector: a container's children follow it, an object's as key, value, key, value. Immutable
/// once parsed, so any thread may read it. Positions count nodes, not bytes. Recursion over it is
/// bounded by the depth that `parse` allows.
class json_document {
 public:
  enum class kind : std::uint8_t { null, boolean, number, string, array, object };

  /// One value or one key.
  struct node {
    kind what = kind::null;
    bool flag = false;       ///< of a boolean
    std::uint32_t text = 0;  ///< where in the text buffer a string or number begins
    std::uint32_t size = 0;  ///< of that text, in bytes
    std::uint32_t end = 0;   ///< the position behind the node and all that belongs to it
  };

  /// Strict RFC 8259: valid UTF-8, no key twice in an object, nesting of at most 64, nothing behind
  /// the value, at most 4,194,303 values and keys. The error is one sentence with line and column.
  /// A repeated key is refused, as RFC 8259 §4 leaves its meaning open: two readers might pick
  /// different ones.
  static tl::expected<json_document, std::string> parse(std::string_view text);

  static constexpr std::uint32_t root = 0;  ///< where the whole value is

  /// `position` must be one that this class gave.
  const node& at(std::uint32_t position) const { return nodes_[position]; }
  /// Of a string unescaped, of a number as it was written, else empty. Lies in the document.
  std::string_view text(std::uint32_t position) const {
    const node& x = nodes_[position];
    return std::string_view(buffer_).substr(x.text, x.size);
  }

  /// Calls `visit(key, position of the value)` for each member of the object, in order.
  template <class Visit>
  void for_each_member(std::uint32_t object, Visit visit) const {
    for (std::uint32_t i = object + 1; i < nodes_[object].end; i = nodes_[i + 1].end) {
      visit(text(i), i + 1);
    }
  }

  /// Calls `visit(position)` for each element of the array, in order.
  template <class Visit>
  void for_each_element(std::uint32_t array, Visit visit) const {
    for (std::uint32_t i = array + 1; i < nodes_[array].end; i = nodes_[i].end) {
      visit(i);
    }
  }

 private:
  friend class json_builder;
  friend class json_reading;

  std::vector<node> nodes_;  ///< the root first
  std::string buffer_;       ///< all text, one behind the other
};

/// Parses bit by bit a text that was found to be JSON before: so keys are not looked at again, nor
/// is it said what is wrong. All else is as `json_document::parse` has it.
class json_reading {
 public:
  explicit json_reading(std::string_view text);  ///< must live until it is done
  ~json_reading();
  json_reading(json_reading&&) noexcept;
  json_reading& operator=(json_reading&&) noexcept;

  /// Whether it is done; `is_late` is asked between some kilobytes.
  bool go_on(const std::function<bool()>& is_late);
  /// Once it is done; none: it is no JSON.
  std::optional<json_document> take();

 private:
  struct parser;

  std::string_view rest_;
  std::unique_ptr<parser> parser_;  // none once it is done
  std::optional<json_document> made_;
};

}  // namespace lithair::models
