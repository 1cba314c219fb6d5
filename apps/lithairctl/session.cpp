#include "apps/lithairctl/session.hpp"

namespace lithair::ctl {

calling session::how() const {
  // Whose authority is named speaks HTTPS.
  const bool tls = !options_.as.authorities.empty();
  return {read_endpoints(options_.endpoints, tls), options_.as, options_.timeout, false};
}

caller& session::cluster() {
  if (!cluster_) cluster_ = std::make_unique<caller>(how());
  return *cluster_;
}

request session::reading(std::string target) const {
  request made;
  made.target = std::move(target);
  if (!options_.consistency.empty())
    made.headers.emplace_back("X-Consistency", options_.consistency);
  return made;
}

}  // namespace lithair::ctl
