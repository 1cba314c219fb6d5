#include "models/command/local_fields.hpp"

#include <algorithm>
#include <list>
#include <stdexcept>

#include "models/command/command.hpp"
#include "models/command/command_answer.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

const collection* mixed_collection(const schema& full, const operation_part& part) {
  const auto* c = full.find(part.collection_id);
  return c != nullptr && is_mixed(*c) ? c : nullptr;
}

bool is_local_field(const collection& c, std::uint32_t id) {
  const auto at = std::ranges::find(c.fields, id, &field::id);
  return at != c.fields.end() && !at->replicated;
}

/// The fields of one record behind those of another; neither has one of the other's.
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

/// Makes the operations for a node's own group out of those that another group has done.
class local_operations {
 public:
  local_operations(const schema& full, const command& from, bool again)
      : full_(full), from_(from), again_(again) {}

  void add(std::size_t i, const written_part& written) {
    const auto& part = from_.operations[i];
    const auto* c = mixed_collection(full_, part);
    stored_record record;
    // Not mixed, or removed: nothing of it is kept here.
    if (c == nullptr || written.record.empty() || !read_record(written.record, record)) {
      return;
    }
    operation_part made{part.op, part.collection_id, part.key, {}, {}};
    made.conditions.if_none_match_any = again_;
    auto& created = kept_.emplace_back();
    // Local fields belong to the item that was created at this index.
    msgpack::write_unsigned(created, record.created);
    made.fields.push_back({created_id, created});
    std::ranges::copy_if(part.fields, std::back_inserter(made.fields),
                         [c](const stored_field& each) { return is_local_field(*c, each.id); });
    // A patch that names no local field leaves them as they are; all else says what they are.
    if (part.op != operation::patch || made.fields.size() > 1) {
      auto& version = kept_.emplace_back();
      msgpack::write_unsigned(version, record.version);
      made.fields.push_back({written_id, version});
      made_.operations.push_back(std::move(made));
    }
  }

  std::string write() {
    if (made_.operations.empty()) {
      return {};
    }
    made_.time_us = from_.time_us;
    // The same token: a request that is repeated finds both answers.
    made_.token = from_.token;
    made_.max_item = from_.max_item;
    // Who asked sees the joined answer, not one of this shape.
    made_.shape = made_.operations.size() == 1 ? command_shape::single : command_shape::transaction;
    return write_command(made_);
  }

 private:
  const schema& full_;
  const command& from_;
  bool again_;
  command made_;
  std::list<std::string> kept_;  // operations lie in them
};

}  // namespace

// -- commands ------------------------------------------------------------------------------------

std::vector<std::uint32_t> collections_of(std::string_view bytes) {
  std::vector<std::uint32_t> made;
  // Bytes of another format have no collections that we know.
  if (const auto what = read_command(bytes)) {
    for (const auto& part : what->operations) {
      made.push_back(part.collection_id);
    }
  }
  return made;
}

bool has_local_part(const schema& full, std::string_view bytes) {
  return std::ranges::any_of(collections_of(bytes), [&full](std::uint32_t id) {
    const auto* c = full.find(id);
    return c != nullptr && is_mixed(*c);
  });
}

std::string replicated_command(const schema& full, std::string_view bytes) {
  auto what = read_command(bytes).value();
  for (auto& part : what.operations) {
    if (const auto* c = mixed_collection(full, part)) {
      const auto removed = std::erase_if(
          part.fields, [c](const stored_field& each) { return is_local_field(*c, each.id); });
      // A patch of local fields alone is a change of the item all the same, which gets a version.
      if (removed != 0 && part.op == operation::patch) {
        part.fields.push_back({written_id, msgpack::nil_bytes});
      }
      // `judged` must not name what the shared schema lacks: nodes would stop.
      std::erase_if(what.judged, [c](const field_name& field) {
        return field.collection_id == c->id && is_local_field(*c, field.field_id);
      });
    }
  }
  return write_command(what);
}

std::string local_command(const schema& full, std::string_view bytes,
                          const std::vector<written_part>& parts, bool again) {
  const auto what = read_command(bytes).value();
  local_operations made(full, what, again);
  for (std::size_t i = 0; i < parts.size() && i < what.operations.size(); ++i) {
    made.add(i, parts[i]);
  }
  return made.write();
}

outcome join_outcomes(const schema& full, std::string_view bytes, outcome replicated,
                      const outcome& written, const state_view& local) {
  const auto what = read_command(bytes).value();
  std::size_t next = 0;
  std::uint64_t index = 0;
  // By position: one part for each operation, so their order must stay.
  for (std::size_t i = 0; i < replicated.parts.size() && i < what.operations.size(); ++i) {
    const auto& part = what.operations[i];
    auto& record = replicated.parts[i].record;
    const auto* c = mixed_collection(full, part);
    replicated.minimal = replicated.minimal || replicated.parts[i].key_only;
    // That of the entry, but for items that were left as they are.
    if (stored_record read; read_record(record, read)) {
      index = std::max(index, read.version);
    }
    // The node's own group had an operation for each that this one asked for, in the same order.
    local_operations asked(full, what, false);
    asked.add(i, replicated.parts[i]);
    const bool was_asked = !asked.write().empty() && next < written.parts.size();
    if (was_asked && written.parts[next++].key_only) {
      replicated.minimal = true;
    } else if (was_asked) {
      record = join_records(record, written.parts[next - 1].record);
    } else if (c != nullptr && !record.empty()) {
      // Nothing was written now: what the node has for the item.
      record = join_records(record, local.get(record_key(*c, part.key)).value_or(std::string()));
    }
  }
  // What is only removed is answered without any field.
  if (index != 0) {
    tell_written(full, what, index, replicated.parts, replicated);
  }
  return replicated;
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

// -- reads ---------------------------------------------------------------------------------------

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
