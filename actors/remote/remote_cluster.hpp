#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/embedded/caller.hpp"
#include "actors/tls/tls_files.hpp"
#include "models/declaration/declared.hpp"

namespace lithair::actors {

/// How a program outside finds a cluster, and what it proves to it.
struct remote_options {
  /// HOST:PEER_PORT of nodes that were started with --programs; one at least. The first that takes
  /// the program is spoken to, and when its link is lost the next
  std::vector<std::string> nodes;
  /// What the file at the nodes' --cluster-token holds; empty: they have none
  std::string cluster_token = {};
  /// As whom it speaks TLS with nodes that do (--peer-tls-cert): a certificate of the same
  /// authority, with the URI lithair://program/NAME among its subject alternative names, its key,
  /// and the authority's own certificate. None: without TLS
  std::optional<tls_files> tls = std::nullopt;
  /// Whether it may leave this machine without TLS
  bool insecure = false;
  /// Then a request is answered all the same: 503 if no node was given it, else 504
  std::uint32_t request_timeout_ms = 10'000;
  /// So long a request waits for a node while none is reached, then 503
  std::uint32_t reach_ms = 3'000;
  /// Requests that are not answered, and bytes of them; beyond, 503
  std::size_t max_pending = 4096;
  std::size_t max_pending_bytes = 64 << 20;
};

/// A cluster seen from outside: for programs that have no node inside and connect to one through
/// CAF's middleman. `collection` and `transaction` work over it as over a node:
///
///     lithair::remote_cluster shop{lithair::schema_of<product, order>(),
///                                  {.nodes = {"10.0.0.1:9080", "10.0.0.2:9080"}}};
///     const lithair::collection<product> products{shop};
///     auto made = products.create({{}, "tea", {}, 3}, {.idempotency_key = "tea 1"}).get();
///
/// It dials at once and in its own thread, and again whenever a link is lost. Each request is
/// answered exactly once. When the link is lost, what is under way and may be repeated is: reads,
/// and writes with an idempotency key, which take effect once wherever they are asked. Any other
/// write is answered 504: nobody knows. A node that serves other models than the program declares
/// is not spoken to, and requests say why (503). An answer of 503 or 504 that a node gave is not
/// asked again: that is the program's to decide.
///
/// Handlers run on its loop, and must not block: a program that takes nothing for 5 s is dropped by
/// the node. There may be several in a process, and nodes beside them. Thread-safe but for its end:
/// the destructor, which no handler may call, ends everything, which takes up to two seconds while
/// it dials; callers that outlive it are answered 503.
class remote_cluster {
 public:
  /// Throws std::runtime_error with one sentence: models that are wrong in themselves, addresses,
  /// certificates. Reads the files of `how.tls`. Does not wait for a node.
  remote_cluster(models::declared<models::schema> models, remote_options how);
  ~remote_cluster();
  remote_cluster(const remote_cluster&) = delete;
  remote_cluster& operator=(const remote_cluster&) = delete;

  /// For collections and transactions. Its schema is what the program declared.
  caller through() const;
  // NOLINTNEXTLINE(google-explicit-constructor): collections and transactions are made of it.
  operator caller() const { return through(); }

 private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

}  // namespace lithair::actors

namespace lithair {

using actors::remote_cluster;
using actors::remote_options;

}  // namespace lithair
