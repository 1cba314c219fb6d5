#include "models/command/command_answer.hpp"

#include "models/state/record.hpp"
#include "models/state/variant.hpp"

namespace lithair::models {

namespace {

/// The record, which `out` is made of; its body behind what is there. None: it can't be read.
bool append_item(outcome& out, const collection& c, const std::string& bytes,
                 stored_record& record) {
  if (!read_record(bytes, record)) {
    return false;
  }
  append_json(out.body, c, record.fields);
  return true;
}

}  // namespace

void tell_written(const schema& s, const command& what, std::uint64_t index,
                  std::span<const written_part> written, outcome& out) {
  auto& body = out.body;
  stored_record record;
  const auto append = [&](std::size_t i) {
    // Every collection is known here: `apply` has checked that.
    return append_item(out, *s.find(what.operations[i].collection_id), written[i].record, record);
  };
  if (what.shape == command_shape::single) {
    body.clear();
    if (append(0)) {
      out.version = record.version;
      out.variant = variant_of(*s.find(what.operations[0].collection_id), record.fields, body);
    }
    return;
  }
  const bool bulk = what.shape == command_shape::bulk;
  body = bulk ? "[" : "{\"index\":" + std::to_string(index) + ",\"results\":[";
  for (std::size_t i = 0; i < written.size(); ++i) {
    body += i == 0 ? "" : ",";
    if (bulk) {
      append(i);
      continue;
    }
    body += "{\"status\":" + std::to_string(written[i].status);
    // What was deleted has a status only.
    if (stored_record now; read_record(written[i].record, now)) {
      // The entry's index, or an earlier one where nothing was changed.
      body += ",\"version\":" + std::to_string(now.version) + ",\"item\":";
      append(i);
    }
    body += '}';
  }
  body += bulk ? "]" : "]}";
}

}  // namespace lithair::models
