#include "apps/lithair/banner.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "apps/lithair/node_certifier.hpp"
#include "apps/lithair/values.hpp"

namespace lithair::apps {
namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// Letters enough for `min_length`.
std::string sample_text(const models::field& f) {
  if (!f.rules.one_of.empty()) return in_quotes(std::get<std::string>(f.rules.one_of.front()));
  std::string made = f.name;
  made.resize(std::max<std::size_t>(made.size(), f.rules.min_length.value_or(1)), 'x');
  made.resize(std::min<std::size_t>(made.size(), f.rules.max_length.value_or(made.size())));
  return in_quotes(made);
}

std::string sample_value(const models::field& f) {
  switch (f.type) {
    case models::value_type::boolean:
      return "true";
    case models::value_type::integer:
    case models::value_type::number:
      return "1";
    case models::value_type::string:
      return sample_text(f);
    case models::value_type::uuid:
      return in_quotes("018f3c5e-7a10-7000-8000-000000000001");
    case models::value_type::money:
      return in_quotes("9.90");
    case models::value_type::timestamp:
      return in_quotes("2025-01-31T12:00:00Z");
    case models::value_type::enumeration:
      return in_quotes(f.names.front());
    case models::value_type::bytes:
      return in_quotes("AAEC");
    case models::value_type::json:
      return "{}";
    case models::value_type::list:
      return "[]";
  }
  return "null";
}

void add_line(std::string& out, std::string_view label, const std::string& text) {
  out += "  " + std::string(label) + std::string(10 - label.size(), ' ') + text + "\n";
}

std::string describe_peers(const actors::node_config& node) {
  std::string made;
  for (const auto& peer : node.peers) {
    made += (made.empty() ? "" : ", ") + std::to_string(peer.id.value) + " at " +
            to_string(endpoint{peer.host, peer.http_port});
  }
  return made + "; this node listens for them on " +
         to_string(endpoint{node.listening().host, node.listening().peer_port});
}

/// What to call curl with: the authority of --secure, or what needs none, a certificate that is
/// trusted itself.
std::string curl_words(const settings& chosen) {
  if (!chosen.tls) return "curl ";
  const std::string shown = chosen.tls->authorities ? "--cert YOURS --key YOURS " : "";
  const auto& trusted =
      chosen.join_any_host ? *chosen.peer_tls->authorities : chosen.tls->certificate;
  return "curl --cacert " + trusted + " " + shown;
}

// Its items can be made while nothing else is there.
bool stands_alone(const models::collection& c) {
  return std::ranges::none_of(c.fields,
                              [](const auto& f) { return f.required() && !f.references.empty(); });
}

}  // namespace

std::string sample_item(const models::collection& c) {
  std::string made;
  for (const auto& f : c.fields) {
    const bool generated = f.primary_key && f.type == models::value_type::uuid;
    if (generated || !(f.primary_key || f.required())) continue;
    made += (made.empty() ? "" : ",") + in_quotes(f.name) + ":" + sample_value(f);
  }
  return "{" + made + "}";
}

std::string banner(const settings& chosen, const models::schema& schema,
                   const std::string& version) {
  const auto& node = chosen.node;
  const auto base = (chosen.tls ? "https://" : "http://") +
                    to_string(endpoint{node.self.host, node.self.http_port});
  std::string out = "Lithair " + version + ", node " + std::to_string(node.self.id.value) + " of " +
                    std::to_string(node.peers.size() + 1) + "\n";
  for (const auto& c : schema.collections()) add_line(out, "serves", base + c.path);
  const auto& at = node.listening();
  if (at.host != node.self.host || at.http_port != node.self.http_port)
    add_line(out, "listens", to_string(endpoint{at.host, at.http_port}));
  if (!node.peers.empty()) add_line(out, "peers", describe_peers(node));
  if (node.programs) add_line(out, "programs", "at " + to_string(endpoint{at.host, at.peer_port}));
  add_line(out, "data", node.data_dir);
  if (!chosen.new_token.empty()) {
    add_line(out, "join",
             "--node-id N --join " + to_string(endpoint{node.self.host, node.self.http_port}) +
                 " --join-token " + chosen.new_token);
    add_line(out, "",
             "on up to " + std::to_string(node_certifier::founding_uses) +
                 " other nodes, within an hour; then lithair_node token --data-dir " +
                 node.data_dir);
  }
  add_line(out, "look", base + "/_admin");
  const auto curl = curl_words(chosen);
  add_line(out, "try", curl + base + "/status");
  const auto& all = schema.collections();
  if (const auto first = std::ranges::find_if(all, stands_alone); first != all.end()) {
    add_line(out, "",
             curl + base + first->path + " -H 'Content-Type: application/json' -d '" +
                 sample_item(*first) + "'");
  }
  return out;
}

}  // namespace lithair::apps
