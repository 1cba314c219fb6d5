#include "models/command/local_fields.hpp"

#include <algorithm>

#include "models/command/command.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

std::string join_records(std::string_view replicated, std::string_view local) {
  stored_record whole;
  stored_record part;
  if (!read_record(replicated, whole) || !read_record(local, part)) {
    // What can't be read is shown as the other group has it.
    return std::string(replicated);
  }
  const auto* created = find(part.fields, created_id);
  if (created == nullptr) {
    return std::string(replicated);
  }
  msgpack::reader in(created->bytes);
  if (in.read_unsigned() != whole.created || !in.finished()) {
    return std::string(replicated);  // Of an item that is gone.
  }
  for (const auto& x : part.fields) {
    if (x.id != created_id && x.id != written_id) {
      whole.fields.push_back(x);
    }
  }
  std::ranges::sort(whole.fields, {}, &stored_field::id);
  return write_record(whole);
}

std::optional<std::string> removal_of_local_part(const schema& replicated,
                                                 std::string_view record_key,
                                                 std::string_view deleted,
                                                 const state_view& local) {
  const auto* c = collection_of_record_key(replicated, record_key);
  if (c == nullptr || c->holds != extent::replicated_part) {
    return std::nullopt;
  }
  const auto bytes = local.get(record_key);
  stored_record record;
  if (!bytes || !read_record(*bytes, record)) {
    return std::nullopt;
  }
  const auto* created = find(record.fields, created_id);
  stored_record item;
  // A deletion is applied again after a crash, when a later item may be there.
  if (created == nullptr || !read_record(deleted, item) ||
      msgpack::reader(created->bytes).read_unsigned() > item.created) {
    return std::nullopt;
  }
  command made;
  made.operations.push_back(
      {operation::remove, c->id, key_in_record_key(record_key), {}, {*created}});
  return write_command(made);
}

bool joined_view::has_local_part(std::string_view key) const {
  const auto* c = collection_of_record_key(models_, key);
  return c != nullptr && c->holds == extent::replicated_part;
}

std::optional<std::string> joined_view::get(std::string_view key) const {
  auto bytes = replicated_.get(key);
  if (bytes && has_local_part(key)) {
    if (const auto part = local_.get(key)) {
      return join_records(*bytes, *part);
    }
  }
  return bytes;
}

void joined_view::scan(std::string_view lower, std::string_view upper, direction order,
                       const visitor& visit) const {
  replicated_.scan(lower, upper, order, [&](std::string_view key, std::string_view bytes) {
    const auto part = has_local_part(key) ? local_.get(key) : std::nullopt;
    return part ? visit(key, join_records(bytes, *part)) : visit(key, bytes);
  });
}

}  // namespace lithair::models
