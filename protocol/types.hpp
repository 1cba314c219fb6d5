#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

/// The Raft core: a pure, deterministic state machine. No I/O, clock, thread or lock lives here.
namespace lithair::protocol {

/// An unsigned 64-bit number with a meaning of its own, so that a term is never taken for an index.
/// Zero always stands for "none".
template <class Tag>
struct tagged {
  /// For printing, encoding and arithmetic of other kinds; 0 is "none".
  std::uint64_t value = 0;

  constexpr tagged() = default;
  constexpr explicit tagged(std::uint64_t number) : value(number) {}

  /// Only tags of the same kind compare.
  constexpr auto operator<=>(const tagged&) const = default;
  /// Whether it is not "none".
  constexpr explicit operator bool() const { return value != 0; }

  /// The next one. Nothing checks for overflow: the core refuses numbers past 2⁶² (`objection`).
  constexpr tagged& operator++() {
    ++value;
    return *this;
  }
  /// So many further, or back; `n` must not be more than `value` then.
  friend constexpr tagged operator+(tagged tag, std::uint64_t n) { return tagged{tag.value + n}; }
  friend constexpr tagged operator-(tagged tag, std::uint64_t n) { return tagged{tag.value - n}; }
  /// The distance from `from` to `to`, which must not be less.
  friend constexpr std::uint64_t operator-(tagged to, tagged from) { return to.value - from.value; }
};

/// A logical time in which at most one leader exists (Raft §5.1). The first election makes term 1.
using term_t = tagged<struct term_tag>;
/// A position in a group's log; the first entry has index 1.
using index_t = tagged<struct index_tag>;
/// A member of the cluster, from 1. An id is never used for a second data directory.
using node_id = tagged<struct node_tag>;
/// One Raft group of possibly many on the same nodes, from 1.
using group_id = tagged<struct group_tag>;
/// Names a read that waits for its index; chosen by the driver, unique while it waits.
using read_token = tagged<struct read_tag>;
/// Names one write handed to the driver; handed out in rising order by the core.
using write_token = tagged<struct write_tag>;

/// An immutable run of bytes that shares ownership of the buffer it lies in: copying it copies no
/// bytes, and the entries of one received append can all lie in the message's own buffer.
class payload {
 public:
  /// No bytes, and no buffer.
  payload() = default;
  /// Takes `data` for its buffer.
  explicit payload(std::string data)
      : owner_(std::make_shared<const std::string>(std::move(data))), view_(*owner_) {}
  /// `view` must lie within `*owner`.
  payload(std::shared_ptr<const std::string> owner, std::string_view view)
      : owner_(std::move(owner)), view_(view) {}

  /// Valid while this payload, or any copy of it, lives.
  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  /// Compares the bytes, wherever they lie.
  bool operator==(const payload& other) const { return view_ == other.view_; }

 private:
  /// Null for a payload without a buffer.
  std::shared_ptr<const std::string> owner_;
  /// Within `*owner_`.
  std::string_view view_;
};

}  // namespace lithair::protocol

/// For hash tables keyed by an id; its quality is that of the standard library's for integers.
template <class Tag>
struct std::hash<lithair::protocol::tagged<Tag>> {
  std::size_t operator()(lithair::protocol::tagged<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
