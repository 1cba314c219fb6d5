#include <csignal>

#include "test/apps/supervising_listener.hpp"
#include "test/cluster/fixture.hpp"

namespace supervised_test {

using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(cluster_supervised)

BOOST_AUTO_TEST_CASE(a_supervisor_is_told_of_the_start_and_the_end_and_may_have_files_read_again) {
  const temporary_directory place;
  const auto socket = place.path() / "notify";
  supervising_listener supervisor{socket};
  shop_cluster node({.nodes = 1, .variables = [&](const cluster&, std::size_t) {
                       return std::vector<std::string>{"NOTIFY_SOCKET=" + socket.string()};
                     }});
  node.start(0);
  BOOST_TEST(supervisor.next() == "READY=1");
  BOOST_TEST(node.client(0).get("/livez").status == 200);
  // There is nothing to be read again, and nothing to be ended by that.
  node.at(0).signal(SIGHUP);
  BOOST_TEST(node.client(0).get("/livez").status == 200);
  node.at(0).signal(SIGTERM);
  BOOST_TEST(supervisor.next() == "STOPPING=1");
  BOOST_TEST((node.at(0).wait(cluster::patience) == ending{0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace supervised_test
