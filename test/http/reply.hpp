#pragma once

#include <map>
#include <string>

namespace lithair::http::test {

/// An answer as a client sees it.
struct reply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string{} : at->second;
  }
};

}  // namespace lithair::http::test
