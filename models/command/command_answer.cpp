#include "models/command/command_answer.hpp"

#include <algorithm>
#include <utility>

#include "models/command/command_rights.hpp"
#include "models/state/record.hpp"
#include "models/state/variant.hpp"

namespace lithair::models {

answer_writer::answer_writer(const schema& s, const command& what, std::uint64_t index)
    : models_(s), what_(what) {
  if (what.shape == command_shape::bulk) {
    body_ = "[";
  } else if (what.shape == command_shape::transaction) {
    body_ = "{\"index\":" + std::to_string(index) + ",\"results\":[";
  }
}

void answer_writer::add(const written_part& part) {
  // Every collection is known here: `apply` has checked that.
  const collection& c = *models_.find(what_.operations[count_].collection_id);
  if (count_++ != 0) {
    body_ += ',';
  }
  if (what_.shape != command_shape::transaction) {
    return append_item(c, part);
  }
  body_ += "{\"status\":" + std::to_string(part.status);
  // What was deleted has a status only.
  if (read_record(part.record, record_)) {
    // The entry's index, or an earlier one where nothing was changed.
    body_ += ",\"version\":" + std::to_string(record_.version) + ",\"item\":";
    append_item(c, part);
  }
  body_ += '}';
}

void answer_writer::append_item(const collection& c, const written_part& part) {
  auto& record = record_;
  if (!read_record(part.record, record)) {
    return;
  }
  version_ = record.version;
  const auto* seen = seen_of(c);
  if (!part.key_only && body_.size() + part.record.size() <= max_answer_bytes) {
    if (seen != nullptr) {
      append_json(body_, c, record.fields, *seen);
    } else {
      append_json(body_, c, record.fields);
    }
    // Of one item alone, for nothing else has an ETag.
    if (what_.shape == command_shape::single) {
      variant_ = variant_of(c, record.fields, body_);
    }
    return;
  }
  // Of other fields nothing is known: not even that they have their defaults.
  minimal_ = true;
  std::vector<bool> wanted(c.fields.size());
  wanted[c.key_at] = c.key().exposed;
  append_json(body_, c, record.fields, wanted);
}

const std::vector<bool>* answer_writer::seen_of(const collection& c) {
  if (what_.rights.empty()) {
    return nullptr;
  }
  const auto [at, is_new] = seen_.try_emplace(c.id);
  if (is_new) {
    const auto unseen = unseen_fields(what_.rights, c.id);
    for (const auto& f : c.fields) {
      at->second.push_back(f.exposed && std::ranges::find(unseen, f.id) == unseen.end());
    }
  }
  return &at->second;
}

std::string answer_writer::finish() {
  if (what_.shape == command_shape::bulk) {
    body_ += ']';
  } else if (what_.shape == command_shape::transaction) {
    body_ += "]}";
  }
  return std::move(body_);
}

void tell_written(const schema& s, const command& what, std::uint64_t index,
                  std::span<const written_part> written, outcome& out) {
  answer_writer made(s, what, index);
  for (const auto& part : written) {
    made.add(part);
  }
  if (what.shape == command_shape::single) {
    out.version = made.version();
    out.variant = made.variant();
  }
  out.minimal = out.minimal || made.is_minimal();
  out.body = made.finish();
}

}  // namespace lithair::models
