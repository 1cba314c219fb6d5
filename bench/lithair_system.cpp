#include <algorithm>
#include <functional>

#include "bench/fill.hpp"
#include "bench/systems.hpp"
#include "test/cluster/harness/cluster.hpp"
#include "test/cluster/harness/peer_certificates.hpp"

namespace lithair::bench {
namespace {

constexpr auto models = R"([models.items]
[models.items.fields]
id    = { type = "uuid",   primary_key = true, immutable = true, replicate = true }
value = { type = "string", replicate = true }
)";

/// The number is the end of the id.
constexpr auto item_id = "018f3c5e-7a10-7000-8000-############";

class lithair_system final : public measured_system {
 public:
  lithair_system(std::size_t nodes, std::size_t payload, const std::string& program,
                 std::vector<std::string> flags,
                 const std::shared_ptr<const actors::tls_context>& secure, bool peer_tls)
      : kept_(peer_tls ? std::make_unique<test::peer_certificates>(nodes) : nullptr),
        nodes_({.nodes = nodes,
                .models = models_.path(),
                .flags = std::move(flags),
                .program = program,
                .place = placing(),
                .secure = secure}) {
    nodes_.start_all();
    nodes_.await_all_ready();
    leader_ = nodes_.await_leader();
    store(payload);
  }

  std::string name() const override { return kept_ ? "links by TLS" : "lithair"; }
  std::vector<std::uint16_t> ports() const override {
    std::vector<std::uint16_t> made;
    for (std::size_t i = 0; i < nodes_.size(); ++i) made.push_back(nodes_.port(i));
    return made;
  }
  std::size_t leader() override { return nodes_.await_leader(); }
  request_template write_request(std::size_t payload) const override {
    return make_request("POST", "/api/items", R"({"value":")" + std::string(payload, 'x') + "\"}",
                        201);
  }
  request_template read_request() const override {
    return make_request("GET", std::string("/api/items/") + item_id, "", 200);
  }
  std::vector<test::process*> processes() override {
    std::vector<test::process*> made;
    for (std::size_t i = 0; i < nodes_.size(); ++i) made.push_back(&nodes_.at(i));
    return made;
  }

 private:
  std::function<std::vector<std::string>(const test::cluster&, std::size_t)> placing() const {
    if (!kept_) return {};
    return [this](const test::cluster& all, std::size_t i) { return kept_->place(all, i); };
  }
  void store(std::size_t payload) {
    auto through = nodes_.client(leader_);
    const std::string prefix = std::string(item_id).substr(0, 24);
    const auto value = R"(","value":")" + std::string(payload, 'x') + "\"}";
    // Far below what a body may be.
    const auto at_once = std::max<std::size_t>(1, 256 * 1024 / (payload + 100));
    fill(through, "/api/items", 0, readable, at_once, [&](std::uint64_t i) {
      const auto digits = std::to_string(i);
      return R"({"id":")" + prefix + std::string(12 - digits.size(), '0') + digits + value;
    });
  }

  models_file models_{models};
  std::unique_ptr<test::peer_certificates> kept_;  // none: links are plain
  test::cluster nodes_;
  std::size_t leader_ = 0;
};

}  // namespace

std::unique_ptr<measured_system> start_lithair(
    std::size_t nodes, std::size_t payload, const std::string& program,
    const std::vector<std::string>& flags, const std::shared_ptr<const actors::tls_context>& secure,
    bool peer_tls) {
  auto all = flags;
  all.insert(all.end(), {"--log-level", "warn"});
  return std::make_unique<lithair_system>(nodes, payload, program, std::move(all), secure,
                                          peer_tls);
}

}  // namespace lithair::bench
