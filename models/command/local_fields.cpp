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

namespace {

/// When the item was created that local fields in a record belong to; 0: it does not say.
std::uint64_t item_created(const stored_record& local) {
  const auto* created = find(local.fields, created_id);
  return created == nullptr ? 0 : msgpack::reader(created->bytes).read_unsigned();
}

bool has_item(std::string_view local, const std::optional<std::string>& replicated) {
  stored_record part;
  stored_record item;
  return replicated && read_record(local, part) && read_record(*replicated, item) &&
         item_created(part) == item.created;
}

}  // namespace

std::vector<std::string> removals_without_item(const schema& local, const state_view& own,
                                               const state_view& replicated) {
  constexpr std::size_t at_once = 1000;
  std::vector<std::string> made;
  // Names and versions of those that are to go; their bytes are the store's, so they are copied.
  std::vector<std::pair<std::string, std::string>> gone;
  const auto put_down = [&](const collection& c) {
    command one;
    one.shape = command_shape::bulk;
    for (const auto& [key, bytes] : gone) {
      stored_record record;
      stored_fields created;
      if (read_record(bytes, record))
        if (const auto* found = find(record.fields, created_id)) created.push_back(*found);
      one.operations.push_back({operation::remove, c.id, key_in_record_key(key), {}, created});
    }
    if (!gone.empty()) made.push_back(write_command(one));
    gone.clear();
  };
  for (const auto& c : local.collections()) {
    if (c.holds != extent::local_part) continue;
    const auto range = all_records(c);
    own.scan(range.lower, range.upper, state_view::direction::ascending,
             [&](std::string_view key, std::string_view bytes) {
               if (!has_item(bytes, replicated.get(key))) gone.emplace_back(key, bytes);
               if (gone.size() == at_once) put_down(c);
               return true;
             });
    put_down(c);
  }
  return made;
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
