#include "apps/lithairctl/document.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {

namespace json = boost::json;

json::value document_of(const reply& answer) {
  boost::system::error_code error;
  auto parsed = json::parse(answer.body, error);
  if (error)
    throw failure(exit_status::failed, "The answer is no JSON: is this endpoint a lithair node?");
  return parsed;
}

json::object object_of(const reply& answer) {
  auto parsed = document_of(answer);
  if (!parsed.is_object())
    throw failure(exit_status::failed,
                  "The answer is no JSON object: is this endpoint a lithair node?");
  return std::move(parsed.get_object());
}

std::string text_in(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  return x == nullptr || x->is_null() ? std::string{} : cell_of(*x);
}

std::uint64_t number_in(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  if (x == nullptr) return 0;
  if (x->is_int64()) return x->get_int64() > 0 ? static_cast<std::uint64_t>(x->get_int64()) : 0;
  return x->is_uint64() ? x->get_uint64() : 0;
}

bool flag_in(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  return x != nullptr && x->is_bool() && x->get_bool();
}

bool is_null_in(const json::object& from, std::string_view name) {
  const auto* x = from.if_contains(name);
  return x == nullptr || x->is_null();
}

const json::object& object_in(const json::object& from, std::string_view name) {
  static const json::object none;
  const auto* x = from.if_contains(name);
  return x != nullptr && x->is_object() ? x->get_object() : none;
}

const json::array& array_in(const json::object& from, std::string_view name) {
  static const json::array none;
  const auto* x = from.if_contains(name);
  return x != nullptr && x->is_array() ? x->get_array() : none;
}

std::string cell_of(const json::value& from) {
  return from.is_string() ? std::string(from.get_string()) : json::serialize(from);
}

std::string pretty(const json::value& from, std::size_t indent) {
  const std::string inner(indent + 2, ' ');
  const std::string outer(indent, ' ');
  std::string made;
  if (const auto* object = from.if_object(); object != nullptr && !object->empty()) {
    for (const auto& x : *object)
      made += (made.empty() ? "{\n" : ",\n") + inner + json::serialize(json::value(x.key())) +
              ": " + pretty(x.value(), indent + 2);
    return made + '\n' + outer + '}';
  }
  if (const auto* array = from.if_array(); array != nullptr && !array->empty()) {
    for (const auto& x : *array)
      made += (made.empty() ? "[\n" : ",\n") + inner + pretty(x, indent + 2);
    return made + '\n' + outer + ']';
  }
  return json::serialize(from);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      made += c;
    else
      made += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return made;
}

}  // namespace lithair::ctl
