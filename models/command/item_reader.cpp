#include "models/command/item_reader.hpp"

#include <algorithm>

#include "models/encoding/msgpack.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/rules.hpp"
#include "models/schema/text_codec.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// More would help nobody and cost memory.
constexpr std::size_t max_errors = 100;

}  // namespace

item_reader::item_reader(const collection& c, operation op, const stamp& at,
                         rights_gathering* rights)
    : c_(c),
      op_(op),
      at_(at),
      rights_(rights),
      values_(c.fields.size()),
      states_(c.fields.size()) {}

void item_reader::read(const json_document& document, std::uint32_t position, std::string key) {
  key_ = std::move(key);
  if (document.at(position).what != json_document::kind::object) {
    return fail({"", "type", "An item is a JSON object."});
  }
  read_members(document, position);
  stamp_fields();
  read_key();
  complete();
  if (good()) {
    encode();
  }
}

void item_reader::read_members(const json_document& document, std::uint32_t object) {
  document.for_each_member(object, [&](std::string_view name, std::uint32_t position) {
    // A field that is not declared is refused: a typing error must not lose data.
    const std::size_t at = c_.position(name);
    if (at == c_.fields.size()) {
      return fail({excerpt(name), "unknown", "The collection has no field of this name."});
    }
    // null and absent mean the same in an item, but not in a patch.
    if (document.at(position).what == json_document::kind::null) {
      states_[at] = state::null;
      return;
    }
    // Of an item that is there it is judged in the log's order, where the same again is no change.
    forbidden_ = forbidden_ || (op_ == operation::create && rights_ != nullptr &&
                                !c_.fields[at].is_stamped() && !rights_->may_set(c_, at));
    states_[at] = state::given;
    auto made = from_json(c_.fields[at], document, position);
    if (!made) {
      return fail(std::move(made.error()));
    }
    // What is combined is judged when it is known what comes out.
    if (op_ != operation::patch || c_.fields[at].merge == merge_rule::last_write) {
      check_rules(c_.fields[at], *made, errors_);
    }
    values_[at] = std::move(*made);
  });
}

void item_reader::stamp_fields() {
  // A patch that says nothing changes nothing.
  const bool says_something =
      std::ranges::any_of(states_, [](state s) { return s != state::missing; });
  for (std::size_t i = 0; i < c_.fields.size(); ++i) {
    const field& f = c_.fields[i];
    if (f.set.from != stamp_source::none && op_ == operation::create) {
      stamp_field(i, f.set);
    } else if (f.set_on_update.from != stamp_source::none &&
               (op_ != operation::patch || says_something)) {
      stamp_field(i, f.set_on_update);
    }
  }
}

/// Whom no rule binds may say it: an admin who brings items from elsewhere, a program.
void item_reader::stamp_field(std::size_t position, const stamp_rule& from) {
  if (!at_.bound && states_[position] == state::given) {
    return;
  }
  const field& f = c_.fields[position];
  states_[position] = state::missing;
  if (from.from == stamp_source::now) {
    values_[position] = timestamp{at_.time_us};
    states_[position] = state::given;
    return;
  }
  std::string_view text;
  if (!at_.bound) {
    text = from.name == "id" ? std::string_view(at_.by) : std::string_view();
  } else if (from.name == "id") {
    text = at_.bound->id;
  } else if (const auto found = at_.bound->claims.find(from.name);
             found != at_.bound->claims.end() && found->second.size() == 1) {
    text = found->second.front();
  }
  auto made = text.empty() ? std::nullopt : parse_text(f, text);
  if (!made) {
    return;
  }
  check_rules(f, *made, errors_);
  values_[position] = std::move(*made);
  states_[position] = state::given;
}

bool item_reader::is_kept(std::size_t position) const {
  if (op_ == operation::patch) {
    return states_[position] == state::missing;
  }
  return op_ == operation::replace &&
         (c_.fields[position].immutable || (rights_ != nullptr && rights_->keeps(c_, position)));
}

