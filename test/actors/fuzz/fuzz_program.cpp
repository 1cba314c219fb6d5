// Whatever a program says to the actor that it is offered, and a node answers to a program: either
// it is understood as a whole, and means these very bytes, or it is not.

#include "actors/programs/program_codec.hpp"
#include "test/models/fuzz.hpp"

namespace lithair::fuzz {

using namespace lithair::actors;

std::vector<std::string> seeds() {
  auto somebody = std::make_shared<models::subject>();
  somebody->id = "ann";
  somebody->roles = {"clerk"};
  somebody->claims = {{"shop", {"1", "2"}}, {"team", {"a"}}};
  item_write one;
  one.bound = somebody;
  one.collection = "products";
  one.key = "7";
  one.idempotency_key = "once";
  one.conditions.if_match = {1, 2};
  one.body = "{}";
  items_read read;
  read.what = models::query::kind::list;
  read.collection = "products";
  read.parameters = {{"sort", "name"}, {"take", "10"}};
  program_outcome said;
  said.result.status = 200;
  said.result.body = "{}";
  said.reason = "why";
  return {encode(program_call{models_asked{}}), encode(program_call{one}),
          encode(program_call{items_write{"once", "{}"}}), encode(program_call{read}),
          encode(said)};
}

}  // namespace lithair::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lithair::fuzz;
  const auto bytes = as_text(data, size);
  if (const auto call = lithair::actors::decode_call(bytes))
    expect(encode(*call) == bytes, "a request means the bytes that it was read from");
  if (const auto said = lithair::actors::decode_outcome(bytes))
    expect(encode(*said) == bytes, "an answer means the bytes that it was read from");
  return 0;
}
