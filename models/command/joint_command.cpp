#include "models/command/joint_command.hpp"

#include <algorithm>
#include <utility>

#include "models/command/local_fields.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"

namespace lithair::models {

namespace {

bool is_local_field(const collection& c, std::uint32_t id) {
  const auto at = std::ranges::find(c.fields, id, &field::id);
  return at != c.fields.end() && !at->replicated;
}

template <class Items>
bool clear_some(Items& from, const joint_command::lateness& is_late) {
  constexpr std::size_t at_once = 64;
  while (!from.empty()) {
    from.pop_back();
    if (from.size() % at_once == 0 && is_late()) {
      return from.empty();
    }
  }
  return true;
}

}  // namespace

joint_command::joint_command(const schema& full, std::string bytes)
    : full_(full), bytes_(std::move(bytes)) {
  reader_.emplace(bytes_);
}

const collection* joint_command::mixed_collection(const operation_part& part) const {
  const auto* c = full_.find(part.collection_id);
  return c != nullptr && is_mixed(*c) ? c : nullptr;
}

// -- read ----------------------------------------------------------------------------------------

bool joint_command::read(const lateness& is_late) {
  if (reader_) {
    if (!reader_->go_on(is_late)) {
      return false;
    }
    what_ = reader_->take();
    reader_.reset();
  }
  const auto count = what_ ? what_->operations.size() : 0;
  while (next_ < count) {
    note(what_->operations[next_]);
    if (++next_ < count && is_late()) {
      return false;
    }
  }
  next_ = 0;
  return true;
}

void joint_command::note(const operation_part& part) {
  // They mostly are of one collection.
  if (std::ranges::find(collections_, part.collection_id) == collections_.end()) {
    collections_.push_back(part.collection_id);
    joint_ = joint_ || mixed_collection(part) != nullptr;
  }
}

std::string joint_command::take_bytes() {
  what_.reset();
  return std::move(bytes_);
}

// -- split ---------------------------------------------------------------------------------------

bool joint_command::split(const lateness& is_late) {
  const auto count = what_->operations.size();
  if (!writer_) {
    if (next_ == 0) {
      part_.shape = what_->shape;
      part_.time_us = what_->time_us;
      part_.token = what_->token;
      part_.judged = what_->judged;
      part_.most = what_->most;
      part_.by = what_->by;
      part_.rights = what_->rights;
      part_.operations.reserve(count);
      // It must not name what the shared schema lacks: nodes would stop.
      std::erase_if(part_.judged, [this](const field_name& named) {
        const auto* c = full_.find(named.collection_id);
        return c != nullptr && is_mixed(*c) && is_local_field(*c, named.field_id);
      });
    }
    while (next_ < count) {
      strip(part_.operations.emplace_back(what_->operations[next_]));
      if (++next_ < count && is_late()) {
        return false;
      }
    }
    writer_ = std::make_unique<command_writer>(part_);
  }
  return write_part(is_late);
}

bool joint_command::write_part(const lateness& is_late) {
  if (!writer_->go_on(is_late)) {
    return false;
  }
  written_ = writer_->take();
  writer_.reset();
  next_ = 0;
  return true;
}

void joint_command::strip(operation_part& part) {
  const auto* c = mixed_collection(part);
  if (c == nullptr) {
    return;
  }
  const auto removed = std::erase_if(
      part.fields, [c](const stored_field& each) { return is_local_field(*c, each.id); });
  // A patch of local fields alone is a change of the item all the same, which gets a version.
  if (removed != 0 && part.op == operation::patch) {
    part.fields.push_back({written_id, msgpack::nil_bytes});
  }
}

// -- localize ------------------------------------------------------------------------------------

void joint_command::decided(outcome replicated) {
  replicated_ = std::move(replicated);
  part_ = {};
}

bool joint_command::localize(const lateness& is_late) {
  const auto count = std::min(replicated_.parts.size(), what_->operations.size());
  asked_.resize(count);
  if (!writer_) {
    while (next_ < count) {
      if (auto made = local_part(next_)) {
        part_.operations.push_back(std::move(*made));
        asked_[next_] = true;
      }
      if (++next_ < count && is_late()) {
        return false;
      }
    }
    next_ = 0;
    if (part_.operations.empty()) {
      return true;
    }
    part_.time_us = what_->time_us;
    // The same token: a request that is repeated finds both answers.
    part_.token = what_->token;
    part_.most = what_->most;
    // Who asked sees the joined answer, not one of this shape.
    part_.shape = part_.operations.size() == 1 ? command_shape::single : command_shape::transaction;
    writer_ = std::make_unique<command_writer>(part_);
  }
  return write_part(is_late);
}

std::optional<operation_part> joint_command::local_part(std::size_t operation) {
  const auto& part = what_->operations[operation];
  const auto* c = mixed_collection(part);
  stored_record record;
  // Not mixed, or removed: nothing of it is kept here.
  if (c == nullptr || !read_record(replicated_.parts[operation].record, record)) {
    return std::nullopt;
  }
  operation_part made{part.op, part.collection_id, part.key, {}, {}};
  made.conditions.if_none_match_any = replicated_.replayed;
  auto& created = kept_.emplace_back();
  // Local fields belong to the item that was created at this index.
  msgpack::write_unsigned(created, record.created);
  made.fields.push_back({created_id, created});
  std::ranges::copy_if(part.fields, std::back_inserter(made.fields),
                       [c](const stored_field& each) { return is_local_field(*c, each.id); });
  // A patch that names no local field leaves them as they are; all else says what they are.
  if (part.op == operation::patch && made.fields.size() == 1) {
    return std::nullopt;
  }
  auto& version = kept_.emplace_back();
  msgpack::write_unsigned(version, record.version);
  made.fields.push_back({written_id, version});
  return made;
}

// -- join ----------------------------------------------------------------------------------------

bool joint_command::join(const state_view* local, const lateness& is_late) {
  const auto count = std::min(replicated_.parts.size(), what_->operations.size());
  while (next_ < count) {
    join_part(next_, local);
    if (++next_ < count && is_late()) {
      return false;
    }
  }
  // What is only removed is answered without any field.
  if (index_ == 0) {
    return true;
  }
  if (!answer_) {
    answer_.emplace(full_, *what_, index_);
    std::size_t bytes = 0;
    for (const auto& part : replicated_.parts) {
      bytes += part.record.size() + part.record.size() / 8 + 64;
    }
    answer_->reserve(bytes);
  }
  while (answer_->size() < count) {
    answer_->add(replicated_.parts[answer_->size()]);
    if (answer_->size() < count && is_late()) {
      return false;
    }
  }
  finish_join();
  return true;
}

void joint_command::join_part(std::size_t operation, const state_view* local) {
  const auto& part = what_->operations[operation];
  auto& told = replicated_.parts[operation];
  const auto* c = mixed_collection(part);
  replicated_.minimal = replicated_.minimal || told.key_only;
  // That of the entry, but for items that were left as they are.
  if (stored_record read; read_record(told.record, read)) {
    index_ = std::max(index_, read.version);
  }
  // The own group had an operation for each that was asked for, in the same order.
  const bool was_asked = asked_[operation] && next_local_ < local_.parts.size();
  const auto* written = was_asked ? &local_.parts[next_local_++] : nullptr;
  if (written != nullptr && written->key_only) {
    replicated_.minimal = true;
  } else if (written != nullptr) {
    told.record = join_records(told.record, written->record);
  } else if (c != nullptr && local != nullptr && !told.record.empty()) {
    // Nothing was written now: what the node has for the item.
    const auto record = local->get(record_key(*c, part.key));
    told.record = join_records(told.record, record.value_or(std::string()));
  }
}

void joint_command::finish_join() {
  if (what_->shape == command_shape::single) {
    replicated_.version = answer_->version();
    replicated_.variant = answer_->variant();
  }
  replicated_.minimal = replicated_.minimal || answer_->is_minimal();
  replicated_.body = answer_->finish();
}

bool joint_command::clear(const lateness& is_late) {
  return (!what_ || clear_some(what_->operations, is_late)) &&
         clear_some(part_.operations, is_late) && clear_some(kept_, is_late) &&
         clear_some(replicated_.parts, is_late) && clear_some(local_.parts, is_late);
}

}  // namespace lithair::models
