#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/tls/cluster_authority.hpp"
#include "test/cluster/fixture.hpp"

namespace lithair::test {

/// A first node with --secure, and others that join it by a token.
struct secured_cluster : shop_cluster {
  /// Which flags say where node `i` is.
  using placing = std::function<std::vector<std::string>(const cluster&, std::size_t i)>;

  explicit secured_cluster(std::size_t count, placing place = on_loopback)
      : shop_cluster({.nodes = count, .founders = 1}) {
    told().place = [this, place = std::move(place)](const cluster& all, std::size_t i) {
      auto words = place(all, i);
      if (i == 0)
        words.emplace_back("--secure");
      else
        words.insert(words.end(), {"--join-token", token});
      return words;
    };
  }
  static std::vector<std::string> on_loopback(const cluster& all, std::size_t i) {
    return {"--addr", "127.0.0.1:" + std::to_string(all.port(i))};
  }

  std::string token;

  std::string tls(std::size_t i, const std::string& name) const {
    return data_directory(i) / "tls" / name;
  }
  /// Once the first node is there, clients trust its authority; with the token that it shows others
  /// may join.
  void found() {
    start(0);
    await("the authority is there", [this] { return std::filesystem::exists(tls(0, "ca.pem")); });
    trust();
    await_ready(0);
    token = shown_token();
  }
  void trust() {
    actors::tls_usage how;
    how.role = actors::tls_role::client;
    const auto made =
        actors::tls_context::make({{}, {}, {{"ca", read_file(tls(0, "ca.pem"))}}}, how);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
    told().secure = *made;
  }
  /// That the founder shows at its start.
  std::string shown_token() {
    const std::string flag = "--join-token ";
    await("the founder shows a token", [&] { return log(0).find(flag) != std::string::npos; });
    const auto all = log(0);
    const auto begin = all.find(flag) + flag.size();
    return all.substr(begin, all.find('\n', begin) - begin);
  }
  /// What the command `token` says, of node `of`.
  std::string ask_tokens(std::vector<std::string> more = {}, int status = 0,
                         std::size_t of = 0) const {
    return ask_by("token", std::move(more), status, of);
  }
  /// What the command `authority` says, likewise.
  std::string ask_authority(std::vector<std::string> more = {}, int status = 0,
                            std::size_t of = 0) const {
    return ask_by("authority", std::move(more), status, of);
  }
  std::string ask_by(const std::string& command, std::vector<std::string> more, int status,
                     std::size_t of) const {
    const auto [ended, said] = run_by(command, std::move(more), of);
    BOOST_TEST((ended == ending{status}), said);
    return said;
  }
  /// Where it may have to be asked again: how it ended, and what it said.
  std::pair<std::optional<ending>, std::string> run_by(const std::string& command,
                                                       std::vector<std::string> more,
                                                       std::size_t of) const {
    std::vector<std::string> words{LITHAIR_NODE, command, "--data-dir", data_directory(of)};
    words.insert(words.end(), more.begin(), more.end());
    const auto output = directory() / command;
    std::filesystem::remove(output);
    process made{launch{words, output, {}, {}}};
    const auto ended = made.wait(patience);
    auto said = read_file(output);
    if (said.ends_with('\n')) said.pop_back();
    return {ended, std::move(said)};
  }
  /// Starts a node that ends by itself, and tells what it said.
  std::string refused(std::size_t i) {
    start(i);
    const auto how = at(i).wait(patience);
    BOOST_TEST((how == ending{2}), log(i));
    kill(i);
    return log(i);
  }
};

}  // namespace lithair::test
