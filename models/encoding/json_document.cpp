#include "models/encoding/json_document.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

namespace lithair::models {

namespace json = boost::json;

namespace {

/// Recursion over a document goes as deep: 64 bounds the stack.
constexpr std::size_t max_depth = 64;
/// Of values and keys: 64 MiB of them. Zeroes alone would make eight times the bytes of their text.
constexpr std::size_t max_nodes = 4 << 20;

}  // namespace

/// Collects what the parser meets. The names and signatures are those that basic_parser asks for.
class json_builder {
 public:
  // The parser asks for these limits; the text's length bounds all of them.
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = max_array_size;
  static constexpr std::size_t max_string_size = max_array_size;
  static constexpr std::size_t max_key_size = max_array_size;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  bool on_array_begin(json::error_code& error) { return open(json_document::kind::array, error); }
  bool on_array_end(std::size_t, json::error_code&) {
    close();
    return true;
  }
  bool on_object_begin(json::error_code& error) { return open(json_document::kind::object, error); }
  bool on_object_end(std::size_t count, json::error_code& error) {
    const std::uint32_t object = open_.back();
    close();
    // When the object is whole, as its keys may lie far apart.
    if (looks_for_duplicates && has_duplicate(object, count)) {
      error = json::error::syntax;
      return false;
    }
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    return add_text(part);
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& error) {
    return add_text(part) && finish(json_document::kind::string, error);
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    return add_text(part);
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    return add_text(part) && finish(json_document::kind::string, error);
  }
  bool on_number_part(json::string_view part, json::error_code&) { return add_text(part); }
  bool on_int64(std::int64_t, json::string_view part, json::error_code& error) {
    return add_text(part) && finish(json_document::kind::number, error);
  }
  bool on_uint64(std::uint64_t, json::string_view part, json::error_code& error) {
    return add_text(part) && finish(json_document::kind::number, error);
  }
  bool on_double(double, json::string_view part, json::error_code& error) {
    return add_text(part) && finish(json_document::kind::number, error);
  }
  bool on_bool(bool flag, json::error_code& error) {
    const bool fits = finish(json_document::kind::boolean, error);
    made.nodes_.back().flag = fits ? flag : made.nodes_.back().flag;
    return fits;
  }
  bool on_null(json::error_code& error) { return finish(json_document::kind::null, error); }

  bool is_full() const { return made.nodes_.size() >= max_nodes; }

  json_document made;
  std::string duplicate;
  bool looks_for_duplicates = true;

  void reserve(std::size_t bytes) {
    made.buffer_.reserve(bytes);
    reserve_nodes(bytes / 8 + 1);
  }
  void reserve_nodes(std::size_t nodes) { made.nodes_.reserve(nodes); }

 private:
  std::uint32_t count() const { return static_cast<std::uint32_t>(made.nodes_.size()); }

  bool add_text(json::string_view part) {
    made.buffer_.append(part.data(), part.size());
    return true;
  }

  /// False ends the parsing.
  bool finish(json_document::kind what, json::error_code& error) {
    if (is_full()) {
      error = json::error::array_too_large;
      return false;
    }
    const auto size = static_cast<std::uint32_t>(made.buffer_.size());
    // `end` of a container is put right when it closes.
    made.nodes_.push_back({what, false, text_begin_, size - text_begin_, count() + 1});
    text_begin_ = size;
    return true;
  }

  bool open(json_document::kind what, json::error_code& error) {
    open_.push_back(count());
    return finish(what, error);
  }

  void close() {
    made.nodes_[open_.back()].end = count();
    open_.pop_back();
  }

  /// Sorting keeps an object of many keys from costing the square of them.
  bool has_duplicate(std::uint32_t object, std::size_t members) {
    keys_.clear();
    keys_.reserve(members);
    made.for_each_member(object,
                         [this](std::string_view key, std::uint32_t) { keys_.push_back(key); });
    std::ranges::sort(keys_);
    const auto twin = std::ranges::adjacent_find(keys_);
    if (twin == keys_.end()) {
      return false;
    }
    duplicate = *twin;
    return true;
  }

