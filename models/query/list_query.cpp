#include "models/query/list_query.hpp"

#include <algorithm>

#include "models/encoding/base64.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// A token begins with a digest of what it belongs to, so that one of another list is noticed.
std::string token_head(const collection& c, const std::vector<sort_term>& sort) {
  std::string order;
  for (const auto& term : sort) {
    // Field names and directions: a token of another order would begin in the wrong place.
    order += (term.descending ? "-" : "+") + c.fields[term.position].name;
  }
  std::string head;
  append_big_endian(head, c.id ^ stable_id(order));
  return head;
}

}  // namespace

bool is_in_key_order(const collection& c, const std::vector<sort_term>& sort) {
  return sort.empty() || sort.front().position == c.key_at;
}

bool is_descending(const collection& c, const std::vector<sort_term>& sort) {
  return is_in_key_order(c, sort) && !sort.empty() && sort.front().descending;
}

void append_position(std::string& out, const collection& c, const std::vector<sort_term>& sort,
                     const stored_fields& fields, std::string_view key) {
  // Keys sort as they are, so no other bytes are needed.
  if (is_in_key_order(c, sort)) {
    out += key;
    return;
  }
  for (const auto& term : sort) {
    const std::size_t begin = out.size();
    const value x = value_of(c.fields[term.position], fields);
    // Presence before the value: absent ones stand together at the start.
    out += absent(x) ? '\0' : '\1';
    append_sortable(out, x);
    // The key last, within the last term, so that it falls with it.
    if (&term == &sort.back()) {
      append_sortable_key(out, c, key);
    }
    // Inverted bytes fall where the value rises.
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
  // A token with nothing behind the head names no position.
  if (!bytes || bytes->size() <= head.size() || !bytes->starts_with(head)) {
    return std::nullopt;
  }
  return bytes->substr(head.size());
}

}  // namespace lithair::models
