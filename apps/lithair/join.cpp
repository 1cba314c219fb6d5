#include "apps/lithair/join.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "actors/host.hpp"
#include "apps/lithair/asking.hpp"
#include "apps/lithair/values.hpp"
#include "persistence/data_directory.hpp"

namespace lithair::apps {
namespace {

namespace json = boost::json;

// Between two attempts; it doubles.
constexpr milliseconds first_pause{250};
constexpr milliseconds last_pause{5000};

/// The members but `self`, as GET /cluster tells them; empty when it tells none.
std::vector<actors::peer_address> read_members_page(const std::string& body,
                                                    protocol::node_id self) {
  std::vector<actors::peer_address> result;
  boost::system::error_code error;
  const auto page = json::parse(body, error);
  if (error || !page.is_object() || !page.get_object().contains("members")) return result;
  std::string text;
  for (const auto& m : page.at("members").as_array()) {
    const auto id = m.at("id").to_number<std::uint64_t>();
    const std::string peer{m.at("peer_addr").as_string()};
    // Of one without an address nobody knows where it is; it comes by itself.
    if (id == self.value || peer.empty()) continue;
    text += (text.empty() ? "" : ",") + std::to_string(id) + "=" +
            std::string{m.at("addr").as_string()} + "/" + peer.substr(peer.rfind(':') + 1);
  }
  if (text.empty()) return result;
  if (auto members = read_members(text)) result = std::move(*members);
  return result;
}

/// The thread that asks must not end by an exception.
answer ask_for_admission(const contact& there, const std::string& body, std::atomic<bool>& stop) {
  try {
    return ask(there, "/cluster/members", body, &stop);
  } catch (const std::exception& error) {
    return {0, error.what()};
  }
}

/// The members that the cluster tells of are on the way to this node like any that the operator
/// names.
void judge_members(const settings& chosen) {
  for (const auto& peer : chosen.node.peers)
    if (auto why = actors::why_unprotected(peer.host, peer.peer_port, actors::said_with::peers,
                                           chosen.node.protected_by());
        !why.empty())
      throw std::runtime_error("--join: a member at " + why);
}

/// Asks once. Empty: it told them; else why not, which may pass.
std::string why_no_members_yet(settings& chosen) {
  const auto where = to_string(*chosen.join);
  answer got;
  try {
    got = ask(contact_of(chosen), "/cluster", {}, nullptr);
    if (got.status == 200) chosen.node.peers = read_members_page(got.body, chosen.node.self.id);
  } catch (const std::exception&) {
    throw std::runtime_error("--join: what answers at " + where + " is no node of a cluster");
  }
  if (!chosen.node.peers.empty()) {
    judge_members(chosen);
    return {};
  }
  // Who is not let in now is not let in later: a token is missing, or the name is not the node's.
  if (got.status == 401 || got.status == 403 || got.status == 421)
    throw std::runtime_error("--join: the cluster at " + where +
                             " can't be asked: " + sentence_of(got));
  // A name may have no address yet, nobody may listen there yet, nothing may be founded yet: where
  // all nodes are started together, all of these pass.
  return got.status == 0 ? got.body : got.status != 200 ? sentence_of(got) : "it tells no members";
}

}  // namespace

bool find_members(settings& chosen, const std::function<bool(milliseconds)>& stops_within) {
  const auto where = to_string(*chosen.join);
  std::string last;
  for (auto pause = first_pause;; pause = std::min(pause * 2, last_pause)) {
    const auto why = why_no_members_yet(chosen);
    if (why.empty()) return true;
    if (persistence::holds_data(chosen.node.data_dir)) {
      spdlog::warn(
          "the cluster at {} can't be asked: {}; going on with the members that this node knows",
          where, why);
      return true;
    }
    if (why != last) spdlog::warn("the cluster at {} is asked again and again: {}", where, why);
    last = why;
    if (stops_within(pause)) return false;
  }
}

joining::joining(const settings& chosen, const std::string& models) {
  const json::object request{
      {"id", chosen.node.self.id.value},
      {"addr", to_string(endpoint{chosen.node.self.host, chosen.node.self.http_port})},
      {"peer_port", chosen.node.self.peer_port},
      {"models", models}};
  thread_ = std::thread([this, there = contact_of(chosen), body = json::serialize(request)] {
    std::string last;
    while (!stop_) {
      const auto got = ask_for_admission(there, body, stop_);
      if (got.status >= 200 && got.status < 300) {
        spdlog::info("the cluster took this node in; it becomes a voter once it has caught up");
        return;
      }
      const auto why = got.status == 0 ? got.body : sentence_of(got);
      if (why != last) spdlog::warn("not taken in yet: {}", why);
      last = why;
      std::unique_lock lock{mutex_};
      stopping_.wait_for(lock, milliseconds{500}, [this] { return stop_.load(); });
    }
  });
}

joining::~joining() {
  {
    std::lock_guard guard{mutex_};
    stop_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

}  // namespace lithair::apps
