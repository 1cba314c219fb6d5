#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "actors/tls/cluster_authority.hpp"
#include "http/certificate_office.hpp"

namespace lithair::apps {

/// A member that has the authority's key, as all members do: so it certifies by itself.
class node_certifier final : public http::certificate_office {
 public:
  /// So many requests at once; then one for each of these times.
  static constexpr int at_once = 10;
  static constexpr std::int64_t seconds_of_one = 1;

  /// `now`: seconds since 1970, asked on any thread.
  node_certifier(actors::cluster_authority by, std::function<std::int64_t()> now);

  const std::string& authority() const override { return by_.certificate(); }
  outcome certify(const wish& of) override;
  bool admits(std::string_view token) override;

 private:
  bool takes_one(std::int64_t now);

  const actors::cluster_authority by_;
  const std::function<std::int64_t()> now_;
  std::mutex mutex_;
  int left_ = at_once;           // guarded by mutex_, as the next
  std::int64_t counted_at_ = 0;  // when `left_` was right
};

}  // namespace lithair::apps
