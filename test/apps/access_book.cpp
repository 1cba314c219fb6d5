#include "apps/lithair/access_book.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/tls/sealing.hpp"
#include "apps/lithair/auth_file.hpp"
#include "models/encoding/sha256.hpp"
#include "test/apps/own_directory.hpp"

namespace access_book_test {

using namespace lithair;
using namespace lithair::apps;
using http::access_role;

namespace {

booked_access entry(const access_book& in, access_role role, std::int64_t expires = 0) {
  return {in.next(), "someone", "digest " + std::to_string(in.next()), role, {}, 100, expires};
}

/// A file that only its owner may read.
struct secret_file {
  test::own_directory place;
  std::string path = place.path() / "auth.toml";

  explicit secret_file(const std::string& text) {
    std::ofstream{path} << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  }
};

const std::string token = "a-token-that-is-long-enough-to-count";

bool serves(std::string_view name) { return name == "orders"; }

std::string why_not(const std::string& text) {
  const secret_file file{text};
  const auto read = read_auth_file(file.path, serves);
  BOOST_REQUIRE_MESSAGE(!read, text);
  BOOST_TEST(read.error().starts_with(file.path + ":"));
  return read.error().substr(file.path.size() + 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_books)

BOOST_AUTO_TEST_CASE(the_first_is_an_admins_that_never_ends_and_one_of_them_always_stays) {
  access_book book;
  BOOST_TEST(book.add(entry(book, access_role::write)).starts_with("the first token must be"));
  BOOST_TEST(book.add(entry(book, access_role::admin, 500)).starts_with("the first token must be"));
  BOOST_TEST(book.add(entry(book, access_role::admin)) == "");
  BOOST_TEST(book.add(entry(book, access_role::read, 500)) == "");
  std::vector<booked_access> gone;
  BOOST_TEST(book.revoke(1, gone).starts_with("it is the last one of the role admin"));
  BOOST_TEST(book.revoke(9, gone) == "");
  BOOST_TEST(gone.empty());
  BOOST_TEST(book.add(entry(book, access_role::admin)) == "");
  BOOST_TEST(book.revoke(1, gone) == "");
  BOOST_TEST(gone.size() == 1u);
  BOOST_TEST(book.revoke(3, gone).starts_with("it is the last one"));
  BOOST_TEST(book.next() == 4u);
}

BOOST_AUTO_TEST_CASE(what_has_ended_counts_no_more_and_leaves_it) {
  access_book book;
  static_cast<void>(book.add(entry(book, access_role::admin)));
  static_cast<void>(book.add(entry(book, access_role::read, 500)));
  static_cast<void>(book.add(entry(book, access_role::read, 400)));
  BOOST_TEST(next_end(book.tokens(), 100) == 400);
  BOOST_TEST(next_end(book.tokens(), 400) == 500);
  BOOST_TEST(next_end(book.tokens(), 500) == 0);
  BOOST_TEST(book.tokens()[1].counts_at(499));
  BOOST_TEST(!book.tokens()[1].counts_at(500));
  book.purge(450);
  BOOST_TEST(book.tokens().size() == 2u);
}

BOOST_AUTO_TEST_CASE(it_is_bounded_and_is_read_as_it_was_written) {
  access_book book;
  static_cast<void>(book.add(entry(book, access_role::admin)));
  auto wide = entry(book, access_role::write, 77);
  wide.collections.assign(10'000, std::string(60, 'x'));
  BOOST_TEST(book.add(wide).starts_with("the tokens and their collections are too many"));
  wide.collections = {"orders", "notes"};
  BOOST_TEST(book.add(wide) == "");
  const auto read = access_book::parse(book.text());
  BOOST_REQUIRE(read);
  BOOST_TEST((*read == book));
  BOOST_TEST((*access_book::parse("") == access_book{}));
  for (const auto* text : {"{", "[]", "{}", R"({"next":1,"tokens":[{}]})",
                           R"({"next":2,"tokens":[{"number":1,"name":"a","digest":"","role":"X",)"
                           R"("collections":[],"made":1,"expires":0}]})"})
    BOOST_TEST(!access_book::parse(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(auth_files)

BOOST_AUTO_TEST_CASE(tokens_are_read_with_what_they_may_do) {
  const secret_file file{
      "[[tokens]]\nname = \"billing\"\nrole = \"write\"\n"
      "collections = [\"orders\"]\ntoken = \"" +
      token +
      "\"\n"
      "[[tokens]]\nname = \"watcher\"\nrole = \"read\"\nsha256 = \"" +
      std::string(64, 'a') +
      "\"\nexpires = 1970-01-01T01:00:00Z\n"
      "[[tokens]]\nname = \"gone\"\nrole = \"admin\"\nsha256 = \"" +
      std::string(64, 'b') + "\"\nexpires = 1970-01-01T00:00:10+00:00\n"};
  const auto read = read_auth_file(file.path, serves);
  BOOST_REQUIRE_MESSAGE(read, read.error());
  BOOST_REQUIRE(read->size() == 3u);
  BOOST_TEST(next_end(*read, 9) == 10);
  BOOST_TEST(next_end(*read, 1000) == 3600);
  const auto& first = read->front();
  BOOST_TEST(first.digest == actors::base64url(models::sha256(token)));
  BOOST_TEST(first.name == "billing");
  BOOST_TEST((first.role == access_role::write));
  BOOST_TEST((first.collections == std::vector<std::string>{"orders"}));
  BOOST_TEST(first.counts_at(1'000'000'000));
  BOOST_TEST(read->at(1).digest == actors::base64url(std::string(32, '\xaa')));
  BOOST_TEST(!read->back().counts_at(10));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_with_its_place_and_without_a_secret) {
  const std::string head = "[[tokens]]\nname = \"a\"\nrole = \"read\"\n";
  const std::string whole = head + "token = \"" + token + "\"\n";
  const std::pair<std::string, std::string> cases[] = {
      {"[[tokens]", "1:"},
      {"[tokens]\n", "only [[tokens]] are known here"},
      {"a = 1\n", "only [[tokens]] are known here"},
      {"[[tokens]]\nrole = \"read\"\ntoken = \"" + token + "\"\n", "1:1: a token needs a name"},
      {"[[tokens]]\nname = \"a\"\ntoken = \"" + token + "\"\n", "1:1: a token needs a role"},
      {head, "1:1: a token needs token or sha256"},
      {head + "token = \"short\"\n", "4:9: token must have at least 32 visible characters"},
      {head + "sha256 = \"AB\"\n", "4:10: sha256 must be 64 hexadecimal digits in lower case"},
      {whole + "sha256 = \"" + std::string(64, 'a') + "\"\n", "say the token or its sha256"},
      {whole + "expires = \"soon\"\n", "expires must be a time like 2027-01-01T00:00:00Z"},
      {whole + "collections = \"a\"\n", "collections must be a list of names"},
      {whole + "collections = [\"orders\", \"odrers\"]\n",
       "5:26: there is no collection of the name odrers"},
      {whole + "more = 1\n", "nothing is known of more"},
      {whole + whole, "the same token is there twice"},
      {"[[tokens]]\nname = \"a\"\nrole = \"Root\"\n",
       "role must be read, write, admin, or one that access rules"},
      {"[[tokens]]\nname = \"a\"\nrole = \"admin\"\ncollections = [\"orders\"]\ntoken = \"" +
           token + "\"\n",
       "an admin's token is not for some collections only"},
  };
  for (const auto& [text, said] : cases) {
    const auto told = why_not(text);
    BOOST_TEST(told.find(said) != std::string::npos, told);
    BOOST_TEST(told.find(token) == std::string::npos);
  }
  const secret_file file{whole};
  ::chmod(file.path.c_str(), 0644);
  BOOST_TEST(read_auth_file(file.path, serves).error() ==
             file.path + " is open to other users; say chmod 600 " + file.path);
  BOOST_TEST(!read_auth_file(file.path + ".none", serves));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_book_test
