#include "actors/raft/read_requests.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace lithair::actors {

using namespace protocol;

namespace {

using requests = std::vector<read_requests::request>;
using by_index = std::multimap<std::uint64_t, read_requests::request>;

void take_up_to(by_index& from, index_t last, requests& to) {
  const auto end = from.upper_bound(last.value);
  for (auto at = from.begin(); at != end; ++at) {
    at->second.what.read_index = at->first;
    to.push_back(std::move(at->second));
  }
  from.erase(from.begin(), end);
}

}  // namespace

void read_requests::add(request asked) {
  ++size_;
  new_.push_back(std::move(asked));
}

void read_requests::add(request asked, index_t index) {
  ++size_;
  // What the client has seen counts as much as what the leader says.
  const auto wanted = std::max(index.value, asked.what.min_index);
  (asked.is_probe ? probes_ : queries_).emplace(wanted, std::move(asked));
}

read_token read_requests::begin() {
  const read_token token{next_token_++};
  asking_.emplace(token, std::exchange(new_, {}));
  return token;
}

void read_requests::finish(const read_ready& news) {
  const auto found = asking_.find(news.token);
  if (found == asking_.end()) return;
  auto asked = std::move(found->second);
  asking_.erase(found);
  size_ -= asked.size();
  for (auto& each : asked)
    // Refused is not answered: it asks again while it has time.
    news.why != refusal::none ? add(std::move(each)) : add(std::move(each), news.index);
}

requests read_requests::release(index_t sent, index_t applied) {
  requests out;
  take_up_to(queries_, sent, out);
  take_up_to(probes_, applied, out);
  size_ -= out.size();
  return out;
}

std::vector<read_requests::expired> read_requests::expire(std::uint64_t asking_before_ms,
                                                          std::uint64_t applying_before_ms) {
  std::vector<expired> out;
  auto take_late = [&](requests& from) {
    std::erase_if(from, [&](request& each) {
      if (each.since_ms >= asking_before_ms) return false;
      out.push_back({std::move(each), 0});
      return true;
    });
  };
  take_late(new_);
  // An empty one stays until the core has answered it.
  for (auto& [token, asked] : asking_) take_late(asked);
  for (auto* waiting : {&queries_, &probes_}) {
    std::erase_if(*waiting, [&](auto& each) {
      if (each.second.since_ms >= applying_before_ms) return false;
      out.push_back({std::move(each.second), each.first});
      return true;
    });
  }
  size_ -= out.size();
  return out;
}

requests read_requests::drain() {
  constexpr auto all = std::numeric_limits<std::uint64_t>::max();
  requests out;
  for (auto& each : expire(all, all)) out.push_back(std::move(each.what));
  asking_.clear();
  return out;
}

}  // namespace lithair::actors
