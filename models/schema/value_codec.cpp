#include "models/schema/value_codec.hpp"

#include <array>
#include <charconv>

#include "models/encoding/json_merge.hpp"
#include "models/encoding/json_text.hpp"
#include "models/schema/text_codec.hpp"

namespace lithair::models {

namespace {

struct msgpack_writer {
  std::string& out;

  void operator()(std::monostate) const { msgpack::write_nil(out); }
  void operator()(bool flag) const { msgpack::write_bool(out, flag); }
  void operator()(std::int64_t number) const { msgpack::write_signed(out, number); }
  void operator()(double number) const { msgpack::write_double(out, number); }
  void operator()(const std::string& text) const { msgpack::write_string(out, text); }
  void operator()(const uuid& id) const { msgpack::write_binary(out, id.view()); }
  void operator()(timestamp time) const { msgpack::write_signed(out, time.us); }
  void operator()(const blob& value) const { msgpack::write_binary(out, value.data); }
  void operator()(const json_text& value) const { msgpack::write_string(out, value.text); }
  // An array already.
  void operator()(const packed_list& value) const { out += value.array; }
  void operator()(const money& amount) const {
    msgpack::write_array(out, 2);
    msgpack::write_signed(out, amount.units);
    msgpack::write_unsigned(out, amount.scale);
  }
};

std::optional<value> read_money(msgpack::reader& in) {
  if (in.read_array() != 2) {
    return std::nullopt;
  }
  const std::int64_t units = in.read_signed();
  const std::uint64_t scale = in.read_unsigned();
  // Bytes from elsewhere must not make scales that `in_nanos` has no room for.
  if (!in.good() || scale > money::max_scale) {
    return std::nullopt;
  }
  return value{money{units, static_cast<std::uint8_t>(scale)}};
}

/// Every element must be one of the list's type.
std::optional<value> read_list(const field& f, msgpack::reader& in) {
  const std::string_view array = in.read_any();
  msgpack::reader elements(array);
  for (std::size_t left = elements.read_array(); left > 0; --left) {
    if (!read_value(*f.element, elements.read_any())) {
      return std::nullopt;
    }
  }
  // Bytes behind the array would be lost when the value is written again.
  return elements.finished() ? std::optional<value>(packed_list{std::string(array)}) : std::nullopt;
}

/// Reads never fail on the spot: who calls asks `finished()`.
std::optional<value> read_by_type(value_type type, msgpack::reader& in) {
  switch (type) {
    case value_type::boolean:
      return value{in.read_bool()};
    case value_type::integer:
      return value{in.read_signed()};
    case value_type::number:
      return value{in.read_double()};
    case value_type::string:
    case value_type::enumeration:
      return value{std::string(in.read_string())};
    case value_type::timestamp:
      return value{timestamp{in.read_signed()}};
    case value_type::money:
      return read_money(in);
    case value_type::bytes:
      return value{blob{std::string(in.read_binary())}};
    case value_type::json:
      return value{json_text{std::string(in.read_string())}};
    case value_type::list:
    case value_type::uuid:
      break;
  }
  const auto id = uuid_from_bytes(in.read_binary());
  return id ? std::optional<value>(*id) : std::nullopt;
}

/// Whether a field's JSON may be of this kind; money takes numbers besides strings.
bool takes(value_type type, json_document::kind kind) {
  using enum json_document::kind;
  switch (type) {
    case value_type::boolean:
      return kind == boolean;
    case value_type::integer:
    case value_type::number:
      return kind == number;
    case value_type::money:
      return kind == string || kind == number;
    case value_type::json:
      return true;
    case value_type::list:
      return kind == array;
    default:
      return kind == string;
  }
}

}  // namespace

void write_value(std::string& out, const value& v) { std::visit(msgpack_writer{out}, v); }

std::optional<value> read_value(const field& f, std::string_view stored) {
  msgpack::reader in(stored);
  auto made = f.type == value_type::list ? read_list(f, in) : read_by_type(f.type, in);
  // One value and nothing else.
  return in.finished() ? std::move(made) : std::nullopt;
}

std::weak_ordering compare_stored(const field& f, std::string_view stored, const value& v) {
  // Their msgpack is text itself, so they are compared and rendered without a copy.
  if (f.is_text()) {
    return msgpack::reader(stored).read_string() <=> std::string_view(std::get<std::string>(v));
  }
  return compare(read_value(f, stored).value_or(value{}), v);
}

namespace {

void append_list(std::string& out, const field& f, std::string_view stored) {
  msgpack::reader elements(stored);
  const std::size_t count = elements.read_array();
  out += '[';
  for (std::size_t i = 0; i < count; ++i) {
    out += i == 0 ? "" : ",";
    append_element_json(out, *f.element, elements);
  }
  out += ']';
}

tl::expected<value, field_error> list_from_json(const field& f, const json_document& document,
                                                std::uint32_t position) {
  std::string elements;
  std::size_t count = 0;
  std::optional<field_error> wrong;
  // The first error is enough; the others still count, so that places are right.
  document.for_each_element(position, [&](std::uint32_t element) {
    const auto made = from_json(*f.element, document, element);
    if (!made && !wrong) {
      wrong = {f.name + '[' + std::to_string(count) + ']', made.error().code, made.error().message};
    }
    if (made) {
      write_value(elements, *made);
    }
    ++count;
  });
  if (wrong) {
    return tl::make_unexpected(std::move(*wrong));
  }
  // The head is written last: its size depends on the count.
  packed_list made;
  msgpack::write_array(made.array, count);
  made.array += elements;
  return value{std::move(made)};
}

}  // namespace

void append_element_json(std::string& out, const field& element, msgpack::reader& in) {
  using enum msgpack::kind;
  const auto kind = in.next();
  // There may be a million of them, so the short ones are written without a detour.
  if (element.type == value_type::integer && (kind == positive || kind == negative)) {
    std::array<char, 24> digits;
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), in.read_signed()).ptr;
    out.append(digits.data(), end);
  } else if (element.type == value_type::boolean && kind == boolean) {
    out += in.read_bool() ? "true" : "false";
  } else if (element.is_text() && kind == string) {
    append_json_string(out, in.read_string());
  } else {
    append_json(out, element, in.read_any());
  }
}

