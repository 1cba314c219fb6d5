#include "actors/programs/program_codec.hpp"

#include "actors/links/fields.hpp"

namespace lithair::actors {

namespace {

// The first byte of a request.
enum class call_kind : std::uint8_t { models = 1, item = 2, items = 3, read = 4, for_somebody = 5 };

using bound_by_rules = std::shared_ptr<const models::subject>;

constexpr std::uint8_t any_match = 1;
constexpr std::uint8_t only_new = 2;
constexpr std::uint8_t replayed_bit = 1;
constexpr std::uint8_t minimal_bit = 2;

void write_texts(field_writer& out, const std::vector<std::string>& texts) {
  out.number(static_cast<std::uint16_t>(texts.size()));
  for (const auto& each : texts) out.text(each);
}

std::vector<std::string> read_texts(field_reader& in) {
  std::vector<std::string> made;
  for (auto left = in.number<std::uint16_t>(); left > 0 && in.sound(); --left)
    made.emplace_back(in.text());
  return made;
}

// Claims come in the order of their names, each once: so nobody takes two of a name for another
// than someone else does. None: it is not so, or not whole, or more than a subject may be.
bound_by_rules read_subject(field_reader& in) {
  auto made = std::make_shared<models::subject>();
  auto& claims = made->claims;
  made->id = in.text();
  made->roles = read_texts(in);
  for (auto left = in.number<std::uint16_t>(); left > 0 && in.sound(); --left) {
    std::string name{in.text()};
    if (!claims.empty() && claims.rbegin()->first >= name) return nullptr;
    claims.emplace_hint(claims.end(), std::move(name), read_texts(in));
  }
  return in.sound() && made->is_bounded() ? made : nullptr;
}

call_kind read_kind(field_reader& in) { return static_cast<call_kind>(in.number<std::uint8_t>()); }

struct call_writer {
  field_writer out;

  std::string operator()(const models_asked&) { return begin({}, call_kind::models).take(); }
  std::string operator()(const item_write& x) {
    const auto& when = x.conditions;
    begin(x.bound, call_kind::item).number(static_cast<std::uint8_t>(x.op));
    out.text(x.collection).text(x.key).text(x.idempotency_key);
    out.number(static_cast<std::uint8_t>((when.if_match_any ? any_match : 0) |
                                         (when.if_none_match_any ? only_new : 0)));
    out.number(static_cast<std::uint16_t>(when.if_match.size()));
    for (const auto each : when.if_match) out.number(each);
    return out.rest(x.body).take();
  }
  std::string operator()(const items_write& x) {
    return begin(x.bound, call_kind::items).text(x.idempotency_key).rest(x.body).take();
  }
  std::string operator()(const items_read& x) {
    begin(x.bound, call_kind::read).number(static_cast<std::uint8_t>(x.what));
    out.number(static_cast<std::uint8_t>(x.level)).number(x.min_index);
    out.text(x.collection).text(x.key);
    out.number(static_cast<std::uint16_t>(x.parameters.size()));
    for (const auto& [name, value] : x.parameters) out.text(name).text(value);
    return out.take();
  }

