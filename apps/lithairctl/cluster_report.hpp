#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How a cluster stands, judged from what its nodes say of themselves. Pure.
namespace lithair::ctl {

/// What one node said when it was asked for /status.
struct node_view {
  std::string addr;            ///< where it was asked
  std::string why_not;         ///< why there is no answer, without a full stop; empty: there is one
  boost::json::object status;  ///< its answer
};

enum class gravity { problem, note };

/// One thing that an operator should know.
struct finding {
  gravity how = gravity::problem;
  std::string sentence;
  std::string advice;  ///< what to do next; empty: nothing
};

/// A member, as its own answer and the leader's tell of it.
struct member_view {
  std::uint64_t id = 0;
  std::string addr;
  std::string role;  ///< `down` where nobody answers
  bool voter = true;
  bool answers = false;
  bool ready = false;
  std::uint64_t term = 0;
  std::uint64_t applied = 0;
  std::optional<std::uint64_t> lag_entries;  ///< as the leader knows, like all that follows
  std::optional<std::uint64_t> lag_ms;
  std::optional<std::uint64_t> last_contact_ms;
  std::optional<bool> connected;
  std::optional<std::uint64_t> uptime_ms;  ///< as it says itself, like the next
  std::optional<std::uint64_t> data_bytes;
  std::string why_not;  ///< why it does not answer
};

struct cluster_report {
  std::string cluster_id;
  std::string version;
  std::optional<std::uint64_t> leader;  ///< one that answers, or that others follow
  std::uint64_t term = 0;
  std::uint64_t commit = 0;
  std::size_t voters = 0;
  std::size_t voters_there = 0;
  std::vector<member_view> members;  ///< rising by id
  std::vector<finding> findings;     ///< the gravest first

  bool is_well() const;
};

/// At least one view must be an answer. `now`: seconds since 1970, for certificates.
cluster_report judge(const std::vector<node_view>& views, std::int64_t now);

/// Members that the answers name and nobody asked yet.
std::vector<std::string> members_not_asked(const std::vector<node_view>& views);

}  // namespace lithair::ctl
