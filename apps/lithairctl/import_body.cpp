#include "apps/lithairctl/import_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>

#include "apps/lithairctl/document.hpp"

namespace lithair::ctl {

namespace json = boost::json;

namespace {

/// Takes everything and keeps nothing: whether it is JSON is all that is asked.
struct nothing {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using error = boost::system::error_code;

  bool on_document_begin(error&) { return true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(std::size_t, error&) { return true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(std::size_t, error&) { return true; }
  bool on_key_part(json::string_view, std::size_t, error&) { return true; }
  bool on_key(json::string_view, std::size_t, error&) { return true; }
  bool on_string_part(json::string_view, std::size_t, error&) { return true; }
  bool on_string(json::string_view, std::size_t, error&) { return true; }
  bool on_number_part(json::string_view, error&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error&) { return true; }
  bool on_double(double, json::string_view, error&) { return true; }
  bool on_bool(bool, error&) { return true; }
  bool on_null(error&) { return true; }
  bool on_comment_part(json::string_view, error&) { return true; }
  bool on_comment(json::string_view, error&) { return true; }
};

/// One object, and nothing behind it: a line that holds two would be two items.
bool is_object(std::string_view text, std::string& wrong) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos || text[first] != '{') {
    wrong = "An item is a JSON object.";
    return false;
  }
  json::basic_parser<nothing> parser{json::parse_options{}};
  boost::system::error_code error;
  const auto end = parser.write_some(false, text.data(), text.size(), error);
  if (error) {
    wrong = "It is not JSON: " + error.message() + " at column " + std::to_string(end + 1) + '.';
    return false;
  }
  if (text.find_first_not_of(" \t", end) != std::string_view::npos) {
    wrong = "Behind the item is something else, at column " + std::to_string(end + 1) + '.';
    return false;
  }
  return true;
}

/// The number between `begin` and `end` in the text.
std::optional<std::size_t> number_between(std::string_view text, std::string_view begin, char end) {
  const auto at = text.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  const auto from = at + begin.size();
  const auto to = text.find(end, from);
  if (to == std::string_view::npos) return std::nullopt;
  std::size_t made = 0;
  const auto [last, error] = std::from_chars(text.data() + from, text.data() + to, made);
  if (error != std::errc{} || last != text.data() + to) return std::nullopt;
  return made;
}

}  // namespace

std::string to_string(const rejection& x) {
  return "Line " + std::to_string(x.record.line) + ": " + (x.field.empty() ? "" : x.field + ": ") +
         x.why;
}

item_writer::item_writer(std::string_view head, item_model model) : model_(std::move(model)) {
  std::string wrong;
  // Spreadsheets put a mark in front that says it is UTF-8.
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  for (auto& cell : read_csv(head, wrong)) columns_.push_back(std::move(cell.text));
  for (const auto& name : columns_)
    if (name.empty()) wrong = "a column without a name";
  if (!wrong.empty() || columns_.empty())
    throw failure(exit_status::usage,
                  "The first line of a CSV file names the fields: " + wrong + '.');
}

std::string item_writer::item_of_cells(std::string_view record, rejection& wrong) const {
  std::string why;
  const auto cells = read_csv(record, why);
  if (why.empty() && cells.size() != columns_.size())
    why = std::to_string(cells.size()) + " cells, and " + std::to_string(columns_.size()) +
          " are named by the first line";
  if (!why.empty()) {
    wrong.why = "It is no record of the file: " + why + '.';
    return {};
  }
  std::string made = "{";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].is_absent()) continue;
    const auto value = model_.value_of(columns_[i], cells[i].text, why);
    if (!value) {
      wrong.field = columns_[i];
      wrong.why = "\"" + cells[i].text + "\" " + why + '.';
      return {};
    }
    if (made.size() > 1) made += ',';
    made += json::serialize(json::string(columns_[i])) + ':' + json::serialize(*value);
  }
  return made + '}';
}

std::string item_writer::item_of(std::string_view record, rejection& wrong) const {
  if (!columns_.empty()) return item_of_cells(record, wrong);
  return is_object(record, wrong.why) ? std::string(record) : std::string{};
}

std::string body_of(const file_batch& from, std::span<const file_record> which,
                    const item_writer& by, std::vector<file_record>& sent,
                    std::vector<rejection>& rejected) {
  std::string body = "[";
  body.reserve(from.text.size() + 2 * which.size() + 2);
  for (const auto& record : which) {
    rejection wrong{record, {}, {}};
    const auto item = by.item_of(from.text_of(record), wrong);
    if (item.empty()) {
      rejected.push_back(std::move(wrong));
      continue;
    }
    // A line each: by its number a refusal of the whole body can be told, too.
    if (!sent.empty()) body += ",\n";
    body += item;
    sent.push_back(record);
  }
  return body + ']';
}

std::vector<rejection> blamed_in(std::string_view problem, std::span<const file_record> sent) {
  std::vector<rejection> made;
  boost::system::error_code error;
  const auto parsed = json::parse(json::string_view(problem.data(), problem.size()), error);
  if (error || !parsed.is_object()) return made;
  const auto& all = parsed.get_object();
  for (const auto& each : array_in(all, "errors")) {
    if (!each.is_object()) continue;
    const auto field = text_in(each.get_object(), "field");
    const auto at = number_between(field, "[", ']');
    if (!at || *at >= sent.size()) continue;
    const auto dot = field.find("].");
    made.push_back({sent[*at], dot == std::string::npos ? "" : field.substr(dot + 2),
                    text_in(each.get_object(), "message")});
  }
  if (!made.empty()) return made;
  const auto detail = text_in(all, "detail");
  const auto line = number_between(detail, "at line ", ',');
  if (line && *line >= 1 && *line <= sent.size()) made.push_back({sent[*line - 1], {}, detail});
  return made;
}

}  // namespace lithair::ctl
