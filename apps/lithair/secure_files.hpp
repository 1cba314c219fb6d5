#pragma once

#include <string>

namespace lithair::apps {

/// Where a node with --secure keeps what it is certified by: all of it its owner's alone.
struct secure_files {
  std::string directory;
  std::string authority;      ///< the authority's certificate; of two, that of the key comes first
  std::string authority_key;  ///< which makes every member one that certifies
  std::string certificate;    ///< the node's own
  std::string key;
  std::string request;  ///< to be certified for another key; see authority_files
  std::string
      address;  ///< where the node's HTTPS is asked from its own machine; made at each start
};
inline secure_files secure_files_in(const std::string& directory) {
  return {directory,
          directory + "/ca.pem",
          directory + "/ca.key",
          directory + "/node.pem",
          directory + "/node.key",
          directory + "/request.pem",
          directory + "/address"};
}
inline secure_files secure_files_of(const std::string& data_dir) {
  return secure_files_in(data_dir + "/tls");
}

}  // namespace lithair::apps
