#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test/cluster/fixture.hpp"
#include "test/cluster/harness/event_source.hpp"

namespace proxies_test {

namespace fs = std::filesystem;
using namespace lithair::test;

namespace {

/// Where nginx is: `.ci/packages` unpacks it below .deps, without installing or starting it.
fs::path nginx_program() {
  for (const fs::path each : {LITHAIR_SOURCE "/.deps/nginx/usr/sbin/nginx", "/usr/sbin/nginx"})
    if (fs::exists(each)) return each;
  throw std::runtime_error("there is no nginx; .ci/packages gets it");
}

/// nginx in front of a node, with everything but addresses and places as it comes: it speaks
/// HTTP/1.0 to the node, says the node's address as Host, and gathers up answers.
class nginx {
 public:
  nginx(const cluster& nodes, std::size_t node)
      : port_(nodes.port(9)), place_(nodes.directory() / "nginx") {
    fs::create_directory(place_);
    std::ofstream(place_ / "nginx.conf")
        << "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {}\nhttp {\n"
           "  access_log off;\n  client_body_temp_path body;\n  proxy_temp_path proxy;\n"
           "  fastcgi_temp_path fastcgi;\n  uwsgi_temp_path uwsgi;\n  scgi_temp_path scgi;\n"
           "  server {\n    listen 127.0.0.1:"
        << port_ << ";\n    location / { proxy_pass http://127.0.0.1:" << nodes.port(node)
        << "; }\n  }\n}\n";
    process_.emplace(launch{{nginx_program(), "-p", place_, "-c", "nginx.conf", "-e", "error.log"},
                            place_ / "output",
                            place_,
                            {}});
  }

  std::uint16_t port() const { return port_; }
  /// What it had to say.
  std::string log() const { return read_file(place_ / "output") + read_file(place_ / "error.log"); }

 private:
  std::uint16_t port_;
  fs::path place_;
  std::optional<process> process_;
};

/// A node behind nginx that answers.
struct proxied_node : shop_cluster {
  proxied_node() : shop_cluster({.nodes = 1}) {
    start_and_await();
    proxy.emplace(*this, 0);
    try {
      await("nginx serves", [this] { return behind().get("/livez").status == 200; });
    } catch (const std::exception&) {
      BOOST_TEST_MESSAGE(proxy->log());
      throw;
    }
  }
  http_client behind() const { return http_client(proxy->port(), patience); }

  std::optional<nginx> proxy;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_proxies)

BOOST_FIXTURE_TEST_CASE(a_stream_comes_through_nginx_as_it_happens, proxied_node) {
  event_source source(proxy->port(), "/api/products/stream");
  BOOST_REQUIRE(source.opened());
  auto direct = client(0);
  for (const auto* name : {"tea", "coffee"}) {
    create(direct, name);
    const auto event = source.next(patience);
    BOOST_REQUIRE_MESSAGE(event, "nginx keeps it back");
    BOOST_TEST(json_at(event->data, "/name") == name);
  }
}

BOOST_FIXTURE_TEST_CASE(a_stream_on_which_nothing_happens_is_open_at_once, proxied_node) {
  auto direct = client(0);
  create(direct, "tea");
  event_source source(proxy->port(), "/api/products/stream?name=nothing");
  BOOST_TEST(source.opened());
  // Its place has come, although there was no event.
  await("the first bytes come", [&source] {
    (void)source.next(5ms);
    return !source.last_id().empty();
  });
}

BOOST_FIXTURE_TEST_CASE(writes_and_reads_go_through_nginx_as_it_comes, proxied_node) {
  auto through = behind();
  const auto id = create(through, "tea");
  BOOST_TEST(through.get(item_path(id)).status == 200);
  // As a browser says it of a page that came through nginx: the node sees another Host.
  const auto own =
      through.post(products, product("coffee"),
                   {{"Origin", "https://shop.example.org"}, {"Sec-Fetch-Site", "same-origin"}});
  BOOST_TEST(own.status == 201);
  const auto foreign = through.post(products, product("x"), {{"Origin", "https://evil.example"}});
  BOOST_TEST(foreign.status == 403);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace proxies_test
