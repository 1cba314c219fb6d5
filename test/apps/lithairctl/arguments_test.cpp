#include <boost/test/unit_test.hpp>

#include "test/apps/lithairctl/told.hpp"

namespace ctl_arguments_test {

using namespace lithair::test;

namespace {

// Where nobody listens: a port of the reserved range that needs root.
const std::vector<std::string> nowhere{"--endpoints", "127.0.0.1:1"};

told at_nowhere(std::vector<std::string> words, const std::string& input = {}) {
  words.insert(words.end(), nowhere.begin(), nowhere.end());
  return tell_ctl(words, input);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_arguments)

BOOST_AUTO_TEST_CASE(help_names_commands_and_exit_statuses) {
  const auto made = tell_ctl({"--help"});
  BOOST_TEST(made.status == 0);
  for (const auto* word :
       {"status", "members", "list", "--endpoints", "LITHAIR_TOKEN_FILE", "6 outcome unknown"})
    BOOST_TEST(has(made.out, word), word);
}

BOOST_AUTO_TEST_CASE(each_command_has_examples) {
  for (const auto* name :
       {"status",  "members", "add",      "remove", "promote",   "transfer", "list",
        "get",     "history", "create",   "put",    "patch",     "delete",   "backup",
        "verify",  "restore", "snapshot", "watch",  "import",    "export",   "token",
        "explain", "bench",   "new",      "check",  "completion"}) {
    const auto made = tell_ctl({name, "--help"});
    BOOST_TEST(made.status == 0);
    BOOST_TEST(has(made.out, "Examples:\n  lithairctl " + std::string(name)), made.out);
    BOOST_TEST(has(made.out, "Usage: lithairctl " + std::string(name)), made.out);
  }
}

BOOST_AUTO_TEST_CASE(the_version_is_told) {
  const auto made = tell_ctl({"--version"});
  BOOST_TEST(made.status == 0);
  BOOST_TEST(made.out.starts_with("lithairctl "));
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_one_line_and_status_2) {
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"stauts"},
      {"list"},
      {"get", "products"},
      {"list", "products", "--tkae", "3"},
      {"list", "products", "--timeout", "3"},
      {"list", "products", "--consistency", "eventual"},
      {"list", "products", "name"},
      {"status", "--endpoints", "a:b"},
      {"status", "--ca", "/no/such/file"},
      {"status", "--token-file", "/no/such/file"},
      {"remove", "x"},
      {"add", "4"},
      {"add", "4=nowhere"},
      {"create", "/api/products"},
      {"transfer", "--to", "two"},
  };
  for (const auto& words : wrong) {
    const auto made = tell_ctl(words);
    const auto line = words.empty() ? std::string{} : words.front();
    BOOST_TEST(made.status == 2, line << ": " << made.err);
    BOOST_TEST(made.out == "", line);
    BOOST_TEST(made.err.starts_with("lithairctl: "), line);
  }
  BOOST_TEST(has(tell_ctl({"stauts"}).err, "stauts: there is no such command"));
}

BOOST_AUTO_TEST_CASE(nobody_there_is_status_5) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"status"}, {"members"}, {"list", "products"}, {"get", "/api/products", "1"}}) {
    const auto made = at_nowhere(words);
    BOOST_TEST(made.status == 5, made.err);
    BOOST_TEST(has(made.err, "127.0.0.1:1: "), made.err);
  }
  const auto made = at_nowhere({"create", "/api/products", "-"}, "{}");
  BOOST_TEST(made.status == 5, made.err);
  BOOST_TEST(has(made.err, "certainly not done"), made.err);
}

BOOST_AUTO_TEST_CASE(options_stand_before_or_behind_the_command_and_win_over_the_environment) {
  const auto ask = [](const std::vector<std::string>& words) {
    return tell_ctl(words, {}, {{"LITHAIR_ENDPOINTS", "127.0.0.1:2"}}).err;
  };
  BOOST_TEST(has(ask({"members"}), "127.0.0.1:2: "));
  BOOST_TEST(has(ask({"members", "--endpoints", "127.0.0.1:1"}), "127.0.0.1:1: "));
  BOOST_TEST(has(ask({"--endpoints", "127.0.0.1:1", "members"}), "127.0.0.1:1: "));
}

BOOST_AUTO_TEST_CASE(who_can_t_be_asked_must_say_yes) {
  const auto made = at_nowhere({"remove", "3"});
  BOOST_TEST(made.status == 2);
  BOOST_TEST(has(made.err, "--yes"), made.err);
  BOOST_TEST(at_nowhere({"remove", "3", "--yes"}).status == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_arguments_test
