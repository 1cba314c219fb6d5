#include "models/command.hpp"

#include "models/msgpack.hpp"

namespace lithair::models {

namespace {

constexpr char format = 1;

bool unconditional(const preconditions& x) {
  return x.if_match.empty() && !x.if_match_any && !x.if_none_match_any;
}

void write_conditions(std::string& out, const preconditions& x) {
  if (unconditional(x)) {
    return msgpack::write_nil(out);
  }
  msgpack::write_array(out, 3);
  msgpack::write_bool(out, x.if_match_any);
  msgpack::write_bool(out, x.if_none_match_any);
  msgpack::write_array(out, x.if_match.size());
  for (const auto version : x.if_match) {
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

void write_operation(std::string& out, const operation_part& x) {
  msgpack::write_array(out, 5);
  msgpack::write_unsigned(out, static_cast<std::uint64_t>(x.op));
  msgpack::write_unsigned(out, x.collection_id);
  msgpack::write_binary(out, x.key);
  write_conditions(out, x.conditions);
  write_fields(out, x.fields);
}

bool read_operation(msgpack::reader& in, operation_part& out) {
  if (in.read_array() != 5) {
    return false;
  }
  const std::uint64_t op = in.read_unsigned();
  const std::uint64_t collection_id = in.read_unsigned();
  out.key = in.read_binary();
  read_conditions(in, out.conditions);
  if (op < 1 || op > 4 || collection_id > 0xffffffff || !read_fields(in, out.fields)) {
    return false;
  }
  out.op = static_cast<operation>(op);
  out.collection_id = static_cast<std::uint32_t>(collection_id);
  return in.good();
}

}  // namespace

std::string write_command(const command& x) {
  std::string out;
  std::size_t size = 64;
  for (const auto& part : x.operations) {
    for (const auto& f : part.fields) {
      size += f.bytes.size() + 5;
    }
  }
  out.reserve(size);
  out += format;
  msgpack::write_array(out, 3);
  msgpack::write_unsigned(out, static_cast<std::uint64_t>(x.shape));
  msgpack::write_signed(out, x.time_us);
  msgpack::write_array(out, x.operations.size());
  for (const auto& part : x.operations) {
    write_operation(out, part);
  }
  return out;
}

std::optional<command> read_command(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != format) {
    return std::nullopt;
  }
  msgpack::reader in(bytes.substr(1));
  command made;
  if (in.read_array() != 3 || in.read_unsigned() != static_cast<std::uint64_t>(made.shape)) {
    return std::nullopt;
  }
  made.time_us = in.read_signed();
  const std::size_t count = in.read_array();
  for (std::size_t i = 0; i < count; ++i) {
    made.operations.emplace_back();
    if (!read_operation(in, made.operations.back())) {
      return std::nullopt;
    }
  }
  return in.finished() && count == 1 ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace lithair::models
