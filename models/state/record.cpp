#include "models/state/record.hpp"

#include <algorithm>

#include "models/encoding/json_text.hpp"
#include "models/schema/value_codec.hpp"

namespace lithair::models {

const stored_field* find(const stored_fields& fields, std::uint32_t id) {
  const auto at = std::ranges::lower_bound(fields, id, {}, &stored_field::id);
  return at != fields.end() && at->id == id ? &*at : nullptr;
}

bool read_fields(msgpack::reader& in, stored_fields& out) {
  out.clear();
  const std::size_t count = in.read_map();
  out.reserve(count);
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const std::uint64_t id = in.read_unsigned();
    // Rising ids are what `find` and `merge` go by; a record that breaks this is damaged.
    if (id > 0xffffffff || (!out.empty() && id <= out.back().id)) {
      return false;
    }
    out.push_back({static_cast<std::uint32_t>(id), in.read_any()});
  }
  return in.good();
}

void write_fields(std::string& out, const stored_fields& fields) {
  msgpack::write_map(out, fields.size());
  for (const auto& x : fields) {
    msgpack::write_unsigned(out, x.id);
    out += x.bytes;
  }
}

bool read_record(std::string_view bytes, stored_record& out) {
  msgpack::reader in(bytes);
  // The grammar in the header has four parts.
  if (in.read_array() != 4) {
    return false;
  }
  out.version = in.read_unsigned();
  out.changes = in.read_unsigned();
  const std::uint64_t age = in.read_unsigned();
  // An item can't be created after its last change.
  if (age > out.version) {
    return false;
  }
  out.created = out.version - age;
  return read_fields(in, out.fields) && in.finished();
}

std::string write_record(const stored_record& record) {
  std::string made;
  // Head and numbers, and the id and head of each field.
  std::size_t size = 24;
  for (const auto& f : record.fields) {
    size += f.bytes.size() + 5;
  }
  made.reserve(size);
  msgpack::write_array(made, 4);
  msgpack::write_unsigned(made, record.version);
  msgpack::write_unsigned(made, record.changes);
  // The age is short for most items: an absolute index would take up to 9 bytes.
  msgpack::write_unsigned(made, record.version - record.created);
  write_fields(made, record.fields);
  return made;
}

value value_of(const field& f, const stored_fields& fields) {
  if (const auto* stored = find(fields, f.id)) {
    return read_value(f, stored->bytes).value_or(value{});
  }
  return f.default_value;
}

std::optional<std::string_view> stored_value(const field& f, const stored_fields& fields,
                                             std::string& made) {
  if (const auto* stored = find(fields, f.id)) {
    return stored->bytes;
  }
  if (absent(f.default_value)) {
    return std::nullopt;
  }
  made.clear();
  write_value(made, f.default_value);
  return made;
}

namespace {

/// Some microseconds' worth.
constexpr std::size_t bytes_between_pauses = 4096;

void append_item(std::string& out, const collection& c, const stored_fields& fields,
                 const std::vector<bool>* wanted) {
  static const pause never = [] { return false; };
  static_cast<void>(item_writer(c, wanted).go_on(out, fields, never));
}

}  // namespace

void append_json(std::string& out, const collection& c, const stored_fields& fields) {
  append_item(out, c, fields, nullptr);
}

void append_json(std::string& out, const collection& c, const stored_fields& fields,
                 const std::vector<bool>& wanted) {
  append_item(out, c, fields, &wanted);
}

bool item_writer::go_on(std::string& out, const stored_fields& fields, const pause& now) {
  asked_at_ = out.size();
  std::string made;
  // In declared order, though fields lie in the order of ids: clients see what was declared.
  for (; at_ < c_.fields.size(); ++at_) {
    const field& f = c_.fields[at_];
    const bool is_shown = wanted_ != nullptr ? (*wanted_)[at_] : f.exposed;
    const auto stored = is_shown ? stored_value(f, fields, made) : std::nullopt;
    // Neither stored nor with a default: left out, which means absent.
    if (!stored) {
      continue;
    }
    if (read_ == 0) {
      out += separator_;
      separator_ = ',';
      append_json_key(out, f.name);
    }
    if (f.type != value_type::list) {
      append_json(out, f, *stored);
    } else if (!append_list(out, *f.element, *stored, now)) {
      return false;
    }
    if (is_to_pause(out, now)) {
      ++at_;
      return false;
    }
  }
  // Not one field was shown.
  if (separator_ == '{') {
    out += '{';
  }
  out += '}';
  at_ = 0;
  separator_ = '{';
  return true;
}

bool item_writer::append_list(std::string& out, const field& element, std::string_view stored,
                              const pause& now) {
  msgpack::reader in(stored.substr(read_));
  if (read_ == 0) {
    left_ = in.read_array();
    out += '[';
  }
  while (left_ > 0) {
    append_element_json(out, element, in);
    --left_;
    out += left_ == 0 ? "" : ",";
    read_ = stored.size() - in.rest().size();
    if (left_ > 0 && is_to_pause(out, now)) {
      return false;
    }
  }
  out += ']';
  read_ = 0;
  return true;
}

bool item_writer::is_to_pause(const std::string& out, const pause& now) {
  if (out.size() - asked_at_ < bytes_between_pauses) {
    return false;
  }
  asked_at_ = out.size();
  return now();
}

}  // namespace lithair::models
