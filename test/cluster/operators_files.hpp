#pragma once

#include <sys/stat.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "actors/tls/tls_context.hpp"
#include "test/cluster/harness/certificates.hpp"
#include "test/cluster/harness/process.hpp"

namespace lithair::test {

/// The certificates of an operator in one directory, which goes with it.
class operators_files {
 public:
  operators_files() {
    write("ca.pem", home_.certificate());
    replace(home_.issue());
    own_ = home_.issue({.name = "client"});
    write("client.pem", own_.certificate);
    write("client.key", own_.key);
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), 0600);
  }
  /// The node's.
  void replace(const identity& by) const {
    write("cert.pem", by.certificate);
    write("key.pem", by.key);
  }
  const authority& home() const { return home_; }

  std::vector<std::string> flags() const {
    return {"--tls-cert", path("cert.pem"), "--tls-key", path("key.pem")};
  }
  /// Who trusts the nodes, and has a certificate of its own.
  std::shared_ptr<const actors::tls_context> client() const {
    return *actors::tls_context::make({{"client.pem", own_.certificate},
                                       {"client.key", own_.key},
                                       {{"ca.pem", home_.certificate()}}},
                                      {actors::tls_role::client});
  }

 private:
  temporary_directory directory_;
  authority home_{"home"};
  identity own_;
};

}  // namespace lithair::test
