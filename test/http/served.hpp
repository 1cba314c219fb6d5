#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <caf/actor_system.hpp>

#include "actors/node/system.hpp"
#include "actors/runtime/loop.hpp"
#include "http/front.hpp"
#include "models/schema/schema.hpp"
#include "test/http/client.hpp"
#include "test/http/fake_node.hpp"

namespace lithair::http::test {

/// A server on loopback over a fake node.
class served {
 public:
  explicit served(const server_options& options = {}, std::size_t loops = 2);
  ~served();
  served(const served&) = delete;
  served& operator=(const served&) = delete;

  std::uint16_t port() const { return front_->port(); }
  script& node() { return *script_; }
  front& server() { return *front_; }
  /// Runs it where the fake node lives.
  void on_node(const std::function<void()>& what) { loops_.front()->call(what); }
  actors::loop* any_loop() { return loops_.back().get(); }
  /// Waits until no session is open; false: one still is after 20 s.
  bool deserted();

 private:
  actors::system_config config_;
  caf::actor_system system_{config_};
  models::schema schema_;
  std::vector<std::unique_ptr<actors::loop>> loops_;
  std::shared_ptr<script> script_ = std::make_shared<script>();
  caf::actor node_;
  std::unique_ptr<front> front_;
};

}  // namespace lithair::http::test
