// Bodies of requests: whatever they are, they are refused, or stored and given back as the same
// item.

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

/// Prepares and applies one request; what the client is told.
outcome write(memory_state& state, std::uint64_t index, const write_request& request) {
  const auto prepared = prepare(test_schema(), request, {});
  if (!prepared) {
    outcome refused;
    refused.status = prepared.error().status;
    refused.body = to_json(prepared.error());
    return refused;
  }
  change_set changes;
  auto made = lithair::models::apply(test_schema(), index, *prepared, state, true, changes);
  expect(made.has_value(), "a prepared command can be applied");
  expect(made->status < 300 || changes.empty(), "a refused command changes nothing");
  state.apply(changes);
  return *made;
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  return {
      R"({"id":"k","b":true,"i":12,"n":1.5e3,"s":"t\u00e9\n","m":"1.50","e":"yy"})",
      R"({"id":"k","u":"01900000-0000-7000-8000-00000000000a","t":"2026-01-01T00:00:00.5+01:00"})",
      R"({"id":"k\u0000/","h":"a@b.c","m":12.34,"i":-5,"n":-0,"e":null})",
      R"({"id":"k","y":"AAECAw==","j":{"a":[1,2.5,null,{"b":"c"}]},"l":["x","y","x"],"a":[1,1,2],"c":-7,"g":"x"})",
      R"({"id":"k","r":"k","j":null,"l":[],"a":[9223372036854775807]})",
      R"({})",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = lithair::fuzz::as_text(data, size);
  const collection* c = test_schema().find("m");
  memory_state state;
  const auto made = write(state, 1, {operation::create, c, "", body, {}});
  expect(made.status == 201 || made.status == 400 || made.status == 422,
         "a create is done or the client's fault");
  expect(json_document::parse(made.body).has_value(), "every answer is JSON");
  if (made.status == 201) {
    const auto key = state.pairs().lower_bound("r")->first.substr(5);
    const auto again = write(state, 2, {operation::replace, c, key, made.body, {}});
    expect(again.status == 200, "what was answered can be put back");
    expect(again.body == made.body, "an item that is put back stays the same");
  }
  memory_state empty;
  write(empty, 1, {operation::create, c, "", R"({"id":"k","s":"a","i":1})", {}});
  const auto patched = write(empty, 2, {operation::patch, c, "k", body, {}});
  expect(patched.status == 200 || patched.status == 400 || patched.status == 422,
         "a patch is done or the client's fault");
  expect(json_document::parse(patched.body).has_value(), "every answer is JSON");
  return 0;
}
