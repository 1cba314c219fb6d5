#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "apps/lithairctl/item_sampler.hpp"
#include "apps/lithairctl/model_changes.hpp"
#include "apps/lithairctl/starting_files.hpp"
#include "models/declaration/model_file.hpp"
#include "test/apps/lithairctl/told.hpp"
#include "test/apps/own_directory.hpp"

#include <boost/json/parse.hpp>

namespace ctl_models_test {

using namespace lithair::test;
using lithair::ctl::changes_between;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

lithair::models::schema read(const std::string& text) {
  auto made = lithair::models::parse_model_text(text, "test");
  BOOST_REQUIRE_MESSAGE(made, (made ? "" : to_string(made.error().front())));
  return std::move(*made);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

told check(const fs::path& in, const std::string& text) {
  const auto file = in / "m.toml";
  std::ofstream(file) << text;
  return tell_ctl({"check", file.string()});
}

const std::string key = "id = { type = \"uuid\", primary_key = true, replicate = true }\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ctl_models, own_directory)

BOOST_AUTO_TEST_CASE(all_mistakes_of_models_are_told_at_once_with_their_places) {
  const auto made =
      check(path(), "[models.a.fields]\n" + key +
                        "n = { type = \"intger\" }\n"
                        "s = { type = \"string\", uniqe = true, validate = { min = 3 } }\n"
                        "[models.b.fields]\nx = { type = \"string\" }\n"
                        "r = { type = \"uuid\", references = \"nowhere\" }\n");
  BOOST_TEST(made.status == 1);
  for (const auto* part : {"m.toml:3:7: a.n: Unknown type", "m.toml:4:24: a.s: Unknown attribute",
                           "a.s: validate.min is for", "m.toml:5", "mistakes.\n"})
    BOOST_TEST(has(made.out, part), made.out);
}

BOOST_AUTO_TEST_CASE(each_line_that_is_no_toml_is_told) {
  const auto made = check(path(), "[models.a.fields]\n" + key +
                                      "n = { type = \n"
                                      "good = { type = \"string\" }\n"
                                      "m = = 3\n");
  BOOST_TEST(made.status == 1);
  BOOST_TEST(has(made.out, "m.toml:3:"), made.out);
  BOOST_TEST(has(made.out, "m.toml:5:"), made.out);
}

BOOST_AUTO_TEST_CASE(a_model_file_without_mistakes_is_fine) {
  const auto made = check(path(), "[models.a.fields]\n" + key);
  BOOST_TEST(made.status == 0, made.out + made.err);
  BOOST_TEST(has(made.out, "1 models, 0 projections, no mistakes"), made.out);
}

BOOST_AUTO_TEST_CASE(what_differs_is_told_a_line_each) {
  const auto before = read("[models.a.fields]\n" + key +
                           "n = { type = \"integer\", replicate = true, optional = true }\n" +
                           "[models.b.fields]\n" + key);
  const auto now =
      read("[models.a.fields]\n" + key +
           "n = { type = \"integer\", replicate = true, optional = true, indexed = true }\n"
           "s = { type = \"string\", replicate = true, optional = true }\n" +
           "[models.c.fields]\n" + key);
  const auto made = changes_between(before, now);
  BOOST_REQUIRE(made.size() == 4u);
  BOOST_TEST(made[0].starts_with("~ a.n\n    was "), made[0]);
  BOOST_TEST(made[1] == "- b");
  BOOST_TEST(made[2].starts_with("+ a.s = "), made[2]);
  BOOST_TEST(made[3] == "+ c");
  BOOST_TEST(changes_between(now, now).empty());
}

BOOST_AUTO_TEST_CASE(a_new_service_has_models_without_mistakes_and_a_secret_of_its_own) {
  const auto dir = path() / "shop";
  const auto made = tell_ctl({"new", "shop", "--dir", dir.string()});
  BOOST_TEST(made.status == 0, made.err);
  BOOST_TEST(tell_ctl({"check", (dir / "shop.toml").string()}).status == 0);
  const auto token = text_of(dir / "cluster.token");
  BOOST_TEST(token.size() > 32u);
  struct stat of {};
  BOOST_REQUIRE(::stat((dir / "cluster.token").c_str(), &of) == 0);
  BOOST_TEST((of.st_mode & 0777) == 0600u);
  BOOST_TEST(has(text_of(dir / ".gitignore"), "cluster.token"));
  BOOST_TEST(!has(text_of(dir / "compose.yml"), "@NAME@"));
  (void)tell_ctl({"new", "shop", "--dir", (path() / "other").string()});
  BOOST_TEST(text_of(path() / "other" / "cluster.token") != token);
}

BOOST_AUTO_TEST_CASE(a_new_service_overwrites_nothing) {
  std::ofstream(path() / "README.md") << "mine";
  const auto made = tell_ctl({"new", "shop", "--dir", path().string()});
  BOOST_TEST(made.status == 4, made.err);
  BOOST_TEST(text_of(path() / "README.md") == "mine");
  BOOST_TEST(!fs::exists(path() / "shop.toml"));
  BOOST_TEST(tell_ctl({"new", "Shop 1", "--dir", path().string()}).status == 2);
}

BOOST_AUTO_TEST_CASE(made_up_items_differ_and_have_what_is_asked_for) {
  const auto api = boost::json::parse(R"j({"components":{"schemas":{
      "c":{"properties":{
             "id":{"type":"string","format":"uuid"},"name":{"type":"string","maxLength":60},
             "price":{"type":"string","pattern":"^-?(0|[1-9])"},"n":{"type":"integer","minimum":3},
             "state":{"type":"string","enum":["draft"]},"free":{"type":"string"}}},
      "c.create":{"required":["name","price","n","state"]}}}})j");
  const lithair::ctl::item_model model(api.as_object(), "c");
  const lithair::ctl::item_sampler sampler(model, 100, "abc");
  BOOST_TEST(sampler.trouble() == "");
  const auto first = boost::json::parse(sampler.make(1)).as_object();
  BOOST_TEST(first.size() == 4u);
  BOOST_TEST(first.at("name").as_string().size() == 60u);
  BOOST_TEST(first.at("n").as_int64() == 3);
  BOOST_TEST(sampler.make(1) != sampler.make(2));
  BOOST_TEST(lithair::ctl::item_sampler("{\"a\":\"{n}\"}", "r").make(7) == "{\"a\":\"r-7\"}");
}

BOOST_AUTO_TEST_CASE(completion_knows_every_command_and_option) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto made = tell_ctl({"completion", shell});
    BOOST_TEST(made.status == 0);
    for (const auto* word :
         {"status", "import", "completion", "revoke", "skip-errors", "endpoints"})
      BOOST_TEST(has(made.out, word), shell << ": " << word);
  }
  BOOST_TEST(tell_ctl({"completion", "tcsh"}).status == 2);
}

BOOST_AUTO_TEST_CASE(the_completion_of_bash_is_a_script_that_completes) {
  const auto file = path() / "completion";
  std::ofstream(file) << tell_ctl({"completion", "bash"}).out
                      << "COMP_WORDS=(lithairctl import products --sk); COMP_CWORD=3\n"
                         "_lithairctl; echo \"${COMPREPLY[*]}\" > "
                      << (path() / "said").string() << '\n';
  BOOST_TEST(std::system(("bash " + file.string()).c_str()) == 0);
  BOOST_TEST(text_of(path() / "said") == "--skip-errors\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_models_test