void item_reader::read_key() {
  const field& f = c_.key();
  value& v = values_[c_.key_at];
  state& s = states_[c_.key_at];
  // Neither PUT nor PATCH moves an item to another key.
  if (op_ != operation::create) {
    const bool null_in_patch = s == state::null && op_ == operation::patch;
    if (null_in_patch || (!absent(v) && to_key(v) != key_)) {
      fail({f.name, "immutable", "The key of an item can't change."});
    }
    return;
  }
  // A create under a key from the path, as PUT with If-None-Match: * is.
  if (s != state::given && !key_.empty()) {
    v = from_key(f, key_).value_or(value{});
    s = state::given;
  } else if (!key_.empty() && !absent(v) && to_key(v) != key_) {
    return fail({f.name, "immutable", "The item has another key than the request."});
  }
  // Made here and not while applying: all nodes must see the same.
  if (s != state::given && f.type == value_type::uuid) {
    v = uuid_from_bytes(at_.new_uuid()).value_or(uuid{});
    s = state::given;
  } else if (s != state::given) {
    return require(f);
  }
  check_key(f, v, errors_);
  key_ = to_key(v);
}

void item_reader::complete() {
  for (std::size_t i = 0; i < c_.fields.size(); ++i) {
    if (i != c_.key_at && states_[i] != state::given) {
      complete(i);
    }
  }
  // The record of a replaced item needs its key, which the body may lack.
  if (op_ == operation::replace && good()) {
    values_[c_.key_at] = from_key(c_.key(), key_).value_or(value{});
    states_[c_.key_at] = state::given;
  }
  // A patch leaves the key as it is, so it does not carry it.
  if (op_ == operation::patch) {
    states_[c_.key_at] = state::missing;
  }
}

/// What a request leaves out or sets to null returns to its default or is removed; a patch does so
/// for null only, and a replaced item keeps its immutable fields. A default that a patch asks for
/// must not be combined with what is there: then null stays null, and whoever decides puts it in.
void item_reader::complete(std::size_t position) {
  const field& f = c_.fields[position];
  state& s = states_[position];
  const bool combines = f.merge != merge_rule::last_write || f.type == value_type::json;
  if (is_kept(position)) {
    s = state::missing;
  } else if (!absent(f.default_value)) {
    if (op_ == operation::patch && combines) {
      return;
    }
    values_[position] = f.default_value;
    s = state::given;
  } else if (f.required()) {
    require(f);
  }
}

void item_reader::encode() {
  static const value none;
  std::size_t size = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto* text = std::get_if<std::string>(&values_[i]);
    size += 16 + (text != nullptr ? text->size() : 0);
  }
  bytes_.reserve(size);
  // Spans are noted first: the buffer may move while it grows.
  std::vector<std::pair<std::uint32_t, std::size_t>> ends;
  ends.reserve(values_.size());
  // By id, which is the order that records and commands need.
  for (const auto i : c_.by_id) {
    const bool removed = op_ == operation::patch && states_[i] == state::null;
    if (states_[i] == state::given || removed) {
      write_value(bytes_, states_[i] == state::given ? values_[i] : none);
      ends.emplace_back(c_.fields[i].id, bytes_.size());
    }
  }
  fields_.reserve(ends.size());
  std::size_t begin = 0;
  for (const auto& [id, end] : ends) {
    fields_.push_back({id, std::string_view(bytes_).substr(begin, end - begin)});
    begin = end;
  }
}

/// A hidden field is not named to a client that did not name it first.
void item_reader::require(const field& f) {
  if (f.exposed) {
    fail({f.name, "required",
          f.is_stamped() ? "The field is set from who asks, of whom that is not known."
                         : "The field is missing."});
  } else {
    fail({"", "required", "A field that is not shown is missing."});
  }
}

void item_reader::fail(field_error error) {
  // The first hundred are enough to mend a request.
  if (errors_.size() < max_errors) {
    errors_.push_back(std::move(error));
  }
}

}  // namespace lithair::models
