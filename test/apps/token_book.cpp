#include "apps/lithair/token_book.hpp"

#include <boost/test/unit_test.hpp>

namespace token_book_test {

using namespace lithair::apps;

namespace {

booked_token token(std::uint64_t number, std::uint64_t uses = 1, std::int64_t expires = 100) {
  return {number, "digest " + std::to_string(number), expires, 10, 1, uses, {}};
}

token_book copy_of(const token_book& book) { return *token_book::parse(book.text()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(token_books)

BOOST_AUTO_TEST_CASE(a_book_is_read_as_it_was_written) {
  token_book book;
  BOOST_TEST(token_book::parse("").value().next() == 1u);
  BOOST_TEST(book.add(token(1, 2)) == "");
  BOOST_TEST(book.use(1, "digest 1", {7, "a key"}, 50) == "");
  BOOST_TEST((copy_of(book) == book));
  BOOST_REQUIRE(copy_of(book).tokens().front().used.size() == 1u);
  BOOST_TEST(copy_of(book).tokens().front().used.front().node == 7u);
  for (const auto* text : {"{", "[]", "{}", R"({"next":1,"tokens":[{}]})", R"({"next":-1})"})
    BOOST_TEST(!token_book::parse(text), text);
}

BOOST_AUTO_TEST_CASE(a_token_for_one_node_lets_one_in_and_that_one_again) {
  token_book book;
  book.add(token(1));
  BOOST_TEST(book.use(1, "digest 1", {7, "a key"}, 50) == "");
  const auto used = book;
  BOOST_TEST(book.use(1, "digest 1", {7, "a key"}, 50) == "");
  BOOST_TEST((book == used));
  BOOST_TEST(book.use(1, "digest 1", {7, "another key"}, 50).starts_with("the token is used up"));
  BOOST_TEST(book.use(1, "digest 1", {8, "a key"}, 50).starts_with("the token is used up"));
  BOOST_TEST((book == used));
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_book_does_not_count) {
  token_book book;
  book.add(token(1, 5));
  const auto refused = [&book](std::uint64_t number, const char* digest, std::int64_t now) {
    return book.use(number, digest, {7, "a key"}, now).starts_with("the token does not count");
  };
  BOOST_TEST(refused(2, "digest 1", 50));
  BOOST_TEST(refused(1, "digest 2", 50));
  BOOST_TEST(refused(1, "digest 1", 100));
  BOOST_TEST(!refused(1, "digest 1", 99));
  BOOST_TEST(book.revoke(1));
  BOOST_TEST(!book.revoke(1));
  // Also not for who was let in before.
  BOOST_TEST(refused(1, "digest 1", 99));
}

BOOST_AUTO_TEST_CASE(numbers_are_never_given_twice) {
  token_book book;
  book.add(token(1));
  book.add(token(2, 1, 200));
  BOOST_TEST(book.add(token(2)) != "");
  book.purge(100);
  BOOST_TEST(book.tokens().size() == 1u);
  book.revoke_all();
  BOOST_TEST(book.tokens().empty());
  BOOST_TEST(book.next() == 3u);
  BOOST_TEST(copy_of(book).next() == 3u);
}

BOOST_AUTO_TEST_CASE(a_full_book_takes_no_more_and_stays_below_a_quarter_of_a_megabyte) {
  token_book book;
  const std::string digest(43, 'x');
  for (std::uint64_t i = 1; i <= token_book::most_tokens; ++i)
    BOOST_TEST(
        book.add({i, digest, 1'900'000'000, 1'900'000'000, 65535, token_book::most_uses, {}}) ==
        "");
  for (std::uint64_t i = 1; i <= token_book::most_tokens; ++i)
    for (std::uint64_t node = 1; node <= token_book::most_uses; ++node)
      BOOST_TEST(book.use(i, digest, {65435 + node, digest}, 1) == "");
  BOOST_TEST(book.add({book.next(), digest, 1, 1, 1, 1, {}}).starts_with("there are 32 tokens"));
  BOOST_TEST(book.text().size() < 256u * 1024);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace token_book_test
