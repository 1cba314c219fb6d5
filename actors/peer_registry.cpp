#include "actors/peer_registry.hpp"

#include <spdlog/fmt/fmt.h>

#include <random>
#include <sstream>

#include "persistence/files.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

peer_registry::peer_registry(std::filesystem::path file) : file_(std::move(file)) {
  auto text = persistence::read_file(file_);
  if (!text) {
    std::random_device random;
    own_ = ((std::uint64_t{random()} << 32) | random()) | 1;
    save();
    return;
  }
  std::istringstream in{*text};
  std::string word;
  std::uint64_t node = 0, incarnation = 0;
  bool sound = static_cast<bool>(in >> word >> std::hex >> own_) && word == "self" &&
               static_cast<bool>(in >> word >> std::dec >> members_as_of_) && word == "members-as-of";
  while (sound && in >> std::dec >> node >> std::hex >> incarnation) known_[node] = incarnation;
  if (!sound || !in.eof())
    throw persistence::storage_error{persistence::storage_errc::damaged, file_.string() + " is damaged"};
}

bool peer_registry::admit(std::uint64_t node, std::uint64_t incarnation) {
  auto [known, first] = known_.try_emplace(node, incarnation);
  if (first) save();
  return known->second == incarnation;
}

void peer_registry::members_committed(protocol::index_t index, const std::set<std::uint64_t>& nodes) {
  if (index.value <= members_as_of_) return;  // Applied again after a restart: it may be out of date.
  members_as_of_ = index.value;
  std::erase_if(known_, [&](const auto& pair) { return !nodes.contains(pair.first); });
  save();
}

void peer_registry::save() const {
  auto text = fmt::format("self {:x}\nmembers-as-of {}\n", own_, members_as_of_);
  for (auto& [node, incarnation] : known_) text += fmt::format("{} {:x}\n", node, incarnation);
  persistence::replace_file(file_, text);
}

}  // namespace lithair::actors