 private:
  field_writer& begin(const bound_by_rules& bound, call_kind what) {
    if (bound) {
      out.number(static_cast<std::uint8_t>(call_kind::for_somebody)).text(bound->id);
      write_texts(out, bound->roles);
      out.number(static_cast<std::uint16_t>(bound->claims.size()));
      for (const auto& [name, values] : bound->claims) write_texts(out.text(name), values);
    }
    return out.number(static_cast<std::uint8_t>(what));
  }
};

std::optional<program_call> read_item_write(field_reader& in, bound_by_rules bound) {
  item_write made;
  made.bound = std::move(bound);
  const auto op = in.number<std::uint8_t>();
  made.op = static_cast<models::operation>(op);
  made.collection = in.text();
  made.key = in.text();
  made.idempotency_key = in.text();
  const auto conditions = in.number<std::uint8_t>();
  made.conditions.if_match_any = (conditions & any_match) != 0;
  made.conditions.if_none_match_any = (conditions & only_new) != 0;
  for (auto left = in.number<std::uint16_t>(); left > 0 && in.sound(); --left)
    made.conditions.if_match.push_back(in.number<std::uint64_t>());
  made.body = in.rest();
  const bool known = op >= static_cast<std::uint8_t>(models::operation::create) &&
                     op <= static_cast<std::uint8_t>(models::operation::remove);
  if (!in.sound() || !known || (conditions & ~(any_match | only_new)) != 0) return std::nullopt;
  return made;
}

std::optional<program_call> read_items_write(field_reader& in, bound_by_rules bound) {
  items_write made;
  made.bound = std::move(bound);
  made.idempotency_key = in.text();
  made.body = in.rest();
  if (!in.sound()) return std::nullopt;
  return made;
}

std::optional<program_call> read_items_read(field_reader& in, bound_by_rules bound) {
  items_read made;
  made.bound = std::move(bound);
  const auto what = in.number<std::uint8_t>();
  const auto level = in.number<std::uint8_t>();
  made.what = static_cast<models::query::kind>(what);
  made.level = static_cast<consistency>(level);
  made.min_index = in.number<std::uint64_t>();
  made.collection = in.text();
  made.key = in.text();
  for (auto left = in.number<std::uint16_t>(); left > 0 && in.sound(); --left) {
    auto& each = made.parameters.emplace_back();
    each.first = in.text();
    each.second = in.text();
  }
  const bool known = what <= static_cast<std::uint8_t>(models::query::kind::projection) &&
                     level <= static_cast<std::uint8_t>(consistency::local);
  if (!in.sound() || !known || !in.rest().empty()) return std::nullopt;
  return made;
}

}  // namespace

std::string encode(const program_call& call) { return std::visit(call_writer{}, call); }

std::optional<program_call> decode_call(std::string_view bytes) {
  field_reader in{bytes};
  auto what = read_kind(in);
  if (what == call_kind::models) {
    if (!in.rest().empty()) return std::nullopt;
    return models_asked{};
  }
  bound_by_rules bound;
  if (what == call_kind::for_somebody) {
    bound = read_subject(in);
    if (!bound) return std::nullopt;
    what = read_kind(in);
  }
  // A second somebody is nothing that is known here.
  switch (what) {
    case call_kind::item:
      return read_item_write(in, std::move(bound));
    case call_kind::items:
      return read_items_write(in, std::move(bound));
    case call_kind::read:
      return read_items_read(in, std::move(bound));
    default:
      return std::nullopt;
  }
}

std::string encode(const program_outcome& said) {
  const auto& x = said.result;
  field_writer out;
  out.number(static_cast<std::uint8_t>(said.what)).number(said.index).number(x.status);
  out.number(x.version);
  out.number(
      static_cast<std::uint8_t>((x.replayed ? replayed_bit : 0) | (x.minimal ? minimal_bit : 0)));
  return out.text(said.reason).text(x.location).rest(x.body).take();
}

std::optional<program_outcome> decode_outcome(std::string_view bytes) {
  field_reader in{bytes};
  program_outcome made;
  const auto what = in.number<std::uint8_t>();
  made.what = static_cast<disposition>(what);
  made.index = in.number<std::uint64_t>();
  made.result.status = in.number<std::uint16_t>();
  made.result.version = in.number<std::uint64_t>();
  const auto flags = in.number<std::uint8_t>();
  made.result.replayed = (flags & replayed_bit) != 0;
  made.result.minimal = (flags & minimal_bit) != 0;
  made.reason = in.text();
  made.result.location = in.text();
  made.result.body = in.rest();
  const bool known = what <= static_cast<std::uint8_t>(disposition::unknown) &&
                     (flags & ~(replayed_bit | minimal_bit)) == 0;
  if (!in.sound() || !known) return std::nullopt;
  return made;
}

}  // namespace lithair::actors
