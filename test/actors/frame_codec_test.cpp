#include "actors/peers/frame_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace frame_codec_test {

using namespace lithair::actors;

namespace {

// Whether a payload is read only where it is whole.
template <class Decode>
bool only_whole(const std::string& payload, Decode decode) {
  for (std::size_t size = 0; size < payload.size(); ++size)
    if (decode(std::string_view{payload}.substr(0, size))) return false;
  return decode(payload) && decode(payload + "what later versions tell");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(what_frames_of_groups_hold)

BOOST_AUTO_TEST_CASE(greetings_and_answers_are_read_as_they_were_written) {
  hello greeting;
  greeting.cluster = 7;
  greeting.proof = "starts 1:ff\n";
  const auto read = decode_greeting(encode(greeting));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->cluster == 7 && read->proof == greeting.proof));
  BOOST_TEST(only_whole(encode(greeting), decode_greeting));

  welcome answer;
  answer.cluster = 8;
  answer.refused = "it is full";
  answer.proof = "fresh\n";
  const auto said = decode_welcome(encode(answer));
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST((said->cluster == 8 && said->refused == "it is full" && said->proof == "fresh\n"));
  BOOST_TEST(only_whole(encode(answer), decode_welcome));
}

BOOST_AUTO_TEST_CASE(controls_are_read_as_they_were_written) {
  peer_control wire;
  wire.id = 1ull << 40;
  wire.is_answer = true;
  wire.action = 17;
  wire.force = true;
  wire.node = 9;
  wire.address = "[::1]:80/1080@3+";
  wire.status = 409;
  wire.detail = "a sentence";
  const auto read = decode_control(encode(wire));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->id == wire.id && read->is_answer));
  BOOST_TEST((read->action == 17 && read->force && read->node == 9 && read->status == 409));
  BOOST_TEST((read->address == wire.address && read->detail == wire.detail));
  BOOST_TEST(only_whole(encode(wire), decode_control));
}

BOOST_AUTO_TEST_CASE(pieces_and_their_acknowledgements_are_read_as_they_were_written) {
  const peer_piece piece{3, 128, 1000, std::string("\0bytes", 6)};
  const auto read = decode_piece(encode(piece));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((read->stream == 3 && read->offset == 128 && read->total == 1000));
  BOOST_TEST(read->bytes == piece.bytes);
  BOOST_TEST(!decode_piece("cut short"));

  const peer_piece_ack ack{4, 128, true};
  const auto told = decode_piece_ack(encode(ack));
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST((told->stream == 4 && told->received == 128 && told->refused));
  BOOST_TEST(only_whole(encode(ack), decode_piece_ack));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace frame_codec_test
