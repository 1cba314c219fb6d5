#include "apps/lithair/identity_keeper.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <stdexcept>
#include <string>

#include "test/apps/own_directory.hpp"

namespace identity_keeper_test {

using namespace lithair;
using apps::identity_keeper;

namespace {

// RFC 8037 A.2 and A.4, and RFC 7515 A.1.
constexpr auto point =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
constexpr auto signed_by_point =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
constexpr auto secret =
    R"({"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}]})";

// Not signed by the keys, or signed, and no claims.
const std::string unsigned_one = "The token's signature is wrong.";
const std::string signed_one = "The token's claims are no JSON object with each name once.";

struct keys_file {
  test::own_directory place;
  const std::string path = place.path() / "keys.json";

  void write(const std::string& text, mode_t mode) const {
    std::ofstream(path) << text;
    BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
  }
  identity_keeper keeper() const { return identity_keeper{{path, "joe", "shop", "roles"}}; }
  std::string why_not(const std::string& text, mode_t mode) const {
    write(text, mode);
    try {
      keeper();
    } catch (const std::runtime_error& error) {
      const std::string why = error.what();
      BOOST_REQUIRE(why.starts_with(path));
      BOOST_TEST(why.find('\n') == std::string::npos);
      BOOST_TEST(why.find("AyM1") == std::string::npos);
      return why.substr(path.size());
    }
    return "";
  }
};

std::string judged(const identity_keeper& by) {
  return by.office()->identify(signed_by_point, 1'300'000'000).error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(identity_keepers)

BOOST_AUTO_TEST_CASE(public_keys_may_be_read_by_all_and_secrets_by_the_owner_and_a_group) {
  const keys_file file;
  BOOST_TEST(file.why_not(point, 0644) == "");
  BOOST_TEST(file.why_not(point, 0400) == "");
  for (const mode_t mode : {0600u, 0640u}) BOOST_TEST(file.why_not(secret, mode) == "");
  for (const mode_t mode : {0644u, 0604u})
    BOOST_TEST(file.why_not(secret, mode) ==
               " holds a secret (oct) and is open to other users; say chmod 600 " + file.path);
}

BOOST_AUTO_TEST_CASE(who_may_write_keys_is_the_owner_alone) {
  const keys_file file;
  for (const mode_t mode : {0664u, 0646u, 0620u})
    BOOST_TEST(file.why_not(point, mode) ==
               " can be changed by other users; say chmod go-w " + file.path);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_file_is_said_with_its_name) {
  const keys_file file;
  BOOST_TEST(file.why_not("{}", 0644) == ": a key set is a JSON object with a list of \"keys\"");
  BOOST_TEST(file.why_not(std::string((1 << 20) + 5, ' '), 0644) ==
             ": the key set is larger than 1 MiB");
  BOOST_TEST(file.why_not(R"({"keys":[{"kty":"oct","k":"AyM1"}]})", 0600) ==
             ": key 1 is a secret (oct) of fewer than 32 bytes, which can be guessed");
  std::filesystem::remove(file.path);
  BOOST_CHECK_THROW(file.keeper(), std::runtime_error);
  std::filesystem::create_directory(file.path);
  BOOST_CHECK_THROW(file.keeper(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(keys_that_are_replaced_are_used_and_wrong_ones_change_nothing) {
  const keys_file file;
  file.write(point, 0644);
  auto keeper = file.keeper();
  BOOST_TEST(judged(keeper) == signed_one);
  const auto then = [&](const std::string& text, mode_t mode) {
    file.write(text, mode);
    keeper.read_file_again();
    return judged(keeper);
  };
  BOOST_TEST(then("{", 0644) == signed_one);
  BOOST_TEST(then(secret, 0644) == signed_one);
  BOOST_TEST(then(secret, 0600) == unsigned_one);
  BOOST_TEST(then("", 0600) == unsigned_one);
  BOOST_TEST(then(point, 0644) == signed_one);
}

BOOST_AUTO_TEST_CASE(a_node_has_an_office_where_it_is_told_of_keys) {
  const keys_file file;
  file.write(point, 0644);
  apps::settings chosen;
  BOOST_TEST(apps::open_identities(chosen) == "");
  BOOST_TEST(chosen.http.identities == nullptr);
  chosen.jwt = {file.path, "joe", "shop", "roles"};
  BOOST_TEST(apps::open_identities(chosen) == "");
  BOOST_TEST(chosen.http.identities != nullptr);
  chosen.jwt->keys_file += ".none";
  BOOST_TEST(apps::open_identities(chosen) ==
             "--jwt-keys: " + file.path + ".none can't be read: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace identity_keeper_test
