#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/budget.hpp"
#include "http/exchange.hpp"
#include "http/router.hpp"

namespace lithair::http {

/// A request under way: everything its answer needs, and the answer when it came before its turn.
struct slot {
  endpoint what = endpoint::nowhere;
  const models::collection* target = nullptr;
  int minor_version = 1;
  bool keep_alive = true;      ///< for the head of its answer
  bool head_only = false;      ///< HEAD
  bool write = false;          ///< its outcome is unknown until it is answered
  bool answered = false;       ///< `bytes` has what to send
  bool packed = false;         ///< the answer is wanted in msgpack
  bool close = false;          ///< its answer is the connection's last
  std::uint64_t since_ms = 0;  ///< of the loop's clock
  std::uint64_t since_ns = 0;  ///< of a finer one
  std::string request_id;      ///< the client's X-Request-Id, or one of ours
  std::string trace;           ///< of a write: its `traceparent` names it; may be empty
  /// The origin of another site's page that may read it; see `shared_origins`
  const std::string* page = nullptr;
  std::unique_ptr<read_conditions> conditions;
  std::vector<actors::node_status> statuses;      ///< for a page that tells of all groups, so far
  std::string bytes;                              ///< once answered
  std::shared_ptr<const persistence::file> file;  ///< follows `bytes`
  std::uint64_t file_size = 0;                    ///< bytes of `file`
  budget_share carried;    ///< of what a request holds until its outcome is known
  std::size_t weight = 0;  ///< see `slots::weigh`
};

/// The requests of one connection under way, in the order they came, which is the order of their
/// answers. Each has a token, rising by one, that its answer names. A ring that grows to what is
/// needed and keeps it.
class slots {
 public:
  bool empty() const { return count_ == 0; }  ///< nothing is under way
  std::size_t size() const { return count_; }
  /// Bytes of all answers under way: expected, or there and waiting for their turn.
  std::size_t weight() const { return weight_; }
  /// What this one counts: an estimate at first, then what it holds.
  void weigh(slot& one, std::size_t bytes) {
    weight_ += bytes - one.weight;
    one.weight = bytes;
  }
  /// There must be one.
  slot& front() { return ring_[first_ & mask()]; }
  const slot& front() const { return ring_[first_ & mask()]; }
  /// There must be one.
  const slot& back() const { return ring_[(first_ + count_ - 1) & mask()]; }

  /// Adds one at the end, cleared, and returns its token.
  std::uint64_t push() {
    if (count_ == ring_.size()) grow();
    const auto token = first_ + count_++;
    ring_[token & mask()] = slot{};
    return token;
  }
  /// Frees what the first one holds; its memory in the ring stays.
  void pop() {
    weigh(front(), 0);
    if (!front().bytes.empty()) front().bytes = {};
    front().file.reset();
    front().carried.release();
    ++first_;
    --count_;
  }
  /// The request with this token, or nullptr when it is no longer under way.
  slot* find(std::uint64_t token) {
    return token - first_ < count_ ? &ring_[token & mask()] : nullptr;
  }
  std::uint64_t first_token() const { return first_; }
  /// Its answer may leave now.
  bool is_first(std::uint64_t token) const { return token == first_; }
  /// Tokens go on behind those that are dropped, so that late answers find nobody.
  void clear() {
    while (!empty()) pop();
  }

 private:
  std::uint64_t mask() const { return ring_.size() - 1; }  ///< the ring's size is a power of two
  /// Twice as large; slots keep their tokens.
  void grow() {
    std::vector<slot> larger(ring_.empty() ? 2 : ring_.size() * 2);
    for (std::uint64_t i = first_; i < first_ + count_; ++i)
      larger[i & (larger.size() - 1)] = std::move(ring_[i & mask()]);
    ring_ = std::move(larger);
  }

  std::vector<slot> ring_;  // a power of two
  std::uint64_t first_ = 0;
  std::uint64_t count_ = 0;
  std::size_t weight_ = 0;
};

}  // namespace lithair::http
