#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "apps/lithair/options.hpp"

namespace lithair::apps {

/// Another node, as it is asked by HTTP or HTTPS, and as whom.
struct contact {
  endpoint whom;
  std::string token_file;  ///< the cluster token; empty: there is none
  /// Else what is shown instead of it, made anew each time; none: nothing is
  std::function<std::string()> bearer = {};
  std::optional<actors::tls_files> tls = {};  ///< by HTTPS, as the holder of this certificate
  std::string authorities = {};               ///< who certifies it; empty: whom the system trusts
  /// Whoever these authorities certify, by whatever name: they certify nodes of one cluster only
  bool any_host = false;
  std::string pinned = {};  ///< by HTTPS, of this authority, in PEM, and whatever name
  bool unverified = false;  ///< by HTTPS, whoever that is: what it says is to be proved otherwise
};
/// Of the node that is to take this one in.
contact contact_of(const settings& chosen);

struct answer {
  long status = 0;   ///< 0: nobody answered
  std::string body;  ///< or why nobody did
};

/// A GET, or a POST of JSON when there is a body. Blocks for up to 15 s, or until `stop`; none:
/// nothing stops it. Throws std::runtime_error when the token can't be read any more.
answer ask(const contact& there, const std::string& path, const std::string& body,
           std::atomic<bool>* stop);
/// What a refusal says, else its status.
std::string sentence_of(const answer& refusal);

}  // namespace lithair::apps
