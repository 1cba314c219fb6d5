#include "models/command/command_answer.hpp"

#include "models/state/record.hpp"

namespace lithair::models {

namespace {

void append_item(std::string& out, const collection& c, const std::string& bytes) {
  stored_record record;
  if (read_record(bytes, record)) {
    append_json(out, c, record.fields);
  }
}

}  // namespace

std::string answer_body(const schema& s, const command& what, std::uint64_t index,
                        std::span<const written_part> written) {
  std::string body;
  const auto append = [&](std::size_t i) {
    // Every collection is known here: `apply` has checked that.
    append_item(body, *s.find(what.operations[i].collection_id), written[i].record);
  };
  if (what.shape == command_shape::single) {
    append(0);
    return body;
  }
  const bool bulk = what.shape == command_shape::bulk;
  // All items of one command have one version: the entry's index.
  const std::string version = std::to_string(index);
  body = bulk ? "[" : "{\"index\":" + version + ",\"results\":[";
  for (std::size_t i = 0; i < written.size(); ++i) {
    body += i == 0 ? "" : ",";
    if (bulk) {
      append(i);
      continue;
    }
    body += "{\"status\":" + std::to_string(written[i].status);
    // What was deleted has a status only.
    if (!written[i].record.empty()) {
      body += ",\"version\":" + version + ",\"item\":";
      append(i);
    }
    body += '}';
  }
  return body + (bulk ? "]" : "]}");
}

}  // namespace lithair::models
