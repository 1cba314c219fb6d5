// Bytes from a log or a store: whatever they are, reading them ends, and within their bounds.

#include "models/command/command.hpp"
#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "models/state/record.hpp"
#include "test/models/fuzz.hpp"

namespace {

using namespace lithair::models;
using lithair::fuzz::expect;

const schema& test_schema() {
  static const schema made = *parse_model_text(lithair::fuzz::model_text, "fuzz.toml");
  return made;
}

std::string prepared(const write_request& request) {
  return prepare(test_schema(), request, {}).value();
}

/// Commands of somebody whom rules bind, as a node makes them whose models have some.
std::vector<std::string> bound_by_rules() {
  const auto ruled = *parse_model_text(
      "[models.m.access]\nread = \"s = @user.id or i > 2\"\ncreate = \"@user\"\n"
      "update = \"(c < 9 or exists(m where id = r)) and @new.s = @old.s\"\n"
      "delete = \"r.s != @user.id\"\nitems = 9\nitems_per = 2\nitem_bytes = 900\nper = \"c\"\n" +
          std::string(lithair::fuzz::model_text),
      "fuzz.toml");
  stamp at;
  at.by = "ann";
  at.bound = std::make_shared<const subject>(subject{"ann", {}, {}});
  const collection* c = ruled.find("m");
  return {prepare(ruled, write_request{operation::create, c, "", R"({"id":"k","i":7})", {}}, at)
              .value(),
          prepare(ruled, write_request{operation::patch, c, "k", R"({"c":1})", {}}, at).value(),
          prepare(ruled, write_request{operation::remove, c, "k", "", {}}, at).value()};
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  const collection* c = test_schema().find("m");
  const std::string create = prepared(
      {operation::create, c, "", R"({"id":"k","i":7,"n":0.5,"s":"words","m":"1.5","e":"x"})", {}});
  memory_state state;
  change_set changes;
  static_cast<void>(lithair::models::apply(test_schema(), 3, create, state, true, changes));
  std::vector<std::string> made{
      create,
      prepared({operation::patch, c, "k", R"({"s":null,"i":8})", {{1, 70000}, true, false}}),
      prepared({operation::replace, c, "k", R"({"s":"u"})", {{}, false, true}}),
      prepared({operation::remove, c, "k", "", {}}),
  };
  for (const auto& change : changes) {
    made.push_back(change.value.value_or(""));
  }
  for (auto& each : bound_by_rules()) {
    made.push_back(std::move(each));
  }
  return made;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = lithair::fuzz::as_text(data, size);
  const collection* c = test_schema().find("m");
  memory_state state;
  for (std::uint64_t index = 1; index < 4; ++index) {
    change_set changes;
    const auto made = lithair::models::apply(test_schema(), index, bytes, state, true, changes);
    expect(!made || made->status < 300 || changes.empty(), "a refused command changes nothing");
    expect(made || changes.empty(), "an unknown command changes nothing");
    state.apply(changes);
  }
  if (const auto x = read_command(bytes)) {
    expect(read_command(write_command(*x)).has_value(), "a command can be written and read again");
  }
  stored_record record;
  if (read_record(bytes, record)) {
    std::string json;
    append_json(json, *c, record.fields);
    const std::string again = write_record(record);
    stored_record same;
    expect(read_record(again, same) && same.version == record.version,
           "a record can be written and read again");
  }
  return 0;
}
