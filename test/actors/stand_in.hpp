#pragma once

#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_actor.hpp>

namespace lithair::test {

/// Somebody of a test who takes whatever he is sent: becomes a handle of any actor of a node.
class stand_in {
 public:
  explicit stand_in(caf::actor who) : who_(std::move(who)) {}
  explicit stand_in(const caf::scoped_actor& who) : who_(caf::actor_cast<caf::actor>(who)) {}

  template <class... Signatures>
  operator caf::typed_actor<Signatures...>() const {
    return caf::actor_cast<caf::typed_actor<Signatures...>>(who_);
  }

 private:
  caf::actor who_;
};

}  // namespace lithair::test
