// The files by which others deploy three nodes: what they say is done, on machines of their own.

#include <csignal>

#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/machines.hpp"

namespace deployment_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

const fs::path packaging = LITHAIR_SOURCE "/apps/packaging";
constexpr std::size_t client_place = 3;

/// What stands behind `key:` in a file, an item of a list a line.
std::vector<std::string> list_behind(const std::string& key, const std::string& file) {
  std::istringstream lines{file};
  std::vector<std::string> made;
  const std::regex item{R"(^ *- (--\S+)$)"};
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (line.find_first_not_of(' ') != std::string::npos && line.ends_with(" " + key + ":"))
      inside = true;
    else if (inside && std::regex_match(line, found, item))
      made.push_back(found[1]);
    else if (inside)
      return made;
  }
  return made;
}

/// Three containers, as far as a node sees of them: a machine, the names of the others, its own
/// directories, its flags and variables.
class containers {
 public:
  /// `name`: of which container `i` is.
  containers(std::vector<std::string> flags, std::vector<std::string> variables,
             const std::function<std::string(std::size_t)>& name)
      : flags_(std::move(flags)), variables_(std::move(variables)) {
    std::string hosts = "127.0.0.1 localhost\n";
    for (std::size_t i = 0; i < 3; ++i) hosts += machines::address(i) + " " + name(i) + "\n";
    put("etc/hosts", hosts);
    put("etc/nsswitch.conf", "hosts: files\n");
    put("etc/passwd", "root:x:0:0::/:/bin/sh\n");
    for (std::size_t i = 0; i < 3; ++i) fs::create_directories(place_.path() / data(i));
  }

  /// Below /etc of each.
  void put(const std::string& file, const std::string& text) const {
    const auto path = place_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::group_read);
  }
  const std::string& missing() const { return all_.missing(); }

  void start(std::size_t i) {
    // Mounts of its own, then the node takes the place of the shell.
    auto script = "set -e\nmount --make-rprivate /\nmount --bind " + place_.path().string() +
                  "/etc /etc\nmount -t tmpfs none /var/lib\nmkdir /var/lib/lithair\n" +
                  "mount --bind " + place_.path().string() + "/" + data(i) +
                  " /var/lib/lithair\nexec \"$@\"";
    std::vector<std::string> words{"/usr/bin/unshare", "-m",   "/bin/sh",   "-c",
                                   std::move(script),  "node", LITHAIR_NODE};
    words.insert(words.end(), flags_.begin(), flags_.end());
    auto variables = variables_;
    variables.push_back("LITHAIR_NODE_ID=" + std::to_string(i + 1));
    const auto there = all_.enter(i);
    nodes_[i] = std::make_unique<process>(launch{words, log(i), {}, variables});
  }
  void start_all() {
    for (std::size_t i = 0; i < 3; ++i) start(i);
  }
  /// As the kubelet and Docker do, within their time.
  void stop(std::size_t i) {
    nodes_.at(i)->signal(SIGTERM);
    BOOST_TEST((nodes_.at(i)->wait(cluster::patience) == ending{0}), read_file(log(i)));
    nodes_.erase(i);
  }
  /// Commands of whoever is on the same network; what they say.
  std::string run(const std::string& commands) {
    const auto there = all_.enter(client_place);
    const auto said = place_.path() / "said";
    fs::remove(said);
    const auto tools =
        "get() { curl -sf --noproxy '*' --retry 60 --retry-all-errors --retry-delay 1 \"$@\"; }\n";
    process shell{launch{{"/bin/bash", "-euc", tools + commands}, said, {}, {}}};
    const auto how = shell.wait(cluster::patience * 3);
    BOOST_TEST((how == ending{0}), commands << read_file(said) << logs());
    return read_file(said);
  }

 private:
  static std::string data(std::size_t i) { return "data-" + std::to_string(i); }
  fs::path log(std::size_t i) const { return place_.path() / ("log-" + std::to_string(i)); }
  std::string logs() const { return read_file(log(0)) + read_file(log(1)) + read_file(log(2)); }

  const temporary_directory place_;
  const machines all_{4};
  const std::vector<std::string> flags_;
  const std::vector<std::string> variables_;
  std::map<std::size_t, std::unique_ptr<process>> nodes_;
};

