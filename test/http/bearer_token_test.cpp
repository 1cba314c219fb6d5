#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "http/bearer_token.hpp"

namespace bearer_token_test {

using lithair::http::bearer_of;
using lithair::http::bearer_token;

namespace {

/// A private file with this content, gone when the test is.
class token_file {
 public:
  explicit token_file(const std::string& content, mode_t mode = 0600)
      : path_(std::filesystem::temp_directory_path() /
              ("lithair-token-" + std::to_string(::getpid()))) {
    std::ofstream(path_) << content;
    ::chmod(path_.c_str(), mode);
  }
  ~token_file() { std::filesystem::remove(path_); }
  token_file(const token_file&) = delete;
  token_file& operator=(const token_file&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string why_not(const std::string& content, mode_t mode = 0600) {
  const token_file file{content, mode};
  const auto made = bearer_token::read(file.path());
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().starts_with(file.path()));
  BOOST_TEST(made.error().find('\n') == std::string::npos);
  if (content.size() > 4) BOOST_TEST(made.error().find(content) == std::string::npos);
  return made.error().substr(file.path().size() + 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bearer_tokens)

BOOST_AUTO_TEST_CASE(a_token_is_what_a_private_file_holds_without_the_white_space_around_it) {
  const token_file file{"  0123456789abcdef \r\n\n"};
  const auto made = bearer_token::read(file.path());
  BOOST_REQUIRE(made);
  BOOST_TEST(made->accepts("0123456789abcdef"));
  BOOST_TEST(!made->accepts("0123456789abcdeF"));
  BOOST_TEST(!made->accepts("0123456789abcdef0"));
  BOOST_TEST(!made->accepts("0123456789abcde"));
  BOOST_TEST(!made->accepts(""));
}

BOOST_AUTO_TEST_CASE(a_file_that_protects_nothing_is_refused) {
  BOOST_TEST(why_not("") == "must hold a token of at least 16 characters");
  BOOST_TEST(why_not("0123456789abcde\n") == "must hold a token of at least 16 characters");
  BOOST_TEST(why_not("0123456789 abcdef").starts_with("must hold one token"));
  BOOST_TEST(why_not("0123456789\nabcdefgh").starts_with("must hold one token"));
  BOOST_TEST(why_not(std::string(5000, 'x')).starts_with("must hold one token"));
  BOOST_TEST(why_not("0123456789abcdef", 0620).starts_with("is open to other users"));
  BOOST_TEST(why_not("0123456789abcdef", 0660).starts_with("is open to other users"));
  BOOST_TEST(why_not("0123456789abcdef", 0604).starts_with("is open to other users"));
  BOOST_TEST(!bearer_token::read("/nowhere/token"));
  BOOST_TEST(!bearer_token::read("/tmp"));
}

BOOST_AUTO_TEST_CASE(a_group_may_read_it_as_a_service_does_whose_files_are_roots) {
  const token_file file{"0123456789abcdef", 0440};
  BOOST_TEST(bearer_token::read(file.path()).has_value());
}

BOOST_AUTO_TEST_CASE(the_scheme_is_bearer_in_any_case) {
  BOOST_TEST(bearer_of("Bearer abc") == "abc");
  BOOST_TEST(bearer_of("bEARER   abc") == "abc");
  BOOST_TEST(bearer_of("Basic abc").empty());
  BOOST_TEST(bearer_of("Bearer").empty());
  BOOST_TEST(bearer_of("").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace bearer_token_test
