#pragma once

#include <memory>
#include <string>

#include "apps/lithair/options.hpp"
#include "http/certificate_office.hpp"

namespace lithair::actors {
class cluster_authority;
}

/// Certificates that a cluster makes itself: --secure and --join-token.
namespace lithair::apps {

/// Sees to it that DIR/tls of `chosen.node` holds what --secure promises: makes an authority for a
/// new cluster, asks a member to be certified with the join token, again and again while nobody
/// answers, or renews the certificate that is there. Sets who certifies others and, for a new
/// cluster, the token to be shown. Nothing without --secure. Empty, or one line that names the
/// flag. Blocks.
std::string settle_security(settings& chosen);

/// A certificate of this node, by that authority, for the key of the request. Throws
/// std::runtime_error.
std::string certify_self(const actors::cluster_authority& by, const settings& chosen,
                         const std::string& request);

/// Makes the node's certificate anew when it ends within a third of its time; whether it did. What
/// goes wrong is told in the log. Blocks.
bool renew_certificate(const settings& chosen);

}  // namespace lithair::apps
