#include "actors/peers/control_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

namespace control_codec_test {

using namespace lithair::actors;
using lithair::protocol::index_t;

namespace {

template <class Message>
Message there_and_back(const control_message& x) {
  auto made = from_wire(to_wire(x));
  BOOST_REQUIRE(made.has_value());
  return std::get<Message>(*made);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_codecs)

BOOST_AUTO_TEST_CASE(each_message_arrives_as_it_was_sent) {
  using action = change_members::action;
  for (const auto what : {action::add, action::promote, action::remove, action::transfer,
                          action::abort, action::move}) {
    const auto x = there_and_back<change_request>(change_request{7, what, true, 3, "a:1/2"});
    BOOST_TEST((x.id == 7 && x.what == what && x.force && x.node == 3 && x.address == "a:1/2"));
  }
  const auto answer = there_and_back<change_answer>(change_answer{7, 409, "no"});
  BOOST_TEST((answer.id == 7 && answer.status == 409 && answer.detail == "no"));
  (void)there_and_back<state_request>(state_request{});
  BOOST_TEST(
      (there_and_back<comparison_request>(comparison_request{index_t{9}}).index == index_t{9}));
  const auto digest =
      there_and_back<digest_report>(digest_report{index_t{9}, 5, 0xfedcba9876543210});
  BOOST_TEST(
      (digest.index == index_t{9} && digest.digest == 5 && digest.models == 0xfedcba9876543210));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_none) {
  for (const int action : {0, 7, 15, 20, 255}) {
    peer_control x;
    x.action = static_cast<std::uint8_t>(action);
    BOOST_TEST(!from_wire(std::move(x)).has_value(), "action " << action);
  }
  for (const std::string models : {"", "xyz", "12 ", "1ffffffffffffffff"}) {
    auto x = to_wire(digest_report{index_t{1}, 2, 3});
    x.address = models;
    BOOST_TEST(!from_wire(std::move(x)).has_value(), models);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace control_codec_test
