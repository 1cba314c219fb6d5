#include "apps/lithair/authority_files.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "actors/tls/sealing.hpp"
#include "persistence/files.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;
using actors::cluster_authority;

std::string text_or_none(const std::string& path) {
  return persistence::read_file(path).value_or(std::string{});
}

secure_files next_of(const secure_files& kept) { return secure_files_in(kept.directory + "/next"); }
secure_files previous_of(const secure_files& kept) {
  return secure_files_in(kept.directory + "/previous");
}

}  // namespace

std::string read_text(const std::string& path) {
  auto text = persistence::read_file(path);
  if (!text) throw std::runtime_error(path + " is missing");
  return std::move(*text);
}

cluster_authority authority_in(const secure_files& kept) {
  auto made = cluster_authority::read(read_text(kept.authority), read_text(kept.authority_key));
  if (!made) throw std::runtime_error(kept.directory + ": of the authority " + made.error());
  return std::move(*made);
}

authority_files::authority_files(secure_files kept) : kept_(std::move(kept)) {}

void authority_files::recover() const {
  const auto next = next_of(kept_);
  const auto previous = previous_of(kept_);
  if (fs::exists(next.certificate)) carry_over();
  // What was to be dropped holds keys.
  for (const auto& each :
       {next.directory + ".old", previous.directory + ".old", previous.directory + ".new"})
    fs::remove_all(each);
  const bool is_trusted =
      read_text(kept_.authority).find(text_or_none(previous.authority)) != std::string::npos;
  if (!is_trusted) drop(previous.directory);
}

own_authorities authority_files::now() const {
  own_authorities made;
  made.current = current().certificate();
  const auto next = next_of(kept_);
  made.request = text_or_none(next.request);
  const auto trusted = read_text(kept_.authority);
  for (const auto& each : {next.authority, previous_of(kept_).authority}) {
    const auto other = text_or_none(each);
    // It counts once the node trusts it.
    if (!other.empty() && other != made.current && trusted.find(other) != std::string::npos)
      made.other = other;
  }
  return made;
}

cluster_authority authority_files::other() const {
  const auto next = next_of(kept_);
  return authority_in(fs::exists(next.authority) ? next : previous_of(kept_));
}

std::string authority_files::offer(bool anew) const {
  const auto next = next_of(kept_);
  if (anew) drop(next.directory);
  if (auto kept = text_or_none(next.request); !kept.empty()) return kept;
  persistence::make_directory(next.directory);
  const auto made = actors::make_key("node");
  persistence::replace_file(next.key, made.key);
  persistence::replace_file(next.request, made.request);
  return made.request;
}

bool authority_files::trust(const std::string& next, const std::string& sealed) const {
  const auto place = next_of(kept_);
  const auto bytes = actors::bytes_of_base64url(sealed);
  const auto key = bytes ? actors::open_sealed(read_text(place.key), *bytes) : bytes;
  if (!key || !cluster_authority::read(next, *key)) return false;
  persistence::replace_file(place.authority_key, *key);
  persistence::replace_file(place.authority, next);
  persistence::replace_file(kept_.authority, current().certificate() + next);
  return true;
}

void authority_files::adopt(
    const std::function<std::string(const cluster_authority&, const std::string&)>& certify) const {
  const auto next = next_of(kept_);
  persistence::replace_file(next.certificate, certify(authority_in(next), read_text(next.request)));
  carry_over();
}

// From the certificate in next/ on it is to be: each file may be written once more.
void authority_files::carry_over() const {
  const auto next = next_of(kept_);
  const auto previous = previous_of(kept_);
  const auto by = authority_in(next);
  if (!fs::exists(previous.directory)) {
    const auto of_before = current();
    const auto made = secure_files_in(previous.directory + ".new");
    fs::remove_all(made.directory);
    persistence::make_directory(made.directory);
    persistence::replace_file(made.authority_key, of_before.key());
    persistence::replace_file(made.authority, of_before.certificate());
    persistence::move_file(made.directory, previous.directory);
  }
  persistence::replace_file(kept_.authority, by.certificate() + read_text(previous.authority));
  persistence::replace_file(kept_.authority_key, by.key());
  persistence::replace_file(kept_.key, read_text(next.key));
  persistence::replace_file(kept_.certificate, read_text(next.certificate));
  drop(next.directory);
}

void authority_files::settle() const {
  persistence::replace_file(kept_.authority, current().certificate());
  drop(next_of(kept_).directory);
  drop(previous_of(kept_).directory);
}

void authority_files::drop(const std::string& directory) {
  const auto dropped = directory + ".old";
  fs::remove_all(dropped);
  if (fs::exists(directory)) persistence::move_file(directory, dropped);
  fs::remove_all(dropped);
}

}  // namespace lithair::apps