void append_json(std::string& out, const field& f, std::string_view stored) {
  if (f.is_text()) {
    append_json_string(out, msgpack::reader(stored).read_string());
  } else if (f.type == value_type::json) {
    out += msgpack::reader(stored).read_string();
  } else if (f.type == value_type::list) {
    append_list(out, f, stored);
  } else if (const auto x = read_value(f, stored)) {
    append_json(out, *x);
  } else {
    // Damaged bytes: the JSON around it stays whole.
    out += "null";
  }
}

void append_value_json(std::string& out, const field& f, const value& v) {
  if (const auto* list = std::get_if<packed_list>(&v)) {
    append_list(out, f, list->array);
  } else {
    append_json(out, v);
  }
}

void append_json(std::string& out, const value& v) {
  if (const auto* text = std::get_if<std::string>(&v)) {
    return append_json_string(out, *text);
  }
  // bool, integer, number and json are JSON as they are; everything else is text in quotes.
  const bool plain =
      v.index() == 1 || v.index() == 2 || v.index() == 3 || std::holds_alternative<json_text>(v);
  if (!plain) {
    out += '"';
  }
  append_text(out, v);
  if (!plain) {
    out += '"';
  }
}

tl::expected<value, field_error> from_json(const field& f, const json_document& document,
                                           std::uint32_t position) {
  const auto& node = document.at(position);
  std::optional<value> made;
  if (f.type == value_type::list && node.what == json_document::kind::array) {
    return list_from_json(f, document, position);
  }
  // null is told apart before: it means that the field is absent.
  if (f.type == value_type::json) {
    json_text compact;
    append_compact(compact.text, document, position);
    made = std::move(compact);
  } else if (takes(f.type, node.what)) {
    made = node.what == json_document::kind::boolean ? value{node.flag}
                                                     : parse_text(f, document.text(position));
  }
  if (!made) {
    return tl::make_unexpected(field_error{f.name, "type", "Must be " + expected_form(f) + "."});
  }
  return std::move(*made);
}

}  // namespace lithair::models
