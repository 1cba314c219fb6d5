#include "models/decide.hpp"
#include "models/key_text.hpp"
#include "models/problems.hpp"
#include "models/service.hpp"

namespace lithair::models {

namespace {

outcome refuse(const problem& x, bool want_body) {
  outcome made;
  made.status = x.status;
  if (want_body) {
    made.body = to_json(x);
  }
  return made;
}

outcome accept(const collection& c, const decision& x, bool want_body) {
  outcome made;
  made.status = x.status;
  made.version = x.record.version;
  if (want_body && x.status != 204) {
    append_json(made.body, c, x.record.fields);
    if (x.status == 201) {
      made.location = key_in_path(c, x.key);
    }
  }
  return made;
}

}  // namespace

std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out) {
  const auto made = read_command(bytes);
  if (!made) {
    return std::nullopt;
  }
  const auto& part = made->operations.front();
  const collection* c = s.find(part.collection_id);
  if (c == nullptr) {
    return std::nullopt;
  }
  const auto decided = decide(*c, part, index, state, out);
  return decided ? accept(*c, *decided, want_body) : refuse(decided.error(), want_body);
}

}  // namespace lithair::models
