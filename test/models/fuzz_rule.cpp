// Access rules: whatever the text is, it is a rule or an error within it. A rule binds to anybody,
// is judged of any item, and what it comes to is read again as it was written.

#include "models/declaration/model_file.hpp"
#include "models/declaration/rule_text.hpp"
#include "models/schema/access_binding.hpp"
#include "models/schema/filter_codec.hpp"
#include "models/state/filter_match.hpp"
#include "models/state/memory_state.hpp"
#include "test/models/fuzz.hpp"

namespace models = lithair::models;
using lithair::fuzz::expect;

namespace {

const models::schema& test_schema() {
  static const auto made = models::parse_model_text(lithair::fuzz::model_text, "fuzz.toml");
  return *made;
}

std::string bytes_of(const models::collection& c, const models::filter_list& what) {
  std::string made;
  models::write_filters(made, c, what);
  return made;
}

/// The input's first byte says what it is for; what is behind the last `|` are bytes of filters.
void read_bytes(const models::collection& c, std::string_view bytes) {
  models::msgpack::reader in(bytes);
  const auto made = models::read_filters(in, test_schema(), c);
  if (made && in.finished()) {
    static_cast<void>(models::holds(c, *made, {}, nullptr));
    models::msgpack::reader again(bytes);
    expect(bytes_of(c, *models::read_filters(again, test_schema(), c)) == bytes_of(c, *made),
           "the same bytes are the same filters");
  }
}

void bind_to(const models::collection& c, const models::rule& rule, const models::subject& who) {
  const auto bound = models::bind(test_schema(), c, rule, who);
  const auto bytes = bytes_of(c, bound);
  models::msgpack::reader in(bytes);
  const auto read = models::read_filters(in, test_schema(), c);
  expect(read && in.finished() && bytes_of(c, *read) == bytes,
         "what a rule comes to is read as it was written");
  const models::memory_state state;
  const models::stored_fields nothing;
  const bool held = models::holds(c, bound, {&nothing, &nothing}, &state);
  expect(held == models::holds(c, *read, {&nothing, &nothing}, &state),
         "what was read judges alike");
  expect(!models::is_never(bound) || !held, "what never holds does not hold");
  expect(!bound.empty() || held, "what asks for nothing holds");
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  std::vector<std::string> made{
      "rrole(staff) or s = @user.id",
      "c@user and @new.i >= 3 and not (b = true or e in ('x', 'yy'))",
      "u@old.s = @new.s and @new.m < 10.5 and t > '2030-01-31T12:00:00Z' and u != null",
      "d'x' in l or @user.team in l or i not in (1, 2) or @user.plan != 'it''s'",
      "rr.s = @user.id or exists(m where id = r and not s = @user.name) or exists(m where s = 'x')",
      "uexists(m where c = c and id = @user.id) and r.b = true",
  };
  const auto& c = *test_schema().find("m");
  const auto read = models::read_rule(test_schema().collections(), c, models::access_kind::update,
                                      made[4].substr(1));
  made.push_back("|" + bytes_of(c, models::bind(test_schema(), c, *read, {"ann", {}, {}})));
  return made;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = lithair::fuzz::as_text(data, size);
  const auto& c = *test_schema().find("m");
  if (text.empty()) {
    return 0;
  }
  if (text.front() == '|') {
    read_bytes(c, text.substr(1));
    return 0;
  }
  const auto kind = text.front() == 'c'   ? models::access_kind::create
                    : text.front() == 'u' ? models::access_kind::update
                    : text.front() == 'd' ? models::access_kind::remove
                                          : models::access_kind::read;
  const auto rule = models::read_rule(test_schema().collections(), c, kind, text.substr(1));
  if (!rule) {
    expect(rule.error().at < text.size() && !rule.error().message.empty(),
           "an error is within the text");
    return 0;
  }
  bind_to(c, *rule, {});
  bind_to(c, *rule, {"ann", {"staff"}, {}});
  bind_to(c, *rule, {"7", {}, {{"team", {"a", "1", ""}}, {"name", {"x"}}, {"plan", {}}}});
  return 0;
}