  std::uint32_t text_begin_ = 0;
  std::vector<std::uint32_t> open_;
  std::vector<std::string_view> keys_;
};

namespace {

std::string place_in(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(at - line_begin + 1);
}

/// What Windows programs like to put in front, and which no parser here passes over (RFC 8259
/// §8.1); empty: there is none.
std::string_view mark_before(std::string_view text) {
  // As UTF-8 has it, and then as UTF-16 and UTF-32 begin with it.
  if (text.starts_with("\xef\xbb\xbf")) {
    return "it begins with a byte order mark (BOM, EF BB BF); send it without.";
  }
  const bool wide = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
                    text.starts_with(std::string_view("\0\0\xfe\xff", 4));
  return wide ? "it begins with the byte order mark (BOM) of UTF-16 or UTF-32; JSON is UTF-8." : "";
}

std::string explain(std::string_view text, std::size_t at, json::error_code error,
                    std::string_view duplicate) {
  std::string reason = "The JSON is malformed at " + place_in(text, at) + ": ";
  if (const auto mark = mark_before(text); !mark.empty()) {
    return reason + std::string(mark);
  }
  if (!duplicate.empty()) {
    return reason + "a key is there twice.";
  }
  if (error == json::error::incomplete) {
    return reason + "it ends too early.";
  }
  if (error == json::error::too_deep) {
    return reason + "it is nested deeper than " + std::to_string(max_depth) + " levels.";
  }
  if (error == json::error::extra_data) {
    return reason + "something follows the value.";
  }
  return reason + error.message() + ".";
}

}  // namespace

tl::expected<json_document, std::string> json_document::parse(std::string_view text) {
  // Positions are 32 bits, and no text has more nodes than bytes.
  if (text.size() >= std::numeric_limits<std::uint32_t>::max() / 2) {
    return tl::make_unexpected(std::string("The JSON is too long."));
  }
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<json_builder> parser(options);
  parser.handler().reserve(text.size());
  json::error_code error;
  // `false`: nothing follows, so an unfinished value is an error at once.
  const std::size_t end = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().is_full()) {
    return tl::make_unexpected("The JSON has more than " + std::to_string(max_nodes - 1) +
                               " values.");
  }
  if (!error && end < text.size()) {
    error = json::error::extra_data;
  }
  if (error) {
    return tl::make_unexpected(explain(text, end, error, parser.handler().duplicate));
  }
  return std::move(parser.handler().made);
}

struct json_reading::parser {
  explicit parser(const json::parse_options& options) : of(options) {}
  json::basic_parser<json_builder> of;
};

json_reading::json_reading(std::string_view text) : rest_(text) {
  json::parse_options options;
  options.max_depth = max_depth;
  parser_ = std::make_unique<parser>(options);
  auto& to = parser_->of.handler();
  to.looks_for_duplicates = false;
  // Addresses for all there can be, so that nothing is moved later; memory is taken as it comes.
  to.reserve(text.size());
  to.reserve_nodes(std::min(text.size() / 2 + 1, max_nodes));
}

json_reading::~json_reading() = default;
json_reading::json_reading(json_reading&&) noexcept = default;
json_reading& json_reading::operator=(json_reading&&) noexcept = default;

bool json_reading::go_on(const std::function<bool()>& is_late) {
  constexpr std::size_t read_at_once = 4096;
  while (parser_) {
    const auto part = rest_.substr(0, read_at_once);
    rest_.remove_prefix(part.size());
    json::error_code error;
    // Whether something follows, so that what is unfinished is an error at the end.
    const auto end = parser_->of.write_some(!rest_.empty(), part.data(), part.size(), error);
    if (error || end < part.size() || parser_->of.handler().is_full()) {
      parser_.reset();
    } else if (rest_.empty()) {
      made_ = std::move(parser_->of.handler().made);
      parser_.reset();
    } else if (is_late()) {
      return false;
    }
  }
  return true;
}

std::optional<json_document> json_reading::take() { return std::exchange(made_, std::nullopt); }

}  // namespace lithair::models
