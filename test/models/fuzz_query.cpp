// Query parameters: whatever they are, a list or a 400, always as JSON.

#include "models/declaration/model_file.hpp"
#include "models/encoding/json_document.hpp"
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

memory_state make_state() {
  memory_state made;
  std::uint64_t index = 0;
  for (const auto* body : {R"({"id":"a","i":1,"s":"one"})", R"({"id":"b","m":"2.5","e":"x"})",
                           R"({"id":"c","n":-1,"t":"2026-01-01T00:00:00Z"})"}) {
    change_set changes;
    const auto command =
        prepare(test_schema(), {operation::create, test_schema().find("m"), "", body, {}}, {});
    static_cast<void>(
        lithair::models::apply(test_schema(), ++index, *command, made, false, changes));
    made.apply(changes);
  }
  return made;
}

std::vector<std::pair<std::string, std::string>> split(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> made;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    const auto name = part.substr(0, part.find('='));
    made.emplace_back(name, name.size() == part.size() ? "" : part.substr(name.size() + 1));
    text.remove_prefix(part.size() == text.size() ? part.size() : part.size() + 1);
  }
  return made;
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  return {
      "skip=1&take=2&sort=-i,s&fields=id,s&total=false",
      "i=>=1&s=~NE&m=in(1,2.50)&e=!x&t=<2027-01-01T00:00:00Z&n=<=0",
      R"(s="!x\"\\"&s=!null&e=in("x",null)&l=in("a,b",c)&j=null&y=AP9h&t=2027-01-01T00:00:00 01:00)",
      "l=a&l=a&i=7&l=b&i=7&s=~x&c=1&l=a",
      "after=AAAA&sort=id&b=true&u=01900000-0000-7000-8000-00000000000a"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const memory_state state = make_state();
  const auto text = lithair::fuzz::as_text(data, size);
  const auto parameters = split(text);
  for (const auto what : {query::kind::list, query::kind::count, query::kind::random_id}) {
    const auto q = parse_query(*test_schema().find("m"), what, parameters);
    expect(q || q.error().status == 400, "a query is understood or a 400");
    const auto body = q ? run(test_schema(), *q, state, size).body : to_json(q.error());
    expect(json_document::parse(body).has_value(), "every answer is JSON");
  }
  if (const auto q = item_query(*test_schema().find("m"), text)) {
    expect(json_document::parse(run(test_schema(), *q, state, 0).body).has_value(),
           "every answer is JSON");
  }
  return 0;
}
