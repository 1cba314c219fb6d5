#include "apps/lithair/own_node.hpp"

#include <spdlog/fmt/fmt.h>

#include <boost/json/parse.hpp>
#include <stdexcept>
#include <utility>

#include "actors/tls/cluster_authority.hpp"
#include "apps/lithair/asking.hpp"
#include "apps/lithair/secure_files.hpp"
#include "apps/lithair/values.hpp"
#include "apps/lithair/wall_time.hpp"
#include "persistence/files.hpp"

namespace lithair::apps {
namespace {

std::string kept_text(const std::string& path) {
  auto text = persistence::read_file(path);
  if (!text) throw std::runtime_error(path + " is missing; is it of a node with --secure?");
  return std::move(*text);
}

/// The node that has the directory, to which its authority's key is proved.
contact running_node(const std::string& data_dir) {
  const auto kept = secure_files_of(data_dir);
  auto by =
      actors::cluster_authority::read(kept_text(kept.authority), kept_text(kept.authority_key));
  if (!by) throw std::runtime_error(kept.directory + ": of the authority " + by.error());
  auto address = kept_text(kept.address);
  if (address.ends_with('\n')) address.pop_back();
  const auto where = read_endpoint(address);
  if (!where) throw std::runtime_error(kept.address + " is damaged; start the node again");
  contact made{*where, {}};
  made.pinned = kept_text(kept.authority);
  made.bearer = [proof = by->make_proof(now_s())] { return proof; };
  return made;
}

}  // namespace

boost::json::value ask_own_node(const std::string& data_dir, const std::string& path,
                                const std::string& body) {
  const auto there = running_node(data_dir);
  const auto got = ask(there, path, body, nullptr);
  if (got.status == 0)
    throw std::runtime_error(
        fmt::format("the node of {} does not answer at {}: {}; only one that runs can be asked",
                    data_dir, to_string(there.whom), got.body));
  if (got.status != 200) throw std::runtime_error("the node says: " + sentence_of(got));
  return boost::json::parse(got.body);
}

}  // namespace lithair::apps