/// All become ready, what is written to one is read from the others, and a restart of each in turn
/// loses nothing. `name`: by which clients ask.
void live(containers& all, const std::string& name) {
  const auto at = [](std::size_t i) { return "http://" + machines::address(i) + ":8080"; };
  all.start_all();
  for (std::size_t i = 0; i < 3; ++i) all.run("get " + at(i) + "/readyz");
  all.run("get -H 'Host: " + name + ":8080' " + at(0) +
          "/api/products -H 'Content-Type: application/json' -d "
          "'{\"name\":\"tea\",\"price\":\"3.50\"}'");
  for (std::size_t i = 0; i < 3; ++i) {
    all.stop(i);
    all.start(i);
    all.run("get " + at(i) + "/readyz");
    const auto told = all.run("get -H 'Host: " + name + "' '" + at(i) + "/api/products'");
    BOOST_TEST(told.find("tea") != std::string::npos, told);
  }
}

/// What Kubernetes tells each container of the services that it finds ("Environment variables" in
/// its manual of services).
std::vector<std::string> service_links(const std::string& name, const std::string& address) {
  const auto url = "tcp://" + address + ":8080";
  return {name + "_SERVICE_HOST=" + address, name + "_SERVICE_PORT=8080",
          name + "_SERVICE_PORT_HTTP=8080",  name + "_PORT=" + url,
          name + "_PORT_8080_TCP=" + url,    name + "_PORT_8080_TCP_PROTO=tcp",
          name + "_PORT_8080_TCP_PORT=8080", name + "_PORT_8080_TCP_ADDR=" + address};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_deployment)

BOOST_AUTO_TEST_CASE(the_pods_of_the_manifest_for_kubernetes_are_a_cluster) {
  const auto manifest = read_file(packaging / "kubernetes.yml");
  auto variables = service_links("LITHAIR_CLIENTS", "10.96.0.10");
  // And of somebody's service that is called like the nodes.
  for (const auto& each : service_links("LITHAIR", "10.96.0.11")) variables.push_back(each);
  containers pods{list_behind("args", manifest), variables,
                  [](std::size_t i) { return "lithair-" + std::to_string(i + 1) + ".lithair"; }};
  if (!pods.missing().empty()) {
    BOOST_TEST_MESSAGE("skipped: " << pods.missing());
    return;
  }
  pods.put("etc/lithair/token/token", "a-token-of-these-pods-and-of-nobody-else\n");
  const auto begin = manifest.find("    [models.products]");
  const auto models = manifest.substr(begin, manifest.find("---", begin) - begin);
  pods.put("etc/lithair/models/models.toml", std::regex_replace(models, std::regex{"^    "}, ""));
  live(pods, "lithair-clients");
  for (const std::string name : {"lithair-2.lithair", "lithair-clients.default.svc.cluster.local"})
    pods.run("get -H 'Host: " + name + "' http://" + machines::address(1) + ":8080/api/products");
}

BOOST_AUTO_TEST_CASE(the_containers_of_the_compose_file_are_a_cluster) {
  containers all{list_behind("command", read_file(packaging / "compose.yml")),
                 {"LITHAIR_DATA_DIR=/var/lib/lithair"},
                 [](std::size_t i) { return "lithair-" + std::to_string(i + 1); }};
  if (!all.missing().empty()) {
    BOOST_TEST_MESSAGE("skipped: " << all.missing());
    return;
  }
  all.put("etc/lithair/models.toml", read_file(LITHAIR_SOURCE "/apps/examples/shop.toml"));
  live(all, "localhost");
}

BOOST_AUTO_TEST_CASE(the_files_name_the_image_that_is_made) {
  const temporary_directory place;
  process asked({{LITHAIR_NODE, "--version"}, place.path() / "version", {}, {}});
  BOOST_REQUIRE(asked.wait(cluster::patience));
  const auto said = read_file(place.path() / "version");
  const auto version = said.substr(said.rfind(' ') + 1, said.size() - said.rfind(' ') - 2);
  for (const auto* file : {"kubernetes.yml", "compose.yml"})
    BOOST_TEST(
        read_file(packaging / file).find("image: lithair:" + version + "\n") != std::string::npos,
        file);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace deployment_test
