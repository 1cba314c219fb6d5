#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "actors/runtime/change_signal.hpp"
#include "apps/lithair/options.hpp"

namespace lithair::actors {
class node;
}  // namespace lithair::actors

namespace lithair::apps {

class authority_keeper;
class worker;

/// As long as the node is there to ask: keeps the cluster's access tokens; with --secure certifies
/// others by its book of join tokens, and does this node's part when another authority takes the
/// place of the cluster's. Of one thread.
class open_office {
 public:
  /// `node` outlives this, but for what `close` has ended.
  open_office(const settings& chosen, actors::node& node);
  ~open_office();
  open_office(const open_office&) = delete;
  open_office& operator=(const open_office&) = delete;

  /// Makes the node's certificate anew when it ends soon; whether it did.
  bool renew_certificate();
  /// Before the node stops: what is ordered from now on is put off.
  void close();

 private:
  void open_certifier(actors::node& node);
  void enter_first_token();

  const settings& chosen_;
  std::unique_ptr<actors::change_signal::listener> listener_;
  std::unique_ptr<authority_keeper> keeper_;
  std::unique_ptr<worker> first_;
};

}  // namespace lithair::apps
