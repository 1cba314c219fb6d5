#include "http/header_values.hpp"

#include <algorithm>
#include <charconv>

#include "http/characters.hpp"
#include "http/hex.hpp"
#include "http/request.hpp"

namespace lithair::http {

namespace {

// Cuts the next element off a comma-separated list.
std::string_view take_element(std::string_view& list) {
  const auto comma = std::min(list.find(','), list.size());
  const auto result = trimmed(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return result;
}

bool is_tag_character(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE; cuts it off the front.
struct entity_tag {
  bool weak = false;
  std::string_view opaque;
};
std::optional<entity_tag> take_tag(std::string_view& list) {
  entity_tag result;
  // "W/" is case-sensitive (RFC 9110 §8.8.3).
  if (list.starts_with("W/")) {
    result.weak = true;
    list.remove_prefix(2);
  }
  if (!list.starts_with('"')) return std::nullopt;
  const auto end = list.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  result.opaque = list.substr(1, end - 1);
  list.remove_prefix(end + 1);
  // Only etagc: a tag with a blank in it is none.
  if (!std::ranges::all_of(result.opaque, is_tag_character)) return std::nullopt;
  return result;
}

// Our own tags are the decimal digits of a version, and nothing like "007"; what a variant is, is
// written in one way too.
item_tag tag_of(const entity_tag& tag, bool weak_comparison) {
  // Strong comparison: a weak tag equals nothing.
  if (tag.weak && !weak_comparison) return {};
  if (tag.opaque.starts_with('0')) return {};
  const auto dash = tag.opaque.find('-');
  item_tag result{parse_number(tag.opaque.substr(0, dash)).value_or(0), 0};
  if (dash == std::string_view::npos) return result;
  const auto variant = parse_hex(tag.opaque.substr(dash + 1));
  if (!variant || *variant == 0) return {};
  result.variant = *variant;
  return to_string(result) == tag.opaque ? result : item_tag{};
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  // Names are ASCII: no locale has a say.
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

const std::string_view* request::find(std::string_view name) const {
  for (const auto& x : headers)
    if (same_name(x.name, name)) return &x.value;
  return nullptr;
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty())
    if (same_name(take_element(list), token)) return true;
  return false;
}

bool names_foreign_coding(std::string_view value) {
  bool foreign = false;
  // An empty element would be read otherwise by others.
  if (value.empty() || value.back() == ',') return false;
  while (!value.empty()) {
    auto name = take_element(value);
    name = trimmed(name.substr(0, name.find(';')));
    if (name.empty() || !std::ranges::all_of(name, is_token)) return false;
    // These two are known, and wrong in their own ways: 400 instead of 501.
    if (!same_name(name, "chunked") && !same_name(name, "identity")) foreign = true;
  }
  return foreign;
}

bool is_authority(std::string_view value) {
  constexpr auto fits = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{"-._~!$&'()*+;=:[]%"}.find(c) != std::string_view::npos;
  };
  return value.size() <= 512 && std::ranges::all_of(value, fits);
}

std::optional<std::uint64_t> parse_number(std::string_view value) {
  std::uint64_t result = 0;
  const auto* end = value.data() + value.size();
  // No sign, which from_chars would take.
  if (value.empty() || !is_digit(value.front())) return std::nullopt;
  const auto [at, error] = std::from_chars(value.data(), end, result);
  if (error != std::errc{} || at != end) return std::nullopt;
  return result;
}

std::string to_string(const item_tag& tag) {
  auto result = std::to_string(tag.version);
  if (tag.variant != 0) result += '-' + hex_text(tag.variant);
  return result;
}

bool tag_condition::matches(const item_tag& now) const {
  return now.version != 0 && (any || std::ranges::find(tags, now) != tags.end());
}

std::vector<std::uint64_t> tag_condition::versions() const {
  std::vector<std::uint64_t> result;
  result.reserve(tags.size());
  for (const auto& x : tags) result.push_back(x.version);
  return result;
}

std::optional<tag_condition> parse_condition(std::string_view value, bool weak_comparison) {
  tag_condition result;
  if (trimmed(value) == "*") {
    result.any = true;
    return result;
  }
  while (true) {
    value = trimmed(value);
    // Nothing is between two commas, or at either end: legal in any list.
    while (value.starts_with(',')) value = trimmed(value.substr(1));
    if (value.empty()) return result;
    const auto tag = take_tag(value);
    if (!tag) return std::nullopt;
    result.tags.push_back(tag_of(*tag, weak_comparison));
    value = trimmed(value);
    // An element is followed by a comma or by nothing.
    if (!value.empty() && value.front() != ',') return std::nullopt;
  }
}

media media_of(std::string_view content_type) {
  const auto type = trimmed(content_type.substr(0, content_type.find(';')));
  if (same_name(type, "application/json")) return media::json;
  if (same_name(type, "application/merge-patch+json")) return media::merge_patch;
  // Read as anything else, its operations would be taken for an item.
  if (same_name(type, "application/json-patch+json")) return media::other;
  // The registered name, and the two that were used before there was one.
  for (const auto* name :
       {"application/msgpack", "application/vnd.msgpack", "application/x-msgpack"})
    if (same_name(type, name)) return media::msgpack;
  const auto slash = type.find('/');
  // "x/y+json": a type, and a subtype with at least one letter before the suffix.
  if (slash == std::string_view::npos || slash == 0 || type.size() < slash + 7) return media::other;
  const auto names = std::string(type.substr(0, slash)).append(type.substr(slash + 1));
  if (!std::ranges::all_of(names, is_token)) return media::other;
  return same_name(type.substr(type.size() - 5), "+json") ? media::json_based : media::other;
}

bool is_identity(std::string_view content_encoding) {
  while (!content_encoding.empty()) {
    const auto coding = take_element(content_encoding);
    if (!coding.empty() && !same_name(coding, "identity")) return false;
  }
  return true;
}

namespace {

// The length of what is in front of the first of these characters that is in no quoted string
// (RFC 9110 §5.6.4).
std::size_t length_until(std::string_view text, char mark) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == mark && !quoted)
      return i;
  }
  return text.size();
}

// Cuts what is in front of the next mark off, without the white space around it.
std::string_view take_until(std::string_view& list, char mark) {
  const auto end = length_until(list, mark);
  const auto result = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return result;
}

// Of the parameters behind a media range, whether the weight is 0 (RFC 9110 §12.4.2).
bool is_refused(std::string_view range) {
  while (!range.empty()) {
    auto one = take_until(range, ';');
    if (one.size() < 3 || !same_name(one.substr(0, 2), "q=")) continue;
    one.remove_prefix(2);
    return one.front() == '0' && one.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool accepts_media(std::string_view accept, media wanted) {
  bool accepted = false;
  while (!accept.empty()) {
    auto range = take_until(accept, ',');
    const auto type = take_until(range, ';');
    // A range that covers everything covers this type.
    const bool every = type == "*/*" || same_name(type, "application/*");
    const bool exact = !every && media_of(type) == wanted;
    const bool refused = is_refused(range);
    if (exact) return !refused;
    accepted = accepted || (every && !refused);
  }
  return accepted;
}

// 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01; later versions may have more behind it.
std::string_view trace_of(std::string_view traceparent) {
  constexpr std::size_t length = 55;
  const auto digits = [&](std::size_t from, std::size_t count) {
    return std::ranges::all_of(traceparent.substr(from, count),
                               [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  };
  const auto zeros = [&](std::size_t from, std::size_t count) {
    return traceparent.substr(from, count).find_first_not_of('0') == std::string_view::npos;
  };
  if (traceparent.size() < length || traceparent[2] != '-' || traceparent[35] != '-' ||
      traceparent[52] != '-')
    return {};
  if (!digits(0, 2) || !digits(3, 32) || !digits(36, 16) || !digits(53, 2)) return {};
  const auto version = traceparent.substr(0, 2);
  const bool fits = traceparent.size() == length || (version != "00" && traceparent[55] == '-');
  if (version == "ff" || !fits || zeros(3, 32) || zeros(36, 16)) return {};
  return traceparent.substr(3, 32);
}

bool is_request_id(std::string_view value) {
  constexpr auto fits = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
           std::string_view{"-._~:/+=@"}.find(c) != std::string_view::npos;
  };
  return !value.empty() && value.size() <= 128 && std::ranges::all_of(value, fits);
}

}  // namespace lithair::http
