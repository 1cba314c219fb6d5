#pragma once

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <vector>

#include "actors/links/node_certificate.hpp"
#include "test/cluster/harness/certificates.hpp"
#include "test/cluster/harness/cluster.hpp"

namespace lithair::test {

inline certificate_wish wish_of_node(std::uint64_t id) {
  return {.name = "node " + std::to_string(id), .names = {"URI:" + actors::node_uri(id)}};
}

/// What the operator of a cluster keeps for links between its nodes, in one directory that goes
/// with it.
class peer_certificates {
 public:
  explicit peer_certificates(std::size_t nodes) : nodes_(nodes) {
    write("ca.pem", home_.certificate());
    renew(home_);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }
  void write(const std::string& name, const std::string& text) const {
    // As one moves a file into place: no node reads half of one.
    std::ofstream(path("new")) << text;
    ::chmod(path("new").c_str(), 0600);
    std::filesystem::rename(path("new"), path(name));
  }
  void put(std::size_t id, const identity& own) const {
    write(std::to_string(id) + ".pem", own.certificate);
    write(std::to_string(id) + ".key", own.key);
  }
  /// A new certificate for each node.
  void renew(const authority& by) const {
    for (std::size_t id = 1; id <= nodes_; ++id) put(id, by.issue(wish_of_node(id)));
  }
  const authority& home() const { return home_; }

  std::vector<std::string> flags(std::size_t id) const {
    const auto name = std::to_string(id);
    return {"--peer-tls-cert",   path(name + ".pem"), "--peer-tls-key",
            path(name + ".key"), "--peer-tls-ca",     path("ca.pem")};
  }
  /// As `cluster_options::place`: a node on loopback with its certificate.
  std::vector<std::string> place(const cluster& all, std::size_t i) const {
    auto words = flags(i + 1);
    words.insert(words.end(), {"--addr", "127.0.0.1:" + std::to_string(all.port(i))});
    return words;
  }

 private:
  std::size_t nodes_;
  temporary_directory directory_;
  authority home_{"home"};
};

}  // namespace lithair::test
