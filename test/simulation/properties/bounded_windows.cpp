#include "test/simulation/property.hpp"
#include "test/simulation/server.hpp"

namespace lithair::simulation {

namespace {

/// The bytes on the way to a peer stay within the window, and appends within their size; one entry
/// more may be on the way, because even a large one must go.
class bounded : public property {
  static constexpr std::uint64_t largest_entry = 400;

  void on_start(const server& x) override { options_ = x.options; }
  void on_output(const server& x, const output& out) override {
    for (const envelope& e : out.messages) {
      const auto* append = std::get_if<append_request>(&e.content);
      if (append == nullptr || append->entries.size() < 2) continue;
      std::uint64_t bytes = 0;
      for (const entry& each : append->entries) bytes += footprint(each);
      demand(bytes <= options_.max_append_bytes, "an append is larger than it may be");
    }
    if (out.messages.empty() || x.core->current_role() != role::leader) return;
    for (const peer_status& peer : x.core->inspect().peers) {
      demand(peer.inflight_bytes <
                 options_.max_inflight_bytes + options_.max_append_bytes + largest_entry,
             "more is on the way to a peer than its window allows");
    }
  }

  protocol::options options_;
};

}  // namespace

std::unique_ptr<property> bounded_windows() { return std::make_unique<bounded>(); }

}  // namespace lithair::simulation
