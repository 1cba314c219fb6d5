// Whatever a peer sends: how it is cut changes nothing, and what passes is whole frames of the few
// kinds that may, to the few actors that may be sent to, by a second and simpler reading.

#include <algorithm>

#include "actors/links/basp_filter.hpp"
#include "test/actors/fuzz/basp_frames.hpp"
#include "test/models/fuzz.hpp"

namespace lithair::fuzz {

namespace {

using namespace lithair::test;
using actors::basp_filter;
using actors::basp_header;

const std::string here = basp::node(1);
const std::string there = basp::node(0);

// Actor 6 is published here, 7 was given away, and 8 waits for one answer.
basp_filter talking() {
  basp_filter result{here, basp::shapes(), {.payload = 4096, .actors = 16, .requests = 4}};
  std::string passed;
  expect(result.to_peer(basp::introduction(here, 6), passed) &&
             result.from_peer(basp::introduction(there, 6), passed) &&
             result.to_peer(
                 basp::choice(here) + basp::tell(8, 6, 1) + basp::give(0, 6, basp::actor(7, here)),
                 passed),
         "two can meet");
  return result;
}

void check_frame(const basp_header& header, std::string_view frame) {
  expect(header.payload <= 4096, "a frame is within the limit");
  expect(header.operation <= 6 && header.operation != 3, "the operation is one that may pass");
  expect(header.flags == (header.operation == 1 ? 2 : 0), "there is no flag");
  const auto node = frame.substr(basp_header::size, 32);
  if (header.operation == 0) expect(node.size() == 32 && node != here, "the peer is another node");
  if (header.operation == 1) expect(node == there, "the peer stays who it is");
  if (header.operation == 4 || header.operation == 5)
    expect(frame.substr(basp_header::size, 64) == there + here, "there are no others");
  if (header.operation != 2) return;
  expect(header.dest == 6 || header.dest == 7 ||
             (header.dest == 8 && header.data == (basp::answer | basp::normal | 1)),
         "the receiver was made known");
  const auto types = frame.substr(basp_header::size + 1);
  expect(types.starts_with(basp::number(0, 2) + basp::text("@<>+tell")) ||
             types.starts_with(basp::number(0, 2) + basp::text("@<>+give")) ||
             types.substr(3).starts_with("@<>+lithair::actors::") || header.dest == 8,
         "the message is one that may pass");
}

void check_passed(std::string_view in) {
  std::size_t answers = 0;
  while (!in.empty()) {
    expect(in.size() >= basp_header::size, "frames are whole");
    const auto header = actors::read_basp_header(in);
    const auto size = basp_header::size + header.payload;
    expect(in.size() >= size, "frames are whole");
    check_frame(header, in.substr(0, size));
    answers += header.operation == 2 && header.dest == 8 ? 1 : 0;
    in.remove_prefix(size);
  }
  expect(answers <= 1, "there is one answer to a request");
}

void check(const basp_filter& fresh, std::string_view bytes, std::size_t piece, bool from_peer) {
  auto whole = fresh;
  auto cut = fresh;
  std::string in;
  std::string cut_in;
  const auto give = [from_peer](basp_filter& to, std::string_view some, std::string& passed) {
    return from_peer ? to.from_peer(some, passed) : to.to_peer(some, passed);
  };
  const bool good = give(whole, bytes, in);
  expect(good == whole.why().empty(), "an end has a reason");
  expect(in.size() <= bytes.size(), "nothing is added");
  if (from_peer) check_passed(in);
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    if (!give(cut, bytes.substr(at, piece), cut_in)) break;
  expect(in == cut_in && whole.why() == cut.why(), "how bytes are cut changes nothing");
  if (good) return;
  const auto before = in.size();
  expect(!give(whole, basp::heartbeat(), in) && in.size() == before, "behind the end is nothing");
}

}  // namespace

std::vector<std::string> seeds() {
  std::vector<std::string> result{
      basp::introduction(there, 6, {"a", "b"}) + basp::choice(there),
      basp::choice(there) + basp::tell(9, 6) + basp::heartbeat(),
      basp::give(9, 6, basp::actor(9, there)) + basp::tell(9, 7) + basp::down(there, here, 9),
      basp::give(9, 6, basp::actor(7, here)) + basp::give(9, 6, basp::actor(0, basp::no_node())),
      basp::monitor(there, here, 6) + basp::tell(0, 6, 77) + basp::heartbeat(),
      basp::tell(6, 8, basp::answer | 1) + basp::tell(6, 8, basp::answer | 1),
      basp::message(6, 8, "@<>+@error",
                    basp::number(3, 1) + basp::number(7, 8) +
                        basp::content("@<>+@str+@i32", basp::text("why") + basp::number(5, 4)),
                    basp::answer | 1),
      basp::message(6, 8, "@<>", {}, basp::answer | 1) + basp::tell(1, 6),
  };
  std::string all;
  for (const auto& each : recorded_conversation) {
    const auto frame = basp::from_hex(each.hex);
    if (each.from != 'a' || frame[3] == 1) continue;
    result.push_back(frame);
    all += frame;
  }
  result.push_back(all);
  // What tells a fuzzer how the bytes are to be cut, and who sends them.
  for (auto& each : result) each.insert(0, 1, static_cast<char>(each.size()));
  return result;
}

}  // namespace lithair::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithair::fuzz;
  static const auto known = talking();
  static const basp_filter strange{here, basp::shapes()};
  if (size == 0) return 0;
  const auto bytes = as_text(data, size).substr(1);
  check(known, bytes, data[0] % 64u + 1, true);
  check(data[0] < 128 ? known : strange, bytes, data[0] % 64u + 1, data[0] % 2 == 0);
  return 0;
}
