#include "apps/lithair/supervisor.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "test/apps/own_directory.hpp"
#include "test/apps/supervising_listener.hpp"

namespace supervisor_test {

using namespace lithair::apps;
using namespace lithair::test;

BOOST_AUTO_TEST_SUITE(supervising)

BOOST_AUTO_TEST_CASE(who_listens_at_a_path_or_a_name_is_told) {
  const own_directory in;
  for (const auto& name : {(in.path() / "notify").string(), "@" + in.path().string()}) {
    supervising_listener there{name};
    const supervisor told{name};
    BOOST_TEST(told.is_there());
    told.tell("READY=1");
    BOOST_TEST(there.next() == "READY=1");
  }
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_nothing_happens) {
  const own_directory in;
  const supervisor gone{in.path() / "nobody"};
  BOOST_TEST(gone.is_there());
  gone.tell("READY=1");
  for (const std::string& name : {std::string{}, std::string{"relative"}, std::string{"vsock:2:1"},
                                  "/" + std::string(200, 'x')}) {
    const supervisor none{name};
    BOOST_TEST(!none.is_there(), name);
    none.tell("READY=1");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace supervisor_test
