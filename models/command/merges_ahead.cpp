#include "models/command/merges_ahead.hpp"

#include <algorithm>

#include "models/encoding/msgpack.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

/// Less is merged at once.
constexpr std::size_t long_bytes = 8 << 10;

bool is_merged(const collection& c, const stored_field& given) {
  const auto at = std::ranges::find(c.fields, given.id, &field::id);
  return at != c.fields.end() && at->type == value_type::json && given.bytes != msgpack::nil_bytes;
}

}  // namespace

void merges_ahead::begin(const collection& c, const operation_part& part, const state_view& state) {
  all_.clear();
  const bool any = part.op == operation::patch &&
                   std::ranges::any_of(part.fields, [&](const auto& x) { return is_merged(c, x); });
  const auto bytes = any ? state.get(record_key(c, part.key)) : std::nullopt;
  stored_record record;
  if (!bytes || !read_record(*bytes, record)) {
    return;
  }
  for (const auto& given : part.fields) {
    const auto* now = is_merged(c, given) ? models::find(record.fields, given.id) : nullptr;
    if (now == nullptr || now->bytes.size() + given.bytes.size() < long_bytes) {
      continue;
    }
    auto& added = all_.emplace_back();
    added.field_id = given.id;
    added.now = now->bytes;
    added.patch = given.bytes;
    added.work.emplace(msgpack::reader(added.now).read_string(),
                       msgpack::reader(added.patch).read_string());
  }
}

bool merges_ahead::go_on(const std::function<bool()>& is_late) {
  for (auto& each : all_) {
    if (!each.work) {
      continue;
    }
    if (!each.work->go_on(is_late)) {
      return false;
    }
    msgpack::write_string(each.made, each.work->take());
    each.work.reset();
  }
  return true;
}

const std::string* merges_ahead::find(const field& f, std::string_view now,
                                      std::string_view patch) const {
  const auto at = std::ranges::find_if(all_, [&](const one& each) {
    return each.field_id == f.id && each.patch.data() == patch.data() &&
           each.patch.size() == patch.size() && each.now == now && !each.work;
  });
  return at == all_.end() ? nullptr : &at->made;
}

}  // namespace lithair::models
