#include "models/command/command.hpp"

#include <algorithm>
#include <utility>

#include "models/encoding/msgpack.hpp"
#include "models/schema/schema.hpp"

namespace lithair::models {

namespace {

/// The first byte. Another format gets another one, so that older nodes stop instead of guessing.
constexpr char command_format = 2;
constexpr char earlier_format = 1;
constexpr char format_with_rights = 3;
constexpr std::size_t parts_with_rights = 8;
constexpr char format_with_feed = 4;
constexpr std::size_t parts_with_feed = 9;

bool has_feed(const command& what) { return what.most.feed_bytes != max_feed_bytes; }
bool has_rights(const command& what) { return !what.by.empty() || !what.rights.empty(); }

bool unconditional(const preconditions& conditions) {
  return conditions.if_match.empty() && !conditions.if_match_any && !conditions.if_none_match_any;
}

void write_conditions(std::string& out, const preconditions& conditions) {
  if (unconditional(conditions)) {
    return msgpack::write_nil(out);
  }
  msgpack::write_array(out, 3);
  msgpack::write_bool(out, conditions.if_match_any);
  msgpack::write_bool(out, conditions.if_none_match_any);
  msgpack::write_array(out, conditions.if_match.size());
  // Versions in the order of the header: the bytes depend on the request alone.
  for (const auto version : conditions.if_match) {
    msgpack::write_unsigned(out, version);
  }
}

void read_conditions(msgpack::reader& in, preconditions& out) {
  if (in.take_nil()) {
    return;
  }
  if (in.read_array() != 3) {
    return;
  }
  out.if_match_any = in.read_bool();
  out.if_none_match_any = in.read_bool();
  const std::size_t count = in.read_array();
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    out.if_match.push_back(in.read_unsigned());
  }
}

void write_operation(std::string& out, const operation_part& part) {
  msgpack::write_array(out, 5);
  msgpack::write_unsigned(out, static_cast<std::uint64_t>(part.op));
  msgpack::write_unsigned(out, part.collection_id);
  msgpack::write_binary(out, part.key);
  write_conditions(out, part.conditions);
  write_fields(out, part.fields);
}

bool read_operation(msgpack::reader& in, operation_part& out) {
  if (in.read_array() != 5) {
    return false;
  }
  const std::uint64_t op = in.read_unsigned();
  const std::uint64_t collection_id = in.read_unsigned();
  out.key = in.read_binary();
  read_conditions(in, out.conditions);
  // Ids are 32 bits and operations 1 to 4; anything else is no command of ours.
  if (op < 1 || op > 4 || collection_id > 0xffffffff || !read_fields(in, out.fields)) {
    return false;
  }
  out.op = static_cast<operation>(op);
  out.collection_id = static_cast<std::uint32_t>(collection_id);
  return in.good();
}

void write_token(std::string& out, const std::optional<request_token>& token) {
  if (!token) {
    return msgpack::write_nil(out);
  }
  msgpack::write_array(out, 3);
  msgpack::write_binary(out, token->scope);
  msgpack::write_binary(out, token->key);
  msgpack::write_binary(out, token->digest);
}

std::optional<request_token> read_token(msgpack::reader& in) {
  // An array of another size leaves the reader astray, and `finished()` false.
  if (in.take_nil() || in.read_array() != 3) {
    return std::nullopt;
  }
  request_token made;
  made.scope = in.read_binary();
  made.key = in.read_binary();
  made.digest = in.read_binary();
  return made;
}

const field* find_field(const collection& c, std::uint32_t id) {
  const auto found = std::ranges::find(c.fields, id, &field::id);
  return found == c.fields.end() ? nullptr : &*found;
}

void write_judged(std::string& out, const std::vector<field_name>& all) {
  msgpack::write_array(out, all.size());
  for (const auto& x : all) {
    msgpack::write_array(out, 2);
    msgpack::write_unsigned(out, x.collection_id);
    msgpack::write_unsigned(out, x.field_id);
  }
}

bool read_judged(msgpack::reader& in, std::vector<field_name>& out) {
  for (auto left = in.read_array(); left > 0 && in.good(); --left) {
    if (in.read_array() != 2) {
      return false;
    }
    const std::uint64_t collection_id = in.read_unsigned();
    const std::uint64_t field_id = in.read_unsigned();
    if (collection_id > 0xffffffff || field_id > 0xffffffff) {
      return false;
    }
    out.push_back(
        {static_cast<std::uint32_t>(collection_id), static_cast<std::uint32_t>(field_id)});
  }
  return in.good();
}

}  // namespace

bool is_judged(const field& f) {
  return f.merge != merge_rule::last_write || f.type == value_type::json || f.immutable ||
         f.unique || f.tracked || !f.references.empty();
}

void add_operation(command& to, const collection& c, operation_part part) {
  // Few fields are judged, so a linear search is fine.
  for (const auto& each : part.fields) {
    const field* f = find_field(c, each.id);
    const field_name name{c.id, each.id};
    // Each once: the list tells which fields matter, not how often.
    if (f != nullptr && is_judged(*f) && std::ranges::find(to.judged, name) == to.judged.end()) {
      to.judged.push_back(name);
    }
  }
  to.operations.push_back(std::move(part));
}

bool is_known(const schema& s, const command& what) {
  const auto has_collection = [&s](const operation_part& part) {
    return s.find(part.collection_id) != nullptr;
  };
  const auto has_field = [&s](const field_name& name) {
    const collection* c = s.find(name.collection_id);
    return c != nullptr && find_field(*c, name.field_id) != nullptr;
  };
  return std::ranges::all_of(what.operations, has_collection) &&
         std::ranges::all_of(what.judged, has_field);
}

