#pragma once

#include <string>

namespace lithair::apps {

/// Where a node with --secure keeps what it is certified by: all of it its owner's alone.
struct secure_files {
  std::string directory;
  std::string authority;      ///< the authority's certificate
  std::string authority_key;  ///< which makes every member one that certifies
  std::string certificate;    ///< the node's own
  std::string key;
  std::string
      address;  ///< where the node's HTTPS is asked from its own machine; made at each start
};
inline secure_files secure_files_of(const std::string& data_dir) {
  const auto in = data_dir + "/tls";
  return {in, in + "/ca.pem", in + "/ca.key", in + "/node.pem", in + "/node.key", in + "/address"};
}

}  // namespace lithair::apps
