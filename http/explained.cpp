#include "http/explained.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "actors/messages/explain_messages.hpp"
#include "models/command/command.hpp"
#include "models/state/key_text.hpp"
#include "models/value/timestamp.hpp"

namespace lithair::http {

namespace json = boost::json;

namespace {

using namespace actors;

// Commands up to here are read whole; of longer ones the beginning.
constexpr std::size_t most_read_bytes = 64 << 10;

std::string_view name_of(protocol::entry_kind kind) {
  switch (kind) {
    case protocol::entry_kind::noop:
      return "noop";
    case protocol::entry_kind::command:
      return "command";
    case protocol::entry_kind::configuration:
      return "configuration";
  }
  return "unknown";
}

std::string_view name_of(models::operation op) {
  switch (op) {
    case models::operation::create:
      return "create";
    case models::operation::replace:
      return "replace";
    case models::operation::patch:
      return "patch";
    case models::operation::remove:
      return "delete";
  }
  return "unknown";
}

std::string utc(std::int64_t us) { return models::to_string(models::timestamp{us}); }

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

// What a command asks for, as far as it is told.
struct told_command {
  json::array operations;
  std::vector<std::string> words;  // one an operation
  bool is_all = true;              // else there are more
  std::string by;
};

std::vector<std::string> names_of(const models::stored_fields& fields,
                                  const models::collection& of) {
  std::vector<std::string> names;
  for (const auto& each : fields) {
    if (names.size() == most_told_fields) break;
    const auto found = std::ranges::find(of.fields, each.id, &models::field::id);
    // Of a newer node's models, or a note beside the fields.
    if (found != of.fields.end()) names.push_back(found->name);
  }
  return names;
}

void tell(told_command& to, const models::operation_part& part, const models::schema& schema) {
  const auto* of = schema.find(part.collection_id);
  const auto op = name_of(part.op);
  // A newer node may have written of models that this one does not know.
  const std::string name = of == nullptr ? "unknown" : of->name;
  const std::string key = of == nullptr ? "" : models::key_text(*of, part.key);
  const auto fields = of == nullptr ? std::vector<std::string>{} : names_of(part.fields, *of);
  to.operations.push_back(json::object{{"op", op},
                                       {"collection", name},
                                       {"key", key},
                                       {"fields", json::array(fields.begin(), fields.end())},
                                       {"follows", part.follows}});
  to.words.push_back(
      fmt::format("{} {}/{}{}{}", op, name, key,
                  fields.empty() ? "" : ": " + fmt::format("{}", fmt::join(fields, ", ")),
                  part.follows ? " (it follows from a deletion)" : ""));
}

told_command tell_command(std::string_view bytes, const models::schema& schema) {
  told_command made;
  models::command_reader reader{bytes};
  const bool reads_all = bytes.size() <= most_read_bytes;
  const bool is_done =
      reader.go_on([&] { return !reads_all && reader.so_far().size() >= most_told_operations; });
  // Once it is taken, what was read of it is there and not in the reader.
  const auto whole = is_done ? reader.take() : std::nullopt;
  const auto& parts = whole ? whole->operations : reader.so_far();
  for (const auto& each : parts) {
    if (made.operations.size() == most_told_operations) break;
    tell(made, each, schema);
  }
  made.is_all = whole && whole->operations.size() == made.operations.size();
  if (whole) made.by = whole->by;
  return made;
}

json::array way_rows(const std::vector<way_step>& steps) {
  json::array rows;
  for (const auto& each : steps) {
    json::object row{{"what", name_of(each.what)},
                     {"words", in_words(each)},
                     {"at", utc(each.at_us)},
                     {"after_us", each.at_us - steps.front().at_us}};
    if (each.node) row["node"] = each.node.value;
    rows.push_back(std::move(row));
  }
  return rows;
}

// What it is, in one sentence.
std::string what_it_is(const entry_explained& said, protocol::term_t term,
                       protocol::entry_kind kind, protocol::node_id from, std::uint64_t bytes) {
  const auto head = fmt::format("Entry {} of term {}", said.index.value, term.value);
  if (kind == protocol::entry_kind::noop)
    return head + " is what a leader begins its term with; it changes nothing.";
  if (kind == protocol::entry_kind::configuration) return head + " changes the members.";
  return fmt::format("{} is a write of {} bytes{}.", head, bytes,
                     from ? fmt::format(" that a client of node {} asked for", from.value) : "");
}

json::array story_of(const entry_explained& said, const told_command& command,
                     const std::string& first) {
  json::array story;
  const auto add = [&story](const std::string& line) { story.push_back(json::string(line)); };
  add(first);
  for (const auto& each : command.words) add("It asks to " + each + ".");
  if (!command.is_all) add("It asks for more than that.");
  if (!command.by.empty()) add("Who asked: " + command.by + ".");
  if (said.way && !said.way->trace.empty()) add("Its trace: " + said.way->trace + ".");
  return story;
}

json::array not_told(const entry_explained& said) {
  json::array why;
  if (!said.content && said.index <= said.last)
    why.push_back(json::string(fmt::format(
        "What it was is no longer in this node's log, which begins at {}.", said.first.value)));
  if (!said.way)
    why.push_back(
        "It is too long ago, or from before this node's start: when it was where is not "
        "remembered.");
  return why;
}

response not_there(const entry_explained& said) {
  return problem_response(
      404, "not_found",
      said.index > said.last
          ? fmt::format("The log of this node ends at entry {}.", said.last.value)
          : fmt::format("Entry {} is no longer in this node's log, which begins at {}, and nothing "
                        "of it is remembered.",
                        said.index.value, said.first.value));
}

}  // namespace

response answer_explained(const entry_explained& said, const models::schema& schema) {
  if (!said.failed.empty())
    return problem_response(503, "unavailable", "It can't be told now: " + said.failed + ".");
  if (!said.way && !said.content) return not_there(said);
  const auto steps = said.way ? steps_of(*said.way) : std::vector<way_step>{};
  // Either is enough; the log knows better.
  const auto term = said.content ? said.content->term : said.way->term;
  const auto kind = said.content ? said.content->kind : said.way->kind;
  const auto from = said.content ? said.content->from.node : said.way->proposed_by;
  const auto bytes = said.content ? said.content->data.size() : said.way->bytes;
  told_command command;
  if (said.content && kind == protocol::entry_kind::command)
    command = tell_command(said.content->data.view(), schema);
  json::object page{
      {"index", said.index.value},
      {"node_id", said.node.value},
      {"group", said.group.value},
      {"term", term.value},
      {"kind", name_of(kind)},
      {"bytes", bytes},
      {"time", said.content && said.content->time_us != 0 ? json::value(utc(said.content->time_us))
                                                          : json::value(nullptr)},
      {"proposed_by", from ? json::value(from.value) : json::value(nullptr)},
      {"by", text_or_null(command.by)},
      {"trace", text_or_null(said.way ? std::string_view{said.way->trace} : "")},
      {"way", way_rows(steps)},
      {"more_operations", !command.is_all},
      {"story", story_of(said, command, what_it_is(said, term, kind, from, bytes))},
      {"not_told", not_told(said)},
      {"operations", std::move(command.operations)},
  };
  response result;
  result.body = json::serialize(page);
  return result;
}

}  // namespace lithair::http
