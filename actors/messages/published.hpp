#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/messages/client_messages.hpp"

namespace lithair::actors {

/// A read model of a program's own that is served over HTTP; see publication.hpp for how to make
/// one. Any thread.
class published {
 public:
  /// The model as of an index: all changes up to there are folded in, and nothing else.
  struct picture {
    std::uint64_t applied = 0;
    std::string json;
  };

  virtual ~published() = default;

  /// Served at /api/projections/{name}.
  virtual std::string_view name() const = 0;
  /// Whose events are folded in.
  virtual const models::collection& from() const = 0;
  /// As of here it would be read now; 0: it is being built.
  virtual std::uint64_t applied() const = 0;
  /// It follows no more, for good.
  virtual bool has_ended() const = 0;
  /// Has it look soon how far the changes have come.
  virtual void hurry() const = 0;
  /// On the loop on which it is folded. Throws what the program's own code throws.
  virtual picture read() const = 0;
};

/// Asks the publisher for a read model; the answer is `answered`, whose body is `{"data": ...}`.
struct read_published {
  std::uint64_t token = 0;
  consistency level = consistency::linearizable;
  std::uint64_t min_index = 0;  ///< wait until this much is folded in, for at most 5 s
  std::shared_ptr<const published> what;
};

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::read_published)
