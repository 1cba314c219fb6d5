#include <algorithm>

#include "protocol/implementation.hpp"

/// Commands of clients on their way into the leader's log, at the leader and at a follower.
namespace lithair::protocol {

namespace {

std::uint64_t size_of(const propose_request& request) {
  std::uint64_t bytes = 0;
  for (const proposal& x : request.proposals) bytes += x.data.size() + sizeof(proposal);
  return bytes;
}

}  // namespace

refusal raft_core::implementation::propose(std::vector<proposal> proposals) {
  if (leads()) return accept(proposals);
  if (!leader || state.recovering) return refusal::no_leader;
  // Forwarded with the next output, under the term that is current then.
  ship_wanted = true;
  if (follow().forwards.empty()) {
    follow().forwards = std::move(proposals);
  } else {
    std::move(proposals.begin(), proposals.end(), std::back_inserter(follow().forwards));
  }
  return refusal::none;
}

refusal raft_core::implementation::accept(std::vector<proposal>& proposals) {
  // The target must get our whole log, so the log may not grow meanwhile (thesis §3.10).
  if (lead().transfer_target) return refusal::transferring;
  // Whatever waits for a commit or for our disk is in memory, so both are bounded.
  if (closed || lead().uncommitted_bytes >= opts.max_uncommitted_bytes) return refusal::busy;
  if (log.unsynced_bytes() >= opts.max_unsynced_bytes) return refusal::busy;
  for (proposal& x : proposals) append(entry_kind::command, x.from, std::move(x.data));
  return refusal::none;
}

// -- through other nodes -------------------------------------------------------------------------

bool seen_requests::first_time(node_id from, std::uint64_t number) {
  std::uint64_t session = number >> 40;
  auto found = std::find_if(senders.begin(), senders.end(), [from, session](const sender& each) {
    return each.id == from && each.session == session;
  });
  if (found == senders.end()) {
    senders.push_back({from, session, number});
    return true;
  }
  if (number <= found->newest) return false;
  found->newest = number;
  return true;
}

bool answered_requests::first_time(std::uint64_t number) {
  constexpr std::size_t remembered = 1024;
  if (number <= forgotten || !numbers.insert(number).second) return false;
  if (numbers.size() > remembered) forgotten = numbers.extract(numbers.begin()).value();
  return true;
}

void sent_requests::add(const propose_request& request, std::uint64_t max_bytes) {
  if (request.term != term) *this = {request.term, {}, 0};
  all.push_back(request);
  bytes += size_of(request);
  while (bytes > max_bytes) forget_first();
}

void sent_requests::taken(const origin& first) {
  auto found = std::find_if(all.begin(), all.end(), [&first](const propose_request& each) {
    return each.proposals.front().from == first;
  });
  if (found == all.end()) return;
  for (auto n = found - all.begin() + 1; n > 0; --n) forget_first();
}

void sent_requests::refused(std::uint64_t number) {
  auto found = std::find_if(all.begin(), all.end(), [number](const propose_request& each) {
    return each.number == number;
  });
  if (found == all.end()) return;
  bytes -= size_of(*found);
  all.erase(found);
}

void sent_requests::forget_first() {
  bytes -= size_of(all.front());
  all.pop_front();
}

/// What was on its way on a link that ended may be lost, and would be missed only by its clients.
/// It goes again before anything new, for a leader takes no number below the newest that it has
/// seen: so nothing is taken twice.
void raft_core::implementation::send_again(node_id id) {
  if (leads() || elected != id || sent.term != state.term) return;
  for (const propose_request& each : sent.all) send(id, each);
}

void raft_core::implementation::forward() {
  if (follow().forwards.empty() || !leader) return;
  propose_request request{state.term, {}, 0};
  std::uint64_t bytes = 0;
  auto flush = [this, &request, &bytes] {
    request.number = next_number();
    sent.add(request, opts.max_uncommitted_bytes);
    send(leader, std::exchange(request, propose_request{state.term, {}, 0}));
    bytes = 0;
  };
  for (proposal& x : follow().forwards) {
    bytes += x.data.size() + 48;
    request.proposals.push_back(std::move(x));
    if (bytes >= opts.max_append_bytes) flush();
  }
  if (!request.proposals.empty()) flush();
  follow().forwards.clear();
}

/// Takes them if we still lead in the term they were meant for. What we say we refused is certainly
/// not in the log: so a repeated request, or one of a term we don't remember, gets no answer.
void raft_core::implementation::on(node_id from, propose_request request) {
  bool first = request.term == requests.term && requests.first_time(from, request.number);
  bool ours = leads() && request.term == state.term;
  if (mutated(mutant::proposes_repeated_requests)) first = ours;
  if (mutated(mutant::refuses_what_it_took)) first = first || !ours;
  if (!first) return;
  propose_response response{request.term, request.number, refusal::not_leader, {}};
  for (const proposal& x : request.proposals) response.serials.push_back(x.from.serial);
  if (ours) response.why = accept(request.proposals);
  if (response.why != refusal::none) send(from, std::move(response));
}

void raft_core::implementation::on(node_id, propose_response response) {
  if (response.term > state.term || response.why == refusal::none) return;
  // A refused proposal may be under way again; only the first answer to each request of this
  // process is about it. One that is not remembered leaves its outcome unknown, which is always
  // true.
  bool ours = response.number >> 40 == number >> 40 && response.number <= number;
  if (!mutated(mutant::heeds_repeated_answers) && (!ours || !answers.first_time(response.number)))
    return;
  sent.refused(response.number);
  out.refused.push_back({std::move(response.serials), response.why, response.term});
}

}  // namespace lithair::protocol
