// Whatever bytes a stranger sends to the peer port: a handshake ends in one of its ways, the same
// however they are cut, and what is held of them is bounded; and so it is for the frames behind it.

#include <algorithm>

#include "actors/links/frame_decoder.hpp"
#include "test/actors/links/two_ends.hpp"
#include "test/models/fuzz.hpp"

using namespace lithair;
using namespace lithair::actors;

namespace {

constexpr std::size_t most = 4096;

const handshake::judge& judge() {
  static const handshake::judge made{test::coding_with("s"), test::two_ends::unproven};
  return made;
}

std::string run(handshake::side at, std::string_view bytes, std::size_t cut) {
  auto ours = at == handshake::side::dialling ? test::hello_of(2, 1) : test::hello_of(1);
  // Not the one of the seeds: what they prove is no proof here.
  if (at == handshake::side::accepting) ours.nonce = {1, 2};
  handshake end{at, ours, judge()};
  std::string said;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, cut);
    bytes.remove_prefix(part.size());
    end.feed(part);
    said += end.take_output();
    fuzz::expect(said.size() < most, "little is answered");
    fuzz::expect(end.why().size() < most, "a reason is short");
    if (end.now() != handshake::state::going) break;
    fuzz::expect(part.empty(), "all is taken while it goes on");
  }
  fuzz::expect(end.now() != handshake::state::done || at == handshake::side::dialling,
               "nobody guesses the code of a nonce");
  return test::two_ends::end(end);
}

std::string decode(std::string_view bytes, std::size_t cut) {
  frame_decoder decoder{most};
  std::string all;
  while (!bytes.empty()) {
    auto part = bytes.substr(0, cut);
    bytes.remove_prefix(part.size());
    while (!part.empty()) {
      if (const auto came = decoder.next(part)) all += encode(came->head, came->payload);
      fuzz::expect(decoder.held() <= most + frame_head::bytes, "what is held is bounded");
    }
  }
  return all + decoder.failed();
}

}  // namespace

std::vector<std::string> fuzz::seeds() {
  test::two_ends ends;
  ends.of_dialling = ends.of_accepting = judge();
  handshake here{handshake::side::dialling, ends.dialling, ends.of_dialling};
  handshake there{handshake::side::accepting, ends.accepting, ends.of_accepting};
  std::string of_here = here.take_output();
  std::string_view bytes = of_here;
  there.feed(bytes);
  std::string of_there = there.take_output();
  bytes = of_there;
  here.feed(bytes);
  of_here += here.take_output();
  frame_head head;
  head.kind = frame_kind::ready;
  of_there += encode(head, {});
  head.kind = frame_kind::piece;
  head.rank = frame_class::bulk;
  head.group = 1;
  return {of_here, of_there, encode(head, std::string(100, 'x')) + encode(head, "y"),
          std::string("\x01\0\0\0\0\0", 6)};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t cut = 1 + data[0] % 32;
  const auto bytes = fuzz::as_text(data, size);
  for (const auto at : {handshake::side::dialling, handshake::side::accepting})
    fuzz::expect(run(at, bytes, cut) == run(at, bytes, size), "cuts make no difference");
  fuzz::expect(decode(bytes, cut) == decode(bytes, size), "nor for frames");
  return 0;
}
