#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "apps/lithair/answer_reader.hpp"
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

/// As long as asking takes at most, if nothing else is said: the name's lookup, the handshake and
/// all of the answer.
inline constexpr milliseconds longest_asking{15'000};

/// A GET, or a POST of JSON when there is a body; by no proxy, and following nobody elsewhere.
/// Blocks for up to `limit`, or until `stop`; none: nothing stops it. An answer has 16 MiB at most.
/// Throws std::runtime_error when the token can't be read any more.
answer ask(const contact& there, const std::string& path, const std::string& body,
           const std::atomic<bool>* stop, milliseconds limit = longest_asking);
/// What a refusal says, else its status.
std::string sentence_of(const answer& refusal);

}  // namespace lithair::apps
