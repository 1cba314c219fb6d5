#include "actors/embedded/transaction.hpp"

#include "models/encoding/decimal.hpp"
#include "models/encoding/json_document.hpp"
#include "models/encoding/json_text.hpp"

namespace lithair {

namespace {

using models::json_document;

std::uint64_t number_at(const json_document& document, std::uint32_t at) {
  return models::parse_count(document.text(at)).value_or(0);
}

/// The text that a node of an answer was read from, but for spaces.
void append_node(std::string& out, const json_document& document, std::uint32_t at) {
  const auto& x = document.at(at);
  std::string_view separator;
  switch (x.what) {
    case json_document::kind::null:
      out += "null";
      break;
    case json_document::kind::boolean:
      out += x.flag ? "true" : "false";
      break;
    case json_document::kind::number:
      out += document.text(at);
      break;
    case json_document::kind::string:
      models::append_json_string(out, document.text(at));
      break;
    case json_document::kind::array:
      out += '[';
      document.for_each_element(at, [&](std::uint32_t each) {
        out += std::exchange(separator, ",");
        append_node(out, document, each);
      });
      out += ']';
      break;
    case json_document::kind::object:
      out += '{';
      document.for_each_member(at, [&](std::string_view name, std::uint32_t each) {
        out += std::exchange(separator, ",");
        models::append_json_key(out, name);
        append_node(out, document, each);
      });
      out += '}';
      break;
  }
}

// What is gone has neither version nor item, and both are left as they are.
operation_result read_operation(const json_document& document, std::uint32_t object) {
  operation_result made;
  document.for_each_member(object, [&](std::string_view name, std::uint32_t at) {
    if (name == "status") made.status = static_cast<std::uint16_t>(number_at(document, at));
    if (name == "version") made.version = number_at(document, at);
    if (name == "item") append_node(made.item, document, at);
  });
  return made;
}

// The write is done whatever its answer looks like: what can't be read is left out.
committed read_answer(const actors::reply& answer) {
  committed made;
  made.index = answer.index;
  const auto document = json_document::parse(answer.result.body);
  if (!document) return made;
  document->for_each_member(json_document::root, [&](std::string_view name, std::uint32_t at) {
    if (name != "results") return;
    document->for_each_element(at, [&](std::uint32_t each) {
      made.operations.push_back(read_operation(*document, each));
    });
  });
  return made;
}

}  // namespace

// Each operation is written as JSON at once, so structs need not be kept until the commit.
void transaction::append(std::string_view op, std::string_view in, const std::string& key,
                         const std::string& item, std::uint64_t if_version) {
  std::string& out = operations_;
  out += out.empty() ? "{\"op\":" : ",{\"op\":";
  models::append_json_string(out, op);
  out += ",\"collection\":";
  models::append_json_string(out, in);
  // A created item has its key among its fields, or is given one.
  if (op != "create") {
    out += ",\"id\":";
    models::append_json_string(out, key);
  }
  if (!item.empty()) out += ",\"item\":" + item;
  if (if_version != 0) out += ",\"if_version\":" + std::to_string(if_version);
  out += '}';
}

call<committed> transaction::commit(std::string_view idempotency_key) const {
  const std::string body = "{\"operations\":[" + operations_ + "]}";
  auto made = through_.prepare(models::transaction_request{body, idempotency_key});
  return {through_, [through = through_, command = std::move(made)](auto answer) {
            if (!command) return answer(tl::make_unexpected(command.error()));
            through.submit(*command, [answer](actors::reply&& said) {
              auto wrong = problem_of_write(said);
              if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
              answer(read_answer(said));
            });
          }};
}

}  // namespace lithair
