#include "models/list_query.hpp"

#include <algorithm>

#include "models/base64.hpp"
#include "models/keys.hpp"
#include "models/msgpack.hpp"
#include "models/value_codec.hpp"

namespace lithair::models {

namespace {

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char x, char y) { return to_lower(x) == to_lower(y); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

bool holds(const field& f, const filter& x, std::string_view stored) {
  using enum comparison_word;
  const auto same = [&](const value& v) { return compare_stored(f, stored, v) == 0; };
  const value& v = x.values.front();
  switch (x.how) {
    case equal:
      return same(v);
    case not_equal:
      return !same(v);
    case less:
      return compare_stored(f, stored, v) < 0;
    case at_most:
      return compare_stored(f, stored, v) <= 0;
    case greater:
      return compare_stored(f, stored, v) > 0;
    case at_least:
      return compare_stored(f, stored, v) >= 0;
    case contains:
      return models::contains(msgpack::reader(stored).read_string(), std::get<std::string>(v));
    case any_of:
      return std::ranges::any_of(x.values, same);
  }
  return false;
}

/// A list field is asked for an element.
bool list_holds(const field& f, const filter& x, std::string_view stored) {
  msgpack::reader in(stored);
  for (std::size_t left = in.read_array(); left > 0; --left) {
    const auto element = in.read_any();
    const auto same = [&](const value& v) { return compare_stored(*f.element, element, v) == 0; };
    if (std::ranges::any_of(x.values, same)) {
      return x.how != comparison_word::not_equal;
    }
  }
  return x.how == comparison_word::not_equal;
}

bool matches(const collection& c, const filter& x, const stored_fields& fields) {
  const field& f = c.fields[x.position];
  if (f.type == value_type::list) {
    const auto* list = find(fields, f.id);
    return list != nullptr ? list_holds(f, x, list->bytes) : x.how == comparison_word::not_equal;
  }
  if (const auto* stored = find(fields, f.id)) {
    return holds(f, x, stored->bytes);
  }
  if (absent(f.default_value)) {
    return x.how == comparison_word::not_equal;
  }
  std::string stored;
  write_value(stored, f.default_value);
  return holds(f, x, stored);
}

/// A token begins with a digest of what it belongs to, so that one of another list is noticed.
std::string token_head(const collection& c, const std::vector<sort_term>& sort) {
  std::string order;
  for (const auto& term : sort) {
    order += (term.descending ? "-" : "+") + c.fields[term.position].name;
  }
  std::string head;
  append_big_endian(head, c.id ^ stable_id(order));
  return head;
}

}  // namespace

bool matches(const collection& c, const std::vector<filter>& filters, const stored_fields& fields) {
  return std::ranges::all_of(filters, [&](const filter& x) { return matches(c, x, fields); });
}

bool is_in_key_order(const collection& c, const std::vector<sort_term>& sort) {
  return sort.empty() || sort.front().position == c.key_at;
}

bool falls(const collection& c, const std::vector<sort_term>& sort) {
  return is_in_key_order(c, sort) && !sort.empty() && sort.front().descending;
}

void append_position(std::string& out, const collection& c, const std::vector<sort_term>& sort,
                     const stored_fields& fields, std::string_view key) {
  if (is_in_key_order(c, sort)) {
    out += key;
    return;
  }
  for (const auto& term : sort) {
    const std::size_t begin = out.size();
    const value x = value_of(c.fields[term.position], fields);
    out += absent(x) ? '\0' : '\1';
    append_sortable(out, x);
    if (&term == &sort.back()) {
      append_sortable_key(out, c, key);
    }
    if (term.descending) {
      std::for_each(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                    [](char& byte) { byte = static_cast<char>(~byte); });
    }
  }
}

std::string to_token(const collection& c, const std::vector<sort_term>& sort,
                     std::string_view position) {
  return to_base64url(token_head(c, sort).append(position));
}

std::optional<std::string> from_token(const collection& c, const std::vector<sort_term>& sort,
                                      std::string_view token) {
  auto bytes = from_base64url(token);
  const std::string head = token_head(c, sort);
  if (!bytes || bytes->size() <= head.size() || !bytes->starts_with(head)) {
    return std::nullopt;
  }
  return bytes->substr(head.size());
}

}  // namespace lithair::models
