#include "actors/links/basp_filter.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "test/actors/fuzz/basp_frames.hpp"

namespace basp_filter_test {

using namespace lithair;
using namespace lithair::actors;
using namespace lithair::test;

namespace {

const std::string here = basp::node(1);
const std::string there = basp::node(2);

// Two that know each other: actor 6 is published here, and 16 there.
struct conversation {
  basp_filter filter;
  std::string in;   // what the middleman here may read
  std::string out;  // what the peer may read

  explicit conversation(basp_filter::limits most = {}) : filter{here, basp::shapes(), most} {
    BOOST_REQUIRE(says(basp::introduction(here, 6)));
    BOOST_REQUIRE(hears(basp::introduction(there, 16)));
    BOOST_REQUIRE(says(basp::choice(here)));
    BOOST_REQUIRE(hears(basp::choice(there)));
    BOOST_REQUIRE(filter.is_established());
    in.clear();
    out.clear();
  }
  bool says(const std::string& bytes) { return filter.to_peer(bytes, out); }
  bool hears(const std::string& bytes) { return filter.from_peer(bytes, in); }
};

struct violation {
  const char* what;
  std::string frame;
  const char* why;
};
std::ostream& operator<<(std::ostream& out, const violation& x) { return out << x.what; }

std::string raw_message(const std::string& payload, std::uint64_t data = basp::normal,
                        int flags = 0, std::uint64_t dest = 6) {
  return basp::frame({.operation = 2, .flags = flags, .data = data, .source = 9, .dest = dest},
                     payload);
}
std::string raw_content(std::string_view types, const std::string& fields) {
  return raw_message(basp::length(0) + basp::content(types, fields));
}
std::string padded() {
  auto result = basp::heartbeat();
  result[2] = 1;
  return result;
}
std::string named(std::uint64_t atom) {
  return raw_message(basp::length(0) + basp::content("@<>+tell", basp::number(7, 2)), basp::normal,
                     1, atom);
}
std::string down_with(const std::string& error) {
  return basp::frame({.operation = 5, .source = 9}, there + here + error);
}

constexpr std::uint64_t spawn_server = 0x03ddd66f3376adfb;
constexpr std::uint64_t config_server = 0x2bb15e9bdca9bcbc;

const std::vector<violation> violations{
    {"a frame of 4 GiB", basp::header({.operation = 2, .dest = 6}, 0xffffffff),
     "sends a frame of 4294967295 bytes, and 1048576 are allowed"},
    {"a frame of a byte too much", basp::header({.operation = 2, .dest = 6}, (1 << 20) + 1),
     "sends a frame of 1048577 bytes, and 1048576 are allowed"},
    {"an operation behind the last", basp::header({.operation = 7}, 0),
     "sends a frame of the unknown kind 7"},
    {"the operation 255", basp::header({.operation = 255}, 0),
     "sends a frame of the unknown kind 255"},
    {"bytes where there are none", padded(), "sends no frame of this protocol"},
    {"a second introduction", basp::introduction(there, 16), "introduces itself twice"},
    {"an introduction as another", basp::introduction(basp::node(3), 16),
     "introduces itself twice"},
    {"a second choice", basp::choice(there), "introduces itself twice"},
    {"a routed message",
     basp::frame({.operation = 3, .data = basp::normal, .dest = 6}, there + here),
     "sends a message that is for, or from, a third node"},
    {"a message to the spawn server", named(spawn_server), "sends a message to an actor by name"},
    {"a message to the config server", named(config_server), "sends a message to an actor by name"},
    {"another flag", raw_message({}, basp::normal, 4), "sends a message to an actor by name"},
    {"a message to an unknown actor", basp::tell(9, 1),
     "sends a message to actor 1, of which it was not told"},
    {"a message to nobody", basp::tell(9, 0),
     "sends a message to actor 0, of which it was not told"},
    {"a request to an unknown actor", basp::tell(9, 7, 1), "sends a message to actor 7, of which"},
    {"a message with stages", raw_message(basp::length(1) + basp::actor(6, here)),
     "sends a message that goes on to others"},
    {"4 billion stages", raw_message("\xff\xff\xff\xff\x0f"),
     "sends a message that goes on to others"},
    {"a message by number of its type", raw_message(basp::length(0) + basp::number(3, 2)),
     "sends a message without types"},
    {"an urgent message", raw_message({}, 0), "sends a message of an unknown kind"},
    {"an urgent request", raw_message({}, 5), "sends a message of an unknown kind"},
    {"a message of a stream", raw_message({}, basp::normal << 1),
     "sends a message of an unknown kind"},
    {"a message of a stream downwards", raw_message({}, basp::normal * 3),
     "sends a message of an unknown kind"},
    {"a request that is answered", raw_message({}, basp::normal * 5 + 1),
     "sends a message of an unknown kind"},
    {"an exit message", raw_content("@<>+@exit", basp::actor(9, there) + basp::error()),
     "sends a message of another kind: @<>+@exit"},
    {"a down message as a message", raw_content("@<>+@down", basp::actor(9, there) + basp::error()),
     "sends a message of another kind: @<>+@down"},
    {"a link",
     raw_content("@<>+@atom+@strong_actor_ptr", basp::number(1, 8) + basp::actor(9, there)),
     "sends a message of another kind: @<>+@atom+@strong_actor_ptr"},
    {"an error that answers nothing", raw_content("@<>+@error", basp::error()),
     "sends a message of another kind: @<>+@error"},
    {"nothing", raw_content("@<>", {}), "sends a message of another kind: @<>"},
    {"more than is known", raw_content("@<>+tell+tell", basp::number(7, 4)),
     "sends a message of another kind: @<>+tell+tell"},
    {"types that are no text", raw_content("a\nb\xff", {}),
     "sends a message of another kind: a?b?"},
    {"no payload", raw_message({}), "sends a frame that can't be read"},
    {"a message that lacks bytes", raw_content("@<>+tell", basp::number(7, 1)),
     "sends a frame that can't be read"},
    {"a message with bytes left", raw_content("@<>+tell", basp::number(7, 3)),
     "sends a frame that can't be read"},
    {"a text longer than its frame", raw_content("@<>+give", basp::length(5) + "abc"),
     "sends a frame that can't be read"},
    {"a text of 4 GiB", raw_content("@<>+give", "\xff\xff\xff\xff\x0f"),
     "sends a frame that can't be read"},
    {"a length that overflows", raw_content("@<>+give", "\xff\xff\xff\xff\x1f"),
     "sends a frame that can't be read"},
    {"a length without an end", raw_content("@<>+give", std::string(12, '\xff')),
     "sends a frame that can't be read"},
    {"a handle of a third node", basp::give(9, 6, basp::actor(9, basp::node(3))),
     "sends a handle of a third node's actor"},
    {"a handle of an unknown actor here", basp::give(9, 6, basp::actor(5, here)),
     "sends a handle of actor 5, of which it was not told"},
    {"a handle of no node's actor", basp::give(9, 6, basp::actor(5, basp::no_node())),
     "sends a frame that can't be read"},
    {"a handle of actor 0", basp::give(9, 6, basp::actor(0, there)),
     "sends a frame that can't be read"},
    {"a handle at a node by URI", basp::give(9, 6, basp::number(5, 8) + basp::number(0x3c9d6c, 8)),
     "sends a frame that can't be read"},
    {"a monitor of an unknown actor", basp::monitor(there, here, 7),
     "monitors actor 7, of which it was not told"},
    {"a monitor for a third node", basp::monitor(basp::node(3), here, 6),
     "monitors for, or at, a third node"},
    {"a monitor at a third node", basp::monitor(there, basp::node(3), 6),
     "monitors for, or at, a third node"},
    {"a monitor with a source", basp::frame({.operation = 4, .source = 1, .dest = 6}, there + here),
     "sends a malformed monitor message"},
    {"a monitor with bytes left", basp::frame({.operation = 4, .dest = 6}, there + here + "x"),
     "sends a frame that can't be read"},
    {"a down message of a third node", basp::down(basp::node(3), here, 9),
     "tells of the end of a third node's actor"},
    {"a down message for a third node", basp::down(there, basp::node(3), 9),
     "tells of the end of a third node's actor"},
    {"a down message of nobody", basp::down(there, here, 0), "sends a malformed down message"},
    {"a down message that lacks bytes", down_with("\x03"), "sends a frame that can't be read"},
    {"an error with an error in it",
     down_with(basp::number(3, 1) + basp::number(7, 8) +
               basp::content("@<>+@error", basp::error())),
     "sends a frame that can't be read"},
    {"an error with types that are none",
     down_with(basp::number(3, 1) + basp::number(7, 8) + basp::content("@<>@str", basp::text("a"))),
     "sends a frame that can't be read"},
    {"a heartbeat that says something", basp::frame({.operation = 6}, "x"),
     "sends a malformed heartbeat"},
    {"a heartbeat for somebody", basp::header({.operation = 6, .dest = 6}, 0),
     "sends a malformed heartbeat"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(basp_filters)

BOOST_AUTO_TEST_CASE(a_recorded_conversation_passes_but_for_what_is_said_to_names) {
  // As a sees it, and as b does.
  for (const char own : {'a', 'b'}) {
    basp_filter filter{basp::node(own == 'a' ? 0 : 1), basp::shapes()};
    std::string in, out, expected_in, expected_out;
    for (const auto& each : recorded_conversation) {
      const auto bytes = basp::from_hex(each.hex);
      const bool is_own = each.from == own;
      if (!is_own && bytes[3] == 1) continue;  // the peer's filter keeps it
      if (bytes[3] != 1) (is_own ? expected_out : expected_in) += bytes;
      BOOST_TEST((is_own ? filter.to_peer(bytes, out) : filter.from_peer(bytes, in)), filter.why());
    }
    BOOST_TEST((in == expected_in));
    BOOST_TEST((out == expected_out));
    BOOST_TEST(filter.is_established());
    BOOST_TEST(filter.peer().actor == 6u);
    BOOST_TEST(filter.peer().interface.size() == 1u);
  }
}

BOOST_DATA_TEST_CASE(a_violation_ends_it_and_what_came_before_counts,
                     boost::unit_test::data::make(violations), each) {
  conversation x;
  BOOST_TEST(!x.hears(basp::tell(9, 6) + each.frame + basp::tell(9, 6)));
  BOOST_TEST((x.in == basp::tell(9, 6)));
  BOOST_TEST(x.filter.why().starts_with("the peer " + std::string{each.why}), x.filter.why());
  BOOST_TEST(!x.hears(basp::tell(9, 6)));
  BOOST_TEST(!x.says(basp::tell(6, 16)));
  BOOST_TEST((x.in == basp::tell(9, 6)));
  BOOST_TEST(x.out.empty());
}

BOOST_AUTO_TEST_CASE(nothing_comes_before_a_proper_introduction) {
  const std::vector<std::pair<std::string, std::string>> beginnings{
      {basp::tell(9, 6), "does not begin with a handshake"},
      {basp::heartbeat(), "does not begin with a handshake"},
      {basp::choice(there), "does not begin with a handshake"},
      {basp::introduction(there, 16, {}, 2), "speaks version 2 of the protocol, and not 3"},
      {basp::introduction(here, 16), "introduces itself as another node"},
      {basp::introduction(basp::no_node(), 16), "introduces itself as another node"},
      {basp::introduction(basp::number(0x3c9d6c, 8), 16), "introduces itself as another node"},
      {basp::introduction(basp::number(default_node_atom, 8) + std::string(24, '\0'), 16),
       "introduces itself as another node"},
      {basp::introduction(there, 16, std::vector<std::string>(257, "a")),
       "sends a malformed handshake"},
      {basp::frame({.operation = 0, .data = 3}, there + basp::length(17)),
       "sends a malformed handshake"},
      {basp::frame({.operation = 0, .data = 3}, there + basp::length(1) + "\xff\xff\xff\xff\x0f"),
       "sends a malformed handshake"},
      {basp::frame({.operation = 0, .flags = 1, .data = 3}, there), "sends a malformed handshake"},
      {basp::header({.operation = 0, .data = 3}, 5'000'000), "sends a frame of 5000000 bytes"},
  };
  for (const auto& [bytes, why] : beginnings) {
    basp_filter filter{here, basp::shapes()};
    std::string in;
    BOOST_TEST(!filter.from_peer(bytes, in));
    BOOST_TEST(in.empty());
    BOOST_TEST(filter.why().starts_with("the peer " + why), filter.why());
    BOOST_TEST(filter.peer().node.empty());
  }
}

BOOST_AUTO_TEST_CASE(nobody_speaks_before_both_are_introduced) {
  basp_filter filter{here, basp::shapes()};
  std::string in;
  BOOST_TEST(filter.from_peer(basp::introduction(there, 16), in));
  BOOST_TEST(!filter.from_peer(basp::monitor(there, here, 6), in));
  BOOST_TEST(filter.why() == "the peer speaks to whom it does not know yet");
}

BOOST_AUTO_TEST_CASE(a_node_stays_who_it_is) {
  basp_filter filter{here, basp::shapes()};
  std::string in, out;
  BOOST_TEST(filter.to_peer(basp::introduction(here, 6), out));
  BOOST_TEST(filter.from_peer(basp::introduction(there, 16), in));
  BOOST_TEST(!filter.is_established());
  BOOST_TEST(!filter.from_peer(basp::choice(basp::node(3)), in));
  BOOST_TEST(filter.why() == "the peer introduces itself as another node");
}

BOOST_AUTO_TEST_CASE(what_is_published_given_or_has_spoken_may_be_sent_to) {
  conversation x;
  BOOST_TEST(x.says(basp::give(0, 16, basp::actor(7, here)) + basp::tell(8, 16)));
  const auto all = basp::tell(0, 6) + basp::tell(0, 7) + basp::tell(0, 8) +
                   basp::give(0, 6, basp::actor(7, here)) +
                   basp::give(0, 6, basp::actor(0, basp::no_node()));
  BOOST_TEST(x.hears(all), x.filter.why());
  BOOST_TEST((x.in == all));
  // Who only asks is answered, and watched, and no more.
  BOOST_TEST(x.says(basp::tell(10, 16, 1)));
  BOOST_TEST(x.hears(basp::monitor(there, here, 10)), x.filter.why());
  BOOST_TEST(!x.hears(basp::tell(0, 10)));
}

BOOST_AUTO_TEST_CASE(an_answer_reaches_who_asked_once) {
  conversation x;
  BOOST_TEST(x.says(basp::tell(8, 16, 1) + basp::tell(8, 16, 2) + basp::tell(8, 16, 3)));
  const auto first = basp::tell(16, 8, basp::answer | 1);
  const auto second = basp::message(16, 8, "@<>+@error", basp::error(), basp::answer | 2);
  const auto third = basp::message(0, 8, "@<>", {}, basp::answer | 3);
  BOOST_TEST(x.hears(first + first + second + third), x.filter.why());
  // Nobody waits for these.
  BOOST_TEST(x.hears(basp::tell(16, 8, basp::answer | 4) + basp::tell(16, 7, basp::answer | 1)));
  BOOST_TEST((x.in == first + second + third));
}

BOOST_AUTO_TEST_CASE(an_error_may_say_more_in_plain_values) {
  conversation x;
  const auto context =
      basp::content("@<>+@str+@i32+bool+@atom", basp::text("why") + basp::number(5, 4) +
                                                    basp::number(1, 1) + basp::number(77, 8));
  const auto down = down_with(basp::number(3, 1) + basp::number(7, 8) + context);
  BOOST_TEST(x.hears(down), x.filter.why());
  BOOST_TEST((x.in == down));
}

BOOST_AUTO_TEST_CASE(what_waits_for_answers_is_bounded_and_the_oldest_goes) {
  conversation x{{.requests = 3}};
  for (std::uint64_t id = 1; id <= 4; ++id) BOOST_TEST(x.says(basp::tell(8, 16, id)));
  for (std::uint64_t id = 1; id <= 4; ++id)
    BOOST_TEST(x.hears(basp::tell(16, 8, basp::answer | id)));
  BOOST_TEST((x.in == basp::tell(16, 8, basp::answer | 2) + basp::tell(16, 8, basp::answer | 3) +
                          basp::tell(16, 8, basp::answer | 4)));
}

BOOST_AUTO_TEST_CASE(messages_under_way_to_who_has_ended_are_no_violation) {
  conversation x{{.actors = 3}};
  BOOST_TEST(x.says(basp::tell(7, 16) + basp::down(here, there, 7)));
  BOOST_TEST(x.hears(basp::tell(0, 7) + basp::monitor(there, here, 7)), x.filter.why());
  // Until so many others have ended since.
  for (std::uint64_t id = 20; id < 23; ++id)
    BOOST_TEST(x.says(basp::tell(id, 16) + basp::down(here, there, id)), x.filter.why());
  BOOST_TEST(!x.hears(basp::tell(0, 7)));
}

BOOST_AUTO_TEST_CASE(only_so_many_actors_are_named_that_have_not_ended) {
  conversation x{{.actors = 3}};
  for (std::uint64_t id = 20; id < 1000; ++id) {
    BOOST_TEST_REQUIRE(x.hears(basp::tell(id, 6) + basp::tell(id + 1, 6)), x.filter.why());
    BOOST_TEST_REQUIRE(x.hears(basp::down(there, here, id)));
  }
  BOOST_TEST(x.hears(basp::tell(1, 6)));
  BOOST_TEST(!x.hears(basp::give(0, 6, basp::actor(2, there))));
  BOOST_TEST(x.filter.why() == "the peer names too many actors");
}

BOOST_AUTO_TEST_CASE(the_own_side_is_held_to_the_same_rules) {
  conversation x;
  BOOST_TEST(!x.says(basp::message(6, 16, "@<>+@exit", basp::actor(6, here) + basp::error())));
  BOOST_TEST(x.filter.why() == "this node sends a message of another kind: @<>+@exit");
}

BOOST_AUTO_TEST_CASE(what_the_middleman_asks_by_name_goes_no_further) {
  conversation x;
  BOOST_TEST(x.says(named(spawn_server) + basp::tell(6, 16)), x.filter.why());
  BOOST_TEST((x.out == basp::tell(6, 16)));
}

BOOST_AUTO_TEST_CASE(how_bytes_are_cut_changes_nothing) {
  const auto holds = rc::check("any frames, cut anywhere", [] {
    const auto frames = *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(
        rc::gen::element(basp::tell(9, 6), basp::tell(10, 6, 4), basp::heartbeat(),
                         basp::give(9, 6, basp::actor(11, there)), basp::down(there, here, 9),
                         basp::monitor(there, here, 6), basp::tell(16, 8, basp::answer | 1)),
        rc::gen::map(rc::gen::elementOf(violations), [](const violation& v) { return v.frame; })));
    std::string all;
    for (const auto& each : frames) all += each;
    conversation whole, cut;
    for (auto* each : {&whole, &cut}) RC_ASSERT(each->says(basp::tell(8, 16, 1)));
    const bool good = whole.hears(all);
    bool cut_good = true;
    for (std::size_t at = 0; at < all.size() && cut_good;) {
      const auto size = *rc::gen::inRange<std::size_t>(1, 200);
      cut_good = cut.hears(all.substr(at, size));
      at += size;
    }
    RC_ASSERT(good == cut_good);
    RC_ASSERT(whole.in == cut.in);
    RC_ASSERT(whole.filter.why() == cut.filter.why());
    if (good) RC_ASSERT(whole.filter.why().empty());
  });
  BOOST_TEST(holds);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace basp_filter_test
