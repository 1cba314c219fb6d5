#include "actors/peers/frame_codec.hpp"

#include "actors/links/fields.hpp"

namespace lithair::actors {

namespace {

template <class T>
std::optional<T> whole(T made, const field_reader& in) {
  return in.sound() ? std::optional{std::move(made)} : std::nullopt;
}

std::uint8_t bit(bool flag) { return flag ? 1 : 0; }

}  // namespace

std::string encode(const hello& greeting) {
  return field_writer{}.number(greeting.cluster).text(greeting.proof).take();
}

std::string encode(const welcome& answer) {
  return field_writer{}.number(answer.cluster).text(answer.refused).text(answer.proof).take();
}

std::string encode(const peer_control& wire) {
  return field_writer{}
      .number(wire.id)
      .number(bit(wire.is_answer))
      .number(wire.action)
      .number(bit(wire.force))
      .number(wire.status)
      .number(wire.node)
      .text(wire.address)
      .text(wire.detail)
      .take();
}

std::string encode(const peer_piece& piece) {
  return field_writer{}
      .number(piece.stream)
      .number(piece.offset)
      .number(piece.total)
      .rest(piece.bytes)
      .take();
}

std::string encode(const peer_piece_ack& ack) {
  return field_writer{}.number(ack.stream).number(ack.received).number(bit(ack.refused)).take();
}

std::optional<hello> decode_greeting(std::string_view payload) {
  field_reader in{payload};
  hello made;
  made.cluster = in.number<std::uint64_t>();
  made.proof = in.text();
  return whole(std::move(made), in);
}

std::optional<welcome> decode_welcome(std::string_view payload) {
  field_reader in{payload};
  welcome made;
  made.cluster = in.number<std::uint64_t>();
  made.refused = in.text();
  made.proof = in.text();
  return whole(std::move(made), in);
}

std::optional<peer_control> decode_control(std::string_view payload) {
  field_reader in{payload};
  peer_control made;
  made.id = in.number<std::uint64_t>();
  made.is_answer = in.flag();
  made.action = in.number<std::uint8_t>();
  made.force = in.flag();
  made.status = in.number<std::uint16_t>();
  made.node = in.number<std::uint64_t>();
  made.address = in.text();
  made.detail = in.text();
  return whole(std::move(made), in);
}

std::optional<peer_piece> decode_piece(std::string_view payload) {
  field_reader in{payload};
  peer_piece made;
  made.stream = in.number<std::uint64_t>();
  made.offset = in.number<std::uint64_t>();
  made.total = in.number<std::uint64_t>();
  made.bytes = in.rest();
  return whole(std::move(made), in);
}

std::optional<peer_piece_ack> decode_piece_ack(std::string_view payload) {
  field_reader in{payload};
  peer_piece_ack made;
  made.stream = in.number<std::uint64_t>();
  made.received = in.number<std::uint64_t>();
  made.refused = in.flag();
  return whole(made, in);
}

}  // namespace lithair::actors