std::string write_command(const command& what) {
  command_writer all(what);
  all.go_on([] { return false; });
  return all.take();
}

command_writer::command_writer(const command& what) : what_(what) {}

bool command_writer::go_on(const std::function<bool()>& is_late) {
  if (out_.empty()) {
    begin();
  }
  const auto count = what_.operations.size();
  while (next_ < count) {
    write_operation(out_, what_.operations[next_]);
    if (++next_ < count && is_late()) {
      return false;
    }
  }
  finish();
  return true;
}

// What is as it mostly is goes unsaid, from the end.
void command_writer::begin() {
  // What a command usually takes, so that it is built without growing.
  std::size_t size = 64;
  for (const auto& part : what_.operations) {
    size += part.key.size() + 16;
    for (const auto& f : part.fields) {
      size += f.bytes.size() + 5;
    }
  }
  out_.reserve(size);
  const bool has_limit = what_.most.item_bytes != default_max_item;
  const bool has_judged = has_limit || !what_.judged.empty();
  if (has_feed(what_)) {
    out_ += format_with_feed;
    msgpack::write_array(out_, parts_with_feed);
  } else if (has_rights(what_)) {
    out_ += format_with_rights;
    msgpack::write_array(out_, parts_with_rights);
  } else {
    out_ += command_format;
    msgpack::write_array(out_, 4u + (has_judged ? 1u : 0u) + (has_limit ? 1u : 0u));
  }
  msgpack::write_unsigned(out_, static_cast<std::uint64_t>(what_.shape));
  msgpack::write_signed(out_, what_.time_us);
  msgpack::write_array(out_, what_.operations.size());
}

void command_writer::finish() {
  write_token(out_, what_.token);
  const bool has_all = has_rights(what_) || has_feed(what_);
  const bool has_limit = what_.most.item_bytes != default_max_item || has_all;
  if (has_limit || !what_.judged.empty()) {
    write_judged(out_, what_.judged);
  }
  if (has_limit) {
    msgpack::write_unsigned(out_, what_.most.item_bytes);
  }
  if (has_all) {
    msgpack::write_string(out_, what_.by);
    msgpack::write_binary(out_, what_.rights);
  }
  if (has_feed(what_)) {
    msgpack::write_unsigned(out_, what_.most.feed_bytes);
  }
}

command_reader::command_reader(std::string_view bytes) : in_(bytes.substr(bytes.empty() ? 0 : 1)) {
  begin(bytes);
}

void command_reader::begin(std::string_view bytes) {
  if (bytes.empty() || bytes.front() < earlier_format || bytes.front() > format_with_feed) {
    return;
  }
  made_.is_of_format_1 = bytes.front() == earlier_format;
  parts_ = in_.read_array();
  const bool has_its_parts = bytes.front() == format_with_feed     ? parts_ == parts_with_feed
                             : bytes.front() == format_with_rights ? parts_ == parts_with_rights
                                                                   : parts_ >= 4 && parts_ <= 6;
  const std::uint64_t shape = in_.read_unsigned();
  if (!has_its_parts || shape < 1 || shape > 3) {
    return;
  }
  made_.shape = static_cast<command_shape>(shape);
  made_.time_us = in_.read_signed();
  left_ = in_.read_array();
  // The count bounds memory before anything is allocated for it.
  good_ = left_ <= max_operations && (made_.shape != command_shape::single || left_ == 1);
  made_.operations.reserve(good_ ? left_ : 0);
}

bool command_reader::go_on(const std::function<bool()>& is_late) {
  constexpr std::size_t read_at_once = 32;
  while (good_ && left_ > 0) {
    good_ = read_operation(in_, made_.operations.emplace_back());
    if (--left_ > 0 && left_ % read_at_once == 0 && is_late()) {
      return false;
    }
  }
  if (good_ && !std::exchange(done_, true)) {
    finish();
  }
  return true;
}

void command_reader::finish() {
  made_.token = read_token(in_);
  good_ = parts_ < 5 || read_judged(in_, made_.judged);
  if (good_ && parts_ >= 6) {
    made_.most.item_bytes = in_.read_unsigned();
  }
  if (good_ && parts_ >= parts_with_rights) {
    made_.by = in_.read_string();
    made_.rights = in_.read_binary();
    // Without either it would have been written otherwise.
    good_ = has_rights(made_) || parts_ == parts_with_feed;
  }
  if (good_ && parts_ == parts_with_feed) {
    made_.most.feed_bytes = in_.read_unsigned();
    good_ = has_feed(made_);
  }
  // Bytes behind the command would be a second meaning of the same entry.
  good_ = good_ && in_.finished();
}

std::optional<command> command_reader::take() {
  return good_ ? std::optional(std::move(made_)) : std::nullopt;
}

std::optional<command> read_command(std::string_view bytes) {
  command_reader all(bytes);
  all.go_on([] { return false; });
  return all.take();
}

bool only_removes(std::string_view bytes) {
  command_reader all(bytes);
  // One that does something else is enough: only what takes little is read whole.
  while (!all.go_on([] { return true; })) {
    if (all.so_far().back().op != operation::remove) {
      return false;
    }
  }
  const auto what = all.take();
  return what && std::ranges::all_of(what->operations, [](const operation_part& part) {
           return part.op == operation::remove;
         });
}

}  // namespace lithair::models
