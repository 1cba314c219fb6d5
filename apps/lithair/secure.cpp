#include "apps/lithair/secure.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "actors/host.hpp"
#include "actors/links/node_certificate.hpp"
#include "actors/tls/cluster_authority.hpp"
#include "actors/tls/sealing.hpp"
#include "apps/lithair/asking.hpp"
#include "apps/lithair/authority_files.hpp"
#include "apps/lithair/node_certifier.hpp"
#include "apps/lithair/secure_files.hpp"
#include "apps/lithair/values.hpp"
#include "apps/lithair/wall_time.hpp"
#include "persistence/data_directory.hpp"
#include "persistence/files.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using actors::cluster_authority;

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t first_token_s = 3600;
constexpr std::int64_t renewed_before_s = cluster_authority::node_days * day_s / 3;
// Between two attempts; it doubles.
constexpr milliseconds first_wait{250};
constexpr milliseconds last_wait{5000};

/// By whatever clients on this machine or elsewhere call the node.
actors::certified_names names_of(const settings& chosen) {
  const auto& node = chosen.node;
  actors::certified_names made{"node " + std::to_string(node.self.id.value),
                               actors::node_uri(node.self.id.value),
                               {"localhost", "127.0.0.1", "::1"}};
  for (const auto& host : {node.self.host, node.listening().host})
    if (!actors::is_wildcard(host) && std::ranges::find(made.hosts, host) == made.hosts.end())
      made.hosts.push_back(host);
  return made;
}

/// All at once: a start that is interrupted leaves nothing that looks whole.
void keep(const secure_files& kept, const cluster_authority& by, const std::string& certificate,
          const std::string& key) {
  const auto place = kept.directory + ".new";
  const auto in = [&](const std::string& path) {
    return place + path.substr(kept.directory.size());
  };
  fs::remove_all(place);
  persistence::make_directory(place);
  persistence::replace_file(in(kept.authority), by.certificate());
  persistence::replace_file(in(kept.authority_key), by.key());
  persistence::replace_file(in(kept.key), key);
  persistence::replace_file(in(kept.certificate), certificate);
  persistence::move_file(place, kept.directory);
}

// The key stays: two files are not replaced at one moment.
void renew(const secure_files& kept, const settings& chosen) {
  const auto by = authority_in(kept);
  const auto request = actors::request_for(read_text(kept.key));
  persistence::replace_file(kept.certificate, certify_self(by, chosen, request));
}

void found(const secure_files& kept, settings& chosen) {
  const auto by = cluster_authority::make(now_s());
  const auto own = actors::make_key(names_of(chosen).common_name);
  keep(kept, by, certify_self(by, chosen, own.request), own.key);
}

/// For programs on this machine that speak to this node: `token`.
void tell_address(const secure_files& kept, const settings& chosen) {
  const auto& at = chosen.node.listening();
  const auto here = !actors::is_wildcard(at.host)            ? at.host
                    : at.host.find(':') != std::string::npos ? std::string{"::1"}
                                                             : std::string{"127.0.0.1"};
  persistence::replace_file(kept.address, to_string(endpoint{here, at.http_port}) + '\n');
}

// -- joining -------------------------------------------------------------------------------------

