#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "test/cluster/harness/http_client.hpp"
#include "test/cluster/harness/ports.hpp"
#include "test/cluster/harness/process.hpp"

namespace lithair::test {

class cluster;

struct cluster_options {
  std::size_t nodes = 3;
  std::string models = {};              ///< a TOML file; empty: the shop of the examples
  std::vector<std::string> flags = {};  ///< on top, for every node
  bool same_flags =
      false;  ///< each is told all members, itself among them, and to found the cluster
  std::size_t founders = 0;         ///< the nodes after these join the first; 0: all are founders
  std::string program = {};         ///< empty: lithair_node
  std::filesystem::path data = {};  ///< holds the data directories; empty: a temporary one
  std::vector<std::filesystem::path> data_of = {};  ///< or where that of each node is
  /// Instead of --addr, for node `i`.
  std::function<std::vector<std::string>(const cluster&, std::size_t i)> place = {};
  /// As whom clients speak HTTPS to the nodes, which `flags` tell to; none: HTTP.
  std::shared_ptr<const actors::tls_context> secure = {};
  /// Where others find each node; empty: all on loopback. Then `place` has to say it, too.
  std::vector<std::string> hosts = {};
  /// Done before node `i` is started, and held until it is: whatever process it is started from is
  /// where the node will be.
  std::function<std::shared_ptr<void>(std::size_t i)> enter = {};
  /// NAME=value for node `i`, each time it is started.
  std::function<std::vector<std::string>(const cluster&, std::size_t i)> variables = {};
};

/// Real `lithair_node` processes on loopback, with everything they keep in one temporary directory.
/// Nodes are numbered from 0 here; their ids are one higher. Waits end by an event or throw when
/// `patience` is over.
class cluster {
 public:
  static constexpr milliseconds patience{30'000};

  explicit cluster(cluster_options options = {});

  std::size_t size() const { return nodes_.size(); }
  std::uint16_t port(std::size_t i) const { return ports_.http(i); }
  http_client client(std::size_t i, milliseconds limit = patience) const {
    return http_client(port(i), limit, options_.secure, host(i));
  }
  std::string host(std::size_t i) const {
    return options_.hosts.empty() ? "127.0.0.1" : options_.hosts.at(i);
  }
  const std::filesystem::path& directory() const { return directory_.path(); }
  std::filesystem::path data_directory(std::size_t i) const;
  /// The command that starts node `i`.
  std::vector<std::string> command(std::size_t i) const;
  /// What nodes are told from their next start on.
  cluster_options& told() { return options_; }

  void start(std::size_t i);
  void start_all();
  /// SIGKILL: as a crash, seen from outside.
  void kill(std::size_t i);
  bool runs(std::size_t i) const { return nodes_.at(i) != nullptr; }
  process& at(std::size_t i) { return *nodes_.at(i); }
  /// Waits for a graceful end after SIGTERM.
  ending stop(std::size_t i);

  /// Waits until /readyz says that node `i` serves linearizable reads.
  void await_ready(std::size_t i);
  void await_all_ready();
  /// Waits until all running nodes name the same running leader; returns its number.
  std::size_t await_leader();
  /// The number of the leader that node `i` names; none when it knows of none.
  std::optional<std::size_t> leader_named_by(std::size_t i) const;
  /// Waits until `reached`; `what` says in the error what never came.
  void await(const std::string& what, const std::function<bool()>& reached);

  /// What the nodes wrote, for the report of a failed test.
  std::string logs() const;
  std::string log(std::size_t i) const;

 private:
  temporary_directory directory_;
  port_block ports_;
  cluster_options options_;
  std::vector<std::unique_ptr<process>> nodes_;
};

/// The text of a JSON value: strings without quotes, everything else as JSON; `pointer` as in RFC
/// 6901. Empty when there is none.
std::string json_at(std::string_view json, std::string_view pointer);
/// The same as a number; none when it is not one.
std::optional<std::uint64_t> number_at(std::string_view json, std::string_view pointer);

}  // namespace lithair::test
