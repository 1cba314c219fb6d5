#include "models/command/command_rights.hpp"

#include <algorithm>
#include <utility>

#include "models/problem/problems.hpp"
#include "models/schema/filter_codec.hpp"

namespace lithair::models {

namespace {

bool has(const std::vector<std::uint32_t>& all, std::uint32_t id) {
  return std::ranges::find(all, id) != all.end();
}

void write_ids(std::string& out, const std::vector<std::uint32_t>& all) {
  msgpack::write_array(out, all.size());
  for (const auto id : all) {
    msgpack::write_unsigned(out, id);
  }
}

std::vector<std::uint32_t> read_ids(msgpack::reader& in) {
  std::vector<std::uint32_t> made;
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    made.push_back(static_cast<std::uint32_t>(in.read_unsigned()));
  }
  return made;
}

bool read_rules(msgpack::reader& in, const schema& s, const collection& c, command_rights& out) {
  if (in.read_array() != access_kinds) {
    return false;
  }
  for (auto& rule : out.rules) {
    if (in.take_nil()) {
      continue;
    }
    rule = read_filters(in, s, c);
    if (!rule) {
      return false;
    }
  }
  return in.good();
}

void write_quota(std::string& out, const collection& c, const item_quota& of) {
  if (!of.is_set()) {
    return msgpack::write_nil(out);
  }
  // Nodes of before there was a bound of bytes go on with commands that have none.
  msgpack::write_array(out, of.item_bytes == 0 ? 3 : 4);
  msgpack::write_unsigned(out, of.items);
  msgpack::write_unsigned(out, of.items_per);
  msgpack::write_unsigned(out, c.fields[of.per].id);
  if (of.item_bytes != 0) {
    msgpack::write_unsigned(out, of.item_bytes);
  }
}

bool read_quota(msgpack::reader& in, const collection& c, item_quota& out) {
  if (in.take_nil()) {
    return true;
  }
  const auto parts = in.read_array();
  out.items = in.read_unsigned();
  out.items_per = in.read_unsigned();
  const auto field_id = in.read_unsigned();
  out.item_bytes = parts == 4 ? in.read_unsigned() : 0;
  const auto found = std::ranges::find(c.fields, field_id, &field::id);
  // Without the index nothing would be counted, and others count.
  if ((parts != 3 && parts != 4) || found == c.fields.end() ||
      (out.items_per != 0 && !found->indexed)) {
    return false;
  }
  out.per = static_cast<std::size_t>(found - c.fields.begin());
  return in.good();
}

access_kind kind_of(operation op) {
  switch (op) {
    case operation::create:
      return access_kind::create;
    case operation::remove:
      return access_kind::remove;
    default:
      return access_kind::update;
  }
}

}  // namespace

bool command_rights::is_unseen(std::uint32_t field_id) const { return has(unseen, field_id); }
bool command_rights::is_fixed(std::uint32_t field_id) const { return has(fixed, field_id); }

std::optional<std::vector<command_rights>> read_rights(const schema& s, std::string_view bytes) {
  std::vector<command_rights> made;
  if (bytes.empty()) {
    return made;
  }
  msgpack::reader in(bytes);
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    const auto parts = in.read_array();
    const auto id = in.read_unsigned();
    const auto* c = id <= 0xffffffff ? s.find(static_cast<std::uint32_t>(id)) : nullptr;
    if (parts != 5 || c == nullptr) {
      return std::nullopt;
    }
    auto& one = made.emplace_back();
    one.collection_id = c->id;
    if (!read_rules(in, s, *c, one)) {
      return std::nullopt;
    }
    one.unseen = read_ids(in);
    one.fixed = read_ids(in);
    if (!read_quota(in, *c, one.quota)) {
      return std::nullopt;
    }
  }
  return in.finished() ? std::optional(std::move(made)) : std::nullopt;
}

std::vector<std::uint32_t> unseen_fields(std::string_view rights, std::uint32_t collection_id) {
  if (rights.empty()) {
    return {};
  }
  msgpack::reader in(rights);
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    in.read_array();
    const auto id = in.read_unsigned();
    in.read_any();
    auto unseen = read_ids(in);
    in.read_any();
    in.read_any();
    if (id == collection_id) {
      return unseen;
    }
  }
  return {};
}

rights_gathering::entry* rights_gathering::find(const collection& c) {
  if (!who_ || !c.access) {
    return nullptr;
  }
  const auto found = std::ranges::find(all_, &c, &entry::c);
  if (found != all_.end()) {
    return &*found;
  }
  auto& made = all_.emplace_back();
  made.c = &c;
  made.rights.collection_id = c.id;
  made.rights.quota = c.access->quota;
  made.changeable = rights_to_change(c, *who_);
  const auto shown = rights_to_read(schema_, c, *who_).shown;
  for (std::size_t i = 0; i < c.fields.size(); ++i) {
    const auto id = c.fields[i].id;
    if (!shown[i] && c.fields[i].exposed) {
      made.rights.unseen.push_back(id);
    }
    if (!made.changeable[i]) {
      made.rights.fixed.push_back(id);
    }
  }
  return &made;
}

const filter_list& rights_gathering::bound(entry& of, access_kind what) {
  auto& rule = of.rights.rules[static_cast<std::size_t>(what)];
  if (!rule) {
    rule = bind(schema_, *of.c, what, *who_);
  }
  return *rule;
}

std::optional<problem> rights_gathering::add(const collection& c, operation op) {
  auto* of = find(c);
  if (of == nullptr) {
    return std::nullopt;
  }
  // What may not be read is not there; so is what may be changed and not be read. Who is nobody may
  // still be somebody.
  if (op != operation::create && is_never(bound(*of, access_kind::read)) && !who_->id.empty()) {
    return not_found();
  }
  if (is_never(bound(*of, kind_of(op))) ||
      (op != operation::create && is_never(bound(*of, access_kind::read)))) {
    return forbidden("The rules of " + c.name + " do not let you do this.");
  }
  return std::nullopt;
}

bool rights_gathering::may_set(const collection& c, std::size_t position) {
  const auto* of = find(c);
  return of == nullptr || of->changeable[position];
}

bool rights_gathering::keeps(const collection& c, std::size_t position) {
  const auto* of = find(c);
  const auto id = c.fields[position].id;
  return of != nullptr && (of->rights.is_fixed(id) || of->rights.is_unseen(id));
}

std::string rights_gathering::write() const {
  std::string out;
  if (all_.empty()) {
    return out;
  }
  msgpack::write_array(out, all_.size());
  for (const auto& each : all_) {
    msgpack::write_array(out, 5);
    msgpack::write_unsigned(out, each.c->id);
    msgpack::write_array(out, access_kinds);
    for (const auto& rule : each.rights.rules) {
      if (rule) {
        write_filters(out, *each.c, *rule);
      } else {
        msgpack::write_nil(out);
      }
    }
    write_ids(out, each.rights.unseen);
    write_ids(out, each.rights.fixed);
    write_quota(out, *each.c, each.rights.quota);
  }
  return out;
}

}  // namespace lithair::models
