#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/load.hpp"
#include "test/cluster/harness/process.hpp"

namespace lithair::bench {

/// A running system that takes load: some nodes of one kind.
class measured_system {
 public:
  /// How many numbers can be read; they are stored before the first measurement.
  static constexpr std::uint64_t readable = 1000;

  virtual ~measured_system() = default;

  virtual std::string name() const = 0;
  virtual std::vector<std::uint16_t> ports() const = 0;
  virtual std::size_t leader() = 0;
  virtual request_template write_request(std::size_t payload) const = 0;
  virtual request_template read_request() const = 0;
  virtual std::vector<test::process*> processes() = 0;
};

/// `nodes` of lithair_node, ready, with what reads will ask for. `flags`: on top of the usual ones;
/// `secure`: as whom clients speak HTTPS to them, if flags tell them to. `peer_tls`: their links
/// are under TLS.
std::unique_ptr<measured_system> start_lithair(
    std::size_t nodes, std::size_t payload, const std::string& program = {},
    const std::vector<std::string>& flags = {},
    const std::shared_ptr<const actors::tls_context>& secure = {}, bool peer_tls = false);

/// Three nodes of etcd behind their JSON gateways; null when etcd is not installed.
std::unique_ptr<measured_system> start_etcd(std::size_t payload);

}  // namespace lithair::bench
