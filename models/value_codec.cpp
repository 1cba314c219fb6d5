#include "models/value_codec.hpp"

#include "models/json_text.hpp"
#include "models/msgpack.hpp"
#include "models/text_codec.hpp"

namespace lithair::models {

namespace {

struct msgpack_writer {
  std::string& out;

  void operator()(std::monostate) const { msgpack::write_nil(out); }
  void operator()(bool x) const { msgpack::write_bool(out, x); }
  void operator()(std::int64_t x) const { msgpack::write_signed(out, x); }
  void operator()(double x) const { msgpack::write_double(out, x); }
  void operator()(const std::string& x) const { msgpack::write_string(out, x); }
  void operator()(const uuid& x) const { msgpack::write_binary(out, x.view()); }
  void operator()(timestamp x) const { msgpack::write_signed(out, x.us); }
  void operator()(const money& x) const {
    msgpack::write_array(out, 2);
    msgpack::write_signed(out, x.units);
    msgpack::write_unsigned(out, x.scale);
  }
};

bool is_text(const field& f) {
  return f.type == value_type::string || f.type == value_type::enumeration;
}

std::optional<value> read_money(msgpack::reader& in) {
  if (in.read_array() != 2) {
    return std::nullopt;
  }
  const std::int64_t units = in.read_signed();
  const std::uint64_t scale = in.read_unsigned();
  if (!in.good() || scale > money::max_scale) {
    return std::nullopt;
  }
  return value{money{units, static_cast<std::uint8_t>(scale)}};
}

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
    default:
      return kind == string;
  }
}

}  // namespace

void write_value(std::string& out, const value& x) {
  std::visit(msgpack_writer{out}, x);
}

std::optional<value> read_value(const field& f, std::string_view stored) {
  msgpack::reader in(stored);
  auto made = read_by_type(f.type, in);
  return in.finished() ? std::move(made) : std::nullopt;
}

std::weak_ordering compare_stored(const field& f, std::string_view stored, const value& x) {
  if (is_text(f)) {
    return msgpack::reader(stored).read_string() <=> std::string_view(std::get<std::string>(x));
  }
  return compare(read_value(f, stored).value_or(value{}), x);
}

void append_json(std::string& out, const field& f, std::string_view stored) {
  if (is_text(f)) {
    append_json_string(out, msgpack::reader(stored).read_string());
  } else if (const auto x = read_value(f, stored)) {
    append_json(out, *x);
  } else {
    out += "null";
  }
}

void append_json(std::string& out, const value& x) {
  if (const auto* text = std::get_if<std::string>(&x)) {
    return append_json_string(out, *text);
  }
  const bool plain = x.index() == 1 || x.index() == 2 || x.index() == 3;
  if (!plain) {
    out += '"';
  }
  append_text(out, x);
  if (!plain) {
    out += '"';
  }
}

tl::expected<value, field_error> from_json(const field& f, const json_document& document,
                                           std::uint32_t position) {
  const auto& node = document.at(position);
  std::optional<value> made;
  if (takes(f.type, node.what)) {
    made = node.what == json_document::kind::boolean ? value{node.flag}
                                                     : parse_text(f, document.text(position));
  }
  if (!made) {
    return tl::make_unexpected(field_error{f.name, "type", "Must be " + expected_form(f) + "."});
  }
  return std::move(*made);
}

}  // namespace lithair::models