/// A text that an answer has; empty: it has none.
std::string text_in(const answer& from, std::string_view name) {
  boost::system::error_code error;
  const auto page = json::parse(from.body, error);
  const auto* found = !error && page.is_object() ? page.get_object().if_contains(name) : nullptr;
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

struct asked {
  bool again = false;  ///< it may pass
  std::string why;     ///< empty: it is done
};

/// The authority is believed for its digest, which the token has; whatever else for the authority.
asked ask_to_be_certified(const secure_files& kept, const settings& chosen,
                          const actors::token_facts& token, const actors::key_and_request& own) {
  const auto where = to_string(*chosen.join);
  contact there{*chosen.join, {}};
  there.unverified = true;
  const auto told = ask(there, "/cluster/certificates", {}, nullptr);
  if (told.status == 0 || told.status >= 500)
    return {true, told.status == 0 ? told.body : sentence_of(told)};
  if (told.status != 200) return {false, "the node at " + where + " says: " + sentence_of(told)};
  const auto authority = text_in(told, "authority");
  if (actors::digest_of(authority) != token.authority)
    return {false, "who answers at " + where +
                       " is not of the cluster that the token is of, or that has another authority "
                       "since; make another one with the command token on a member"};
  there.unverified = false;
  there.pinned = authority;
  const auto names = names_of(chosen);
  json::array hosts;
  for (const auto& each : names.hosts) hosts.emplace_back(each);
  const json::object wish{{"token", chosen.join_token},
                          {"request", own.request},
                          {"id", chosen.node.self.id.value},
                          {"hosts", std::move(hosts)}};
  const auto got = ask(there, "/cluster/certificates", json::serialize(wish), nullptr);
  const bool passes = got.status == 0 || got.status == 429 || got.status >= 500;
  if (got.status != 200) return {passes, got.status == 0 ? got.body : sentence_of(got)};
  const auto sealed = actors::bytes_of_base64url(text_in(got, "authority_key"));
  const auto key = sealed ? actors::open_sealed(own.key, *sealed) : sealed;
  if (!key) return {false, "the node at " + where + " answers what is not to be read"};
  const auto by = cluster_authority::read(authority, *key);
  if (!by) return {false, "the node at " + where + " tells an authority of which " + by.error()};
  keep(kept, *by, text_in(got, "certificate"), own.key);
  return {};
}

std::string join(const secure_files& kept, const settings& chosen) {
  const auto token = actors::read_token(chosen.join_token);
  if (!token) return "--join-token: " + token.error();
  const auto own = actors::make_key(names_of(chosen).common_name);
  std::string last;
  for (auto pause = first_wait;; pause = std::min(pause * 2, last_wait)) {
    const auto got = ask_to_be_certified(kept, chosen, *token, own);
    if (got.why.empty()) return {};
    if (!got.again) return "--join-token: " + got.why;
    if (got.why != last)
      spdlog::warn("the cluster at {} is asked for a certificate again and again: {}",
                   to_string(*chosen.join), got.why);
    last = got.why;
    std::this_thread::sleep_for(pause);
  }
}

// What was restored from a backup and not started since is alone: who is a member knows its peers'
// promises, or that there are none, from its first start on.
bool is_part_of_a_cluster(const std::string& data_dir) {
  return persistence::holds_data(data_dir) && fs::exists(fs::path{data_dir} / "peers");
}

std::string settle(settings& chosen) {
  const auto kept = secure_files_of(chosen.node.data_dir);
  bool founds = false;
  if (fs::exists(kept.directory)) {
    authority_files{kept}.recover();
    renew(kept, chosen);
    // It would be turned away again and again; it is a member, or has to be given another one.
    const auto token = actors::read_token(chosen.join_token);
    if (token && token->expires <= now_s() && persistence::holds_data(chosen.node.data_dir)) {
      chosen.join.reset();
      chosen.remarks.emplace_back("--join-token has expired; this node goes on as what it was");
    }
  } else if (!chosen.join_token.empty()) {
    if (auto wrong = join(kept, chosen); !wrong.empty()) return wrong;
  } else if (is_part_of_a_cluster(chosen.node.data_dir)) {
    return "--secure: " + chosen.node.data_dir +
           " holds data of a cluster that has no authority of its own; give its nodes certificates "
           "with --peer-tls-cert";
  } else {
    found(kept, chosen);
    founds = true;
  }
  tell_address(kept, chosen);
  const authority_files authorities{kept};
  chosen.certifier =
      std::make_shared<node_certifier>(authorities.current(), chosen.node.self.id.value, now_s);
  chosen.http.certificates = chosen.certifier;
  if (founds) chosen.new_token = chosen.certifier->make_first(now_s() + first_token_s);
  return {};
}

}  // namespace

std::string certify_self(const cluster_authority& by, const settings& chosen,
                         const std::string& request) {
  auto made = by.certify(request, names_of(chosen), now_s());
  if (!made) throw std::runtime_error(made.error());
  return std::move(*made);
}

std::string settle_security(settings& chosen) {
  if (!chosen.secure) return {};
  const std::string flag = chosen.join_token.empty() ? "--secure" : "--join-token";
  try {
    return settle(chosen);
  } catch (const std::exception& error) {
    return flag + ": " + error.what();
  }
}

bool renew_certificate(const settings& chosen) {
  if (!chosen.secure) return false;
  const auto kept = secure_files_of(chosen.node.data_dir);
  try {
    const auto own = actors::facts_of(read_text(kept.certificate));
    if (own && own->not_after - now_s() > renewed_before_s) return false;
    renew(kept, chosen);
    return true;
  } catch (const std::exception& error) {
    spdlog::error("the node's certificate can't be renewed: {}", error.what());
    return false;
  }
}

}  // namespace lithair::apps
