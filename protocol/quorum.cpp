#include "protocol/quorum.hpp"

namespace lithair::protocol {

namespace {

std::vector<node_id> voters_of(const std::vector<member>& members) {
  std::vector<node_id> voters;
  for (const member& x : members) {
    if (x.voter) voters.push_back(x.id);
  }
  return voters;
}

}  // namespace

quorum::quorum(const configuration& members)
    : incoming_(voters_of(members.members)), outgoing_(voters_of(members.outgoing)) {}

bool quorum::only(node_id self) const {
  auto just_self = [self](const std::vector<node_id>& voters) {
    return voters.size() == 1 && voters.front() == self;
  };
  // While a change is under way both sets must agree, so alone in one of them is not enough.
  return just_self(incoming_) && (outgoing_.empty() || just_self(outgoing_));
}

}  // namespace lithair::protocol
