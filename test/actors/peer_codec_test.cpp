#include "actors/peers/peer_codec.hpp"

#include <random>

#include <boost/test/unit_test.hpp>

namespace peer_codec_test {

using namespace lithair;
using namespace lithair::protocol;

namespace {

configuration some_members() {
  return {{{node_id{1}, true, "127.0.0.1:8080/9080"}, {node_id{4}, false, ""}},
          {{node_id{2}, true, "x"}}};
}

// One message of every kind, each field with a value of its own.
std::vector<message> one_of_each() {
  std::vector<entry> entries{
      {index_t{8}, term_t{2}, entry_kind::noop, {}, {}},
      {index_t{9},
       term_t{2},
       entry_kind::command,
       {node_id{3}, 77, 0xfedcba9876543210},
       payload{std::string("a\0b", 3)},
       1'764'000'000'000'000},
      {index_t{10}, term_t{3}, entry_kind::configuration, {}, payload{encode(some_members())}}};
  snapshot_meta meta{index_t{5}, term_t{2}, some_members(), 1000, 0xffffffffffffffff};
  return {vote_request{term_t{1}, index_t{2}, term_t{1}, true, false},
          vote_response{term_t{4}, true, false, index_t{9}, 1'764'000'000'000'001},
          append_request{term_t{3}, index_t{7}, term_t{2}, index_t{6}, 9, entries},
          append_response{term_t{3}, false, index_t{1}, index_t{7}, index_t{4}, term_t{2}, 9},
          heartbeat{term_t{3}, index_t{6}, 10},
          heartbeat_response{term_t{3}, 10, index_t{5}, -1},
          snapshot_request{term_t{3}, meta, 512, payload{"chunk"}, true},
          snapshot_response{term_t{3}, index_t{5}, 517, false, true},
          timeout_now{term_t{3}},
          read_request{term_t{3}, 12, true},
          read_response{term_t{3}, 12, index_t{6}, false},
          propose_request{term_t{3},
                          {{{node_id{2}, 5, 0xfedcba9876543210}, payload{"one"}},
                           {{node_id{2}, 6}, payload{""}}},
                          3},
          propose_response{term_t{3}, 17, refusal::busy, {5, 6, 0xffffffffffffffff}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peer_codec)

BOOST_AUTO_TEST_CASE(every_kind_of_message_arrives_as_it_was_sent) {
  auto messages = one_of_each();
  BOOST_REQUIRE_EQUAL(messages.size(), std::variant_size_v<message>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    BOOST_TEST_CONTEXT("kind " << i) {
      BOOST_REQUIRE_EQUAL(messages[i].index(), i);
      auto got = actors::decode(actors::encode(group_id{7}, {messages[i]}).copy());
      BOOST_REQUIRE(got.has_value());
      BOOST_CHECK(got->group == group_id{7});
      BOOST_CHECK(got->messages == std::vector<message>{messages[i]});
    }
  }
}

BOOST_AUTO_TEST_CASE(several_messages_travel_together_in_order) {
  auto messages = one_of_each();
  auto got = actors::decode(actors::encode(group_id{1}, messages).copy());
  BOOST_REQUIRE(got.has_value());
  BOOST_CHECK(got->messages == messages);
}

BOOST_AUTO_TEST_CASE(cut_off_bytes_are_refused_wherever_they_end) {
  auto bytes = actors::encode(group_id{1}, one_of_each()).copy();
  for (std::size_t n = 0; n < bytes.size(); ++n)
    BOOST_TEST(!actors::decode(bytes.substr(0, n)).has_value());
  BOOST_TEST(!actors::decode(bytes + "x").has_value());
}

// Nothing here but "it returns": a crash, a hang or a sanitizer's report fails the test.
BOOST_AUTO_TEST_CASE(changed_and_random_bytes_never_do_harm) {
  std::mt19937 random{42};
  auto bytes = actors::encode(group_id{1}, one_of_each()).copy();
  std::size_t understood = 0;
  for (int i = 0; i < 20000; ++i) {
    auto changed = bytes;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
      changed[random() % changed.size()] = static_cast<char>(random());
    understood += actors::decode(changed).has_value();
    std::string noise(random() % 64, '\0');
    for (auto& c : noise) c = static_cast<char>(random());
    understood += actors::decode(noise).has_value();
  }
  BOOST_TEST_MESSAGE(understood << " of 40000 were still well-formed");
}

// array32 of 2^32-1 elements, nested.
BOOST_AUTO_TEST_CASE(a_header_that_announces_much_allocates_little) {
  BOOST_TEST(!actors::decode("\xdd\xff\xff\xff\xff\xdd\xff\xff\xff\xff").has_value());
  BOOST_TEST(!actors::decode(std::string("\xc6\xff\xff\xff\xff", 5)).has_value());
}

BOOST_AUTO_TEST_CASE(long_payloads_are_shared_and_not_copied) {
  const auto carried = [](std::size_t size) {
    payload shared{std::string(size, 'x')};
    append_request request;
    request.entries.push_back({index_t{1}, term_t{1}, entry_kind::command, {}, shared});
    request.entries.push_back({index_t{2}, term_t{1}, entry_kind::command, {}, payload{"short"}});
    const auto encoded = actors::encode(group_id{1}, {request});
    const auto whole = encoded.copy();
    auto got = actors::decode(whole);
    BOOST_REQUIRE(got.has_value());
    BOOST_TEST(std::get<append_request>(got->messages.front()).entries == request.entries);
    BOOST_TEST(encoded.size() == whole.size());
    // However it is cut.
    std::string pieces;
    for (std::size_t at = 0; at < whole.size(); at += 1000) pieces += encoded.copy(at, 1000);
    BOOST_TEST((pieces == whole));
    BOOST_TEST(encoded.copy(whole.size(), 1).empty());
    return encoded.shares(shared);
  };
  BOOST_TEST(carried(actors::gathered::shared_from));
  BOOST_TEST(!carried(actors::gathered::shared_from - 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace peer_codec_test
