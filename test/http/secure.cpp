#include "test/http/secure.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include "actors/tls/ticket_keys.hpp"

namespace lithair::http::test {

namespace fs = std::filesystem;
using lithair::test::authority;
using lithair::test::identity;

kept_certificate::kept_certificate(bool asks) : asks_(asks) {
  static std::atomic<int> last{0};
  directory_ = fs::temp_directory_path() /
               ("lithair-https-" + std::to_string(getpid()) + "-" + std::to_string(++last));
  fs::create_directory(directory_);
  std::ofstream(directory_ / "ca.pem") << authority_of_tests().certificate();
  put(authority_of_tests().issue());
}

kept_certificate::~kept_certificate() { fs::remove_all(directory_); }

void kept_certificate::put(const identity& own) const {
  std::ofstream(directory_ / "cert.pem") << own.certificate;
  std::ofstream(directory_ / "key.pem") << own.key;
  fs::permissions(directory_ / "key.pem", fs::perms::owner_read | fs::perms::owner_write);
}

void kept_certificate::trust(const std::string& authorities) const {
  std::ofstream(directory_ / "ca.pem") << authorities;
}

actors::tls_files kept_certificate::files() const {
  return {directory_ / "cert.pem", directory_ / "key.pem",
          asks_ ? std::optional<std::string>{directory_ / "ca.pem"} : std::nullopt};
}

std::shared_ptr<actors::tls_credentials> kept_certificate::load() const {
  const auto now = [] { return std::int64_t{std::time(nullptr)}; };
  auto made = actors::tls_credentials::load(
      files(), {.tickets = std::make_shared<actors::ticket_keys>(now)}, now);
  if (!made) throw std::runtime_error(made.error().text);
  return *made;
}

const authority& authority_of_tests() {
  static const authority made{"authority of tests"};
  return made;
}

std::shared_ptr<const actors::tls_context> secure_client(const identity* own) {
  actors::tls_material material;
  material.authorities = {"ca.pem", authority_of_tests().certificate()};
  if (own != nullptr) {
    material.certificates = {"cert.pem", own->certificate};
    material.key = {"key.pem", own->key};
  }
  auto made = actors::tls_context::make(material, {actors::tls_role::client});
  if (!made) throw std::runtime_error(made.error().text);
  return *made;
}

bool tests_are_secure() { return std::getenv("LITHAIR_TEST_HTTPS") != nullptr; }

std::shared_ptr<actors::tls_credentials> usual_server() {
  if (!tests_are_secure()) return nullptr;
  static const auto made = kept_certificate{}.load();
  return made;
}

std::shared_ptr<const actors::tls_context> usual_client() {
  if (!tests_are_secure()) return nullptr;
  static const auto made = secure_client();
  return made;
}

}  // namespace lithair::http::test
