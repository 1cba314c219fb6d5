// Pairs of the change feed, and where a client says that it stopped: whatever they are, streams and
// events made of them end, and are well formed.

#include <algorithm>

#include "models/declaration/model_file.hpp"
#include "models/derived/feed.hpp"
#include "models/query/stream.hpp"
#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "test/models/fuzz.hpp"

namespace {

using namespace lithair::models;
using lithair::fuzz::expect;

const schema& test_schema() {
  static const schema made = *parse_model_text(lithair::fuzz::model_text, "fuzz.toml");
  return made;
}

/// The words of an id or a query stand before the first zero byte, those of a pair behind it.
std::string input(std::string_view words, std::string_view pair) {
  return std::string(words) + '\0' + std::string(pair);
}

/// The pair that a command leaves in the feed.
std::string pair_of(memory_state& state, std::uint64_t index, const write_request& request) {
  change_set changes;
  const auto command = prepare(test_schema(), request, {}).value();
  static_cast<void>(lithair::models::apply(test_schema(), index, command, state, true, changes));
  state.apply(changes);
  return state.get(feed_key(index)).value_or("");
}

void check_positions(std::string_view words) {
  const auto at = parse_feed_position(words);
  if (at)
    expect(parse_feed_position(to_text(*at)) == at, "a position can be told and understood again");
  const auto asked = parse_stream(*test_schema().find("m"), {}, words);
  expect(asked || asked.error().status == 400, "a wrong id is the client's fault");
}

/// Every event is three lines and an empty one, so that no value can begin another event.
void check_text(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find("\n\n");
    expect(end != std::string_view::npos, "an event ends");
    const auto event = text.substr(0, end);
    expect(event.starts_with("id: ") && event.find("\nevent: ") != std::string_view::npos &&
               event.find("\ndata: ") != std::string_view::npos,
           "an event has an id, a name and data");
    expect(std::ranges::count(event, '\n') == 2, "an event is three lines");
    text.remove_prefix(end + 2);
  }
}

/// What a stream tells of a pair that comes in pieces of so many bytes, or more where one is too
/// small for an event.
std::string read_through(const std::shared_ptr<const stream_query>& what, std::string_view pair,
                         std::size_t size) {
  stream_cursor cursor(what, {});
  std::string text;
  for (auto wanted = size;;) {
    const auto offset = cursor.offset();
    expect(offset <= pair.size(), "a reading stays within its pair");
    const bool whole = pair.size() - offset <= wanted;
    const feed_piece from{9, offset, whole,
                          std::make_shared<const std::string>(pair.substr(offset, wanted))};
    const auto step = cursor.read(from, 4096, [] { return true; });
    wanted = step == stream_cursor::step::cut && cursor.offset() == offset ? 2 * wanted : size;
    if (step == stream_cursor::step::full) text += cursor.take().text;
    if (cursor.through().whole() == 9) return text + cursor.take().text;
  }
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  const collection* c = test_schema().find("m");
  memory_state state;
  return {
      input("41.2",
            pair_of(state, 1,
                    {operation::create, c, "", R"({"id":"k","s":"words","j":[1],"l":["x"]})", {}})),
      input("0",
            pair_of(state, 2, {operation::patch, c, "k", R"({"s":null,"i":8,"l":["y"]})", {}})),
      input("7", pair_of(state, 3, {operation::remove, c, "k", "", {}})),
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = lithair::fuzz::as_text(data, size);
  const auto border = bytes.find('\0');
  check_positions(bytes.substr(0, border));
  const auto pair = border == std::string_view::npos ? bytes : bytes.substr(border + 1);
  std::uint32_t parts = 0;
  static_cast<void>(read_feed(9, pair, [&parts](const feed_event& x) {
    expect(x.part == ++parts, "events are numbered in their order");
    static_cast<void>(fields_before(x));
  }));
  const auto asked = parse_stream(*test_schema().find("m"), {}, std::nullopt);
  const auto whole = read_through(asked->what, pair, pair.size());
  check_text(whole);
  expect(read_through(asked->what, pair, 16) == whole, "what is told is the same in pieces");
  return 0;
}
