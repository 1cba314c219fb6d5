#include "test/simulation/machine.hpp"

#include <cstring>

namespace lithair::simulation {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccd;
}

std::uint64_t fingerprint(const entry& x) {
  std::uint64_t hash = mix(mix(x.index.value, x.term.value), static_cast<std::uint64_t>(x.kind));
  hash = mix(mix(hash, x.from.node.value), x.from.serial);
  for (char c : x.data.view()) hash = mix(hash, static_cast<unsigned char>(c));
  return hash;
}

std::string write_command(std::size_t key, std::uint64_t value) {
  std::string bytes(1 + sizeof value, '\0');
  bytes[0] = static_cast<char>(key);
  std::memcpy(bytes.data() + 1, &value, sizeof value);
  return bytes;
}

std::pair<std::size_t, std::uint64_t> parse_command(std::string_view bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + 1, sizeof value);
  return {static_cast<std::size_t>(bytes[0]), value};
}

void machine::apply(const entry& x) {
  applied = x.index;
  applied_term = x.term;
  digest = mix(digest, fingerprint(x));
  if (x.kind == entry_kind::configuration) {
    members.emplace_back(x.index, *decode_configuration(x.data.view()));
  } else if (x.kind == entry_kind::command) {
    auto [key, value] = parse_command(x.data.view());
    cells[key] = {value, x.index};
  }
}

const configuration& machine::members_as_of(index_t index) const {
  static const configuration none;
  const configuration* found = &none;
  for (const auto& [at, x] : members) {
    if (at <= index) found = &x;
  }
  return *found;
}

}  // namespace lithair::simulation
