#include "http/packed_json.hpp"

#include <boost/json/value.hpp>

#include "models/encoding/base64.hpp"
#include "models/encoding/msgpack.hpp"

namespace lithair::http {

namespace json = boost::json;
namespace msgpack = models::msgpack;

namespace {

constexpr int max_depth = 8;

json::string text(std::string_view text) { return json::string{text.data(), text.size()}; }

// False when something is not as it should be; the reader notices the rest by itself.
bool read(msgpack::reader& from, json::value& to, int depth);

bool read_array(msgpack::reader& from, json::array& to, int depth) {
  for (auto left = from.read_array(); left > 0; --left)
    if (!read(from, to.emplace_back(nullptr), depth)) return false;
  return true;
}

bool read_map(msgpack::reader& from, json::object& to, int depth) {
  for (auto left = from.read_map(); left > 0; --left) {
    const auto name = from.read_string();
    if (!from.good()) return false;
    const auto [at, fresh] = to.emplace(json::string_view{name.data(), name.size()}, nullptr);
    // A key twice is refused, as in JSON.
    if (!fresh || !read(from, at->value(), depth)) return false;
  }
  return true;
}

bool read(msgpack::reader& from, json::value& to, int depth) {
  // The depth bounds the stack, whatever comes.
  if (depth == 0) return false;
  switch (from.next()) {
    case msgpack::kind::nil:
      return from.take_nil();
    case msgpack::kind::boolean:
      to = from.read_bool();
      break;
    case msgpack::kind::positive:
      to = from.read_unsigned();
      break;
    case msgpack::kind::negative:
      to = from.read_signed();
      break;
    case msgpack::kind::number:
      to = from.read_double();
      break;
    case msgpack::kind::string:
      to = text(from.read_string());
      break;
    case msgpack::kind::binary:
      to = text(models::to_base64(from.read_binary()));
      break;
    case msgpack::kind::array:
      return read_array(from, to.emplace_array(), depth - 1) && from.good();
    case msgpack::kind::map:
      return read_map(from, to.emplace_object(), depth - 1) && from.good();
    case msgpack::kind::invalid:
      return false;
  }
  return from.good();
}

void write(std::string& out, const json::value& from) {
  switch (from.kind()) {
    case json::kind::null:
      return msgpack::write_nil(out);
    case json::kind::bool_:
      return msgpack::write_bool(out, from.get_bool());
    case json::kind::int64:
      return msgpack::write_signed(out, from.get_int64());
    case json::kind::uint64:
      return msgpack::write_unsigned(out, from.get_uint64());
    case json::kind::double_:
      return msgpack::write_double(out, from.get_double());
    case json::kind::string:
      return msgpack::write_string(out, std::string_view{from.get_string()});
    case json::kind::array:
      msgpack::write_array(out, from.get_array().size());
      for (const auto& each : from.get_array()) write(out, each);
      return;
    case json::kind::object:
      msgpack::write_map(out, from.get_object().size());
      for (const auto& each : from.get_object()) {
        msgpack::write_string(out, std::string_view{each.key()});
        write(out, each.value());
      }
      return;
  }
}

}  // namespace

std::optional<json::value> unpack(std::string_view bytes) {
  msgpack::reader from{bytes};
  json::value result;
  if (!read(from, result, max_depth) || !from.finished()) return std::nullopt;
  return result;
}

std::string pack(const json::value& from) {
  std::string out;
  write(out, from);
  return out;
}

}  // namespace lithair::http
