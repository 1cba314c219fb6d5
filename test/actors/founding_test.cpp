#include "actors/peers/founding.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

namespace founding_test {

namespace data = boost::unit_test::data;
using namespace lithair;
using namespace lithair::actors;
using protocol::node_id;

namespace {

peer_address address(std::uint64_t id) {
  return {node_id{id}, "127.0.0.1", static_cast<std::uint16_t>(8080 + id),
          static_cast<std::uint16_t>(9080 + id)};
}

node_config config_of(std::uint64_t self, std::uint64_t members, bool init) {
  node_config made;
  made.self = address(self);
  for (std::uint64_t id = 1; id <= members; ++id)
    if (id != self) made.peers.push_back(address(id));
  made.init = init;
  return made;
}

struct meeting {
  const char* what;
  std::uint64_t self;
  std::uint64_t members;
  bool init;
  std::vector<std::pair<std::uint64_t, bool>> met;  // who, and whether it may found
  bool founds;
  const char* waits_for = "";  // part of why_waiting
};
std::ostream& operator<<(std::ostream& out, const meeting& shown) { return out << shown.what; }

const std::vector<meeting> meetings{
    {"the first of three has met nobody",
     1,
     3,
     true,
     {},
     false,
     "a majority of its 3 members is there, and waits for node 2 at 127.0.0.1:9082, node 3"},
    {"the first of three has met one", 1, 3, true, {{3, true}}, true},
    {"the first of five has met one", 1, 5, true, {{3, true}}, false, "node 2"},
    {"the first of five has met two", 1, 5, true, {{3, true}, {5, true}}, true},
    {"the first of two has met the other", 1, 2, true, {{2, true}}, true},
    {"the first of two has met nobody", 1, 2, true, {}, false, "node 2 at 127.0.0.1:9082"},
    {"strangers do not count", 1, 3, true, {{9, true}}, false, "node 2"},
    {"the second waits for the first, which it has met",
     2,
     3,
     true,
     {{1, true}, {3, true}},
     false,
     "node 1 at 127.0.0.1:9081 founds it"},
    {"the second waits for the first, which it has not met",
     2,
     3,
     true,
     {{3, true}},
     false,
     "waits for node 1 at 127.0.0.1:9081"},
    {"the second founds when the first was not told to", 2, 3, true, {{1, false}}, true},
    {"the last founds when it alone was told to", 3, 3, true, {{1, false}, {2, false}}, true},
    {"the last waits until it knows that of all before it",
     3,
     3,
     true,
     {{1, false}},
     false,
     "node 2"},
    {"who was not told to founds nothing", 1, 3, false, {{2, true}, {3, true}}, false, "--init"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(foundings)

BOOST_DATA_TEST_CASE(one_member_founds_and_the_others_say_for_whom_they_wait,
                     data::make(meetings)) {
  const auto config = config_of(sample.self, sample.members, sample.init);
  founding decides{config};
  for (const auto& [who, told] : sample.met) decides.met(node_id{who}, told);
  BOOST_TEST(decides.is_due() == sample.founds);
  if (!sample.founds)
    BOOST_TEST(decides.why_waiting().find(sample.waits_for) != std::string::npos,
               decides.why_waiting());
}

// All were told to, and each has met every other one.
BOOST_AUTO_TEST_CASE(of_nodes_with_the_same_flags_just_one_founds) {
  for (std::uint64_t members : {2, 3, 5}) {
    int founders = 0;
    for (std::uint64_t self = 1; self <= members; ++self) {
      const auto config = config_of(self, members, true);
      founding decides{config};
      for (std::uint64_t id = 1; id <= members; ++id) decides.met(node_id{id}, true);
      founders += decides.is_due();
    }
    BOOST_TEST(founders == 1);
  }
}

BOOST_AUTO_TEST_CASE(what_a_member_said_last_counts) {
  const auto config = config_of(2, 3, true);
  founding decides{config};
  decides.met(node_id{1}, false);
  BOOST_TEST(decides.is_due());
  decides.met(node_id{1}, true);
  BOOST_TEST(!decides.is_due());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace founding_test
