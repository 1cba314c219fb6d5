#include "apps/lithairctl/backup_file.hpp"

#include "apps/lithairctl/failure.hpp"
#include "models/declaration/model_file.hpp"
#include "persistence/snapshot_file.hpp"

namespace lithair::ctl {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t made = 0;
  for (const char c : bytes) made = made << 8 | static_cast<std::uint8_t>(c);
  return made;
}

}  // namespace

backup_contents contents_of(const std::string& file) {
  const persistence::snapshot_file from(file);
  const auto& header = from.header();
  const auto schema = models::parse_model_text(header.point.extra, file);
  if (header.point.extra.empty() || !schema)
    throw failure(exit_status::failed, file + " does not tell the models it was made with.");
  backup_contents made{header.cluster,
                       header.point.index.value,
                       header.point.term.value,
                       header.length,
                       header.checksum,
                       0,
                       {}};
  for (const auto& c : schema->collections())
    if (!models::is_local(c)) made.items[c.name] = 0;
  from.read([&](std::string_view key, std::string_view value) {
    ++made.pairs;
    // The counter of a collection, see models/state/keys.hpp.
    if (key.size() != 5 || key.front() != 'n') return true;
    const auto* which = schema->find(static_cast<std::uint32_t>(big_endian(key.substr(1))));
    if (which != nullptr) made.items[which->name] = big_endian(value);
    return true;
  });
  return made;
}

}  // namespace lithair::ctl
