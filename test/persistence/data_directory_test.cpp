#include "persistence/data_directory.hpp"

#include <signal.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "test/persistence/support.hpp"

namespace data_directory_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
using lithair::protocol::node_id;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const fs::path& path) {
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_data_directory)

BOOST_AUTO_TEST_CASE(is_created_private_with_its_parents) {
  temporary_directory place;
  const data_directory made(place.path() / "a" / "b", node_id{3});
  BOOST_TEST(made.identity().node.value == 3u);
  BOOST_TEST(made.identity().boots == 1u);
  BOOST_TEST(mode_of(made.path()) == 0700u);
  BOOST_TEST(mode_of(made.path() / "identity") == 0600u);
  BOOST_TEST(mode_of(made.path() / "lock") == 0600u);
  BOOST_TEST(mode_of(made.log_path()) == 0700u);
}

BOOST_AUTO_TEST_CASE(counts_each_opening) {
  temporary_directory place;
  for (std::uint64_t boot = 1; boot <= 3; ++boot)
    BOOST_TEST(data_directory(place.path(), node_id{1}).identity().boots == boot);
}

BOOST_AUTO_TEST_CASE(remembers_its_node_when_none_is_given) {
  temporary_directory place;
  { const data_directory made(place.path(), node_id{7}); }
  BOOST_TEST(data_directory(place.path(), node_id{}).identity().node.value == 7u);
}

BOOST_AUTO_TEST_CASE(refuses_another_node_and_changes_nothing) {
  temporary_directory place;
  { const data_directory made(place.path(), node_id{7}); }
  const auto open_as_2 = [&] { data_directory(place.path(), node_id{2}); };
  BOOST_TEST(code_of(open_as_2) == storage_errc::foreign);
  BOOST_TEST(sentence_of(open_as_2).find("belongs to node 7, not to node 2") != std::string::npos);
  BOOST_TEST(data_directory(place.path(), node_id{7}).identity().boots == 2u);
}

BOOST_AUTO_TEST_CASE(keeps_its_cluster_and_refuses_another) {
  temporary_directory place;
  {
    data_directory made(place.path(), node_id{1});
    made.join(42);
    made.join(42);
    BOOST_TEST((code_of([&] { made.join(43); }) == storage_errc::foreign));
  }
  BOOST_TEST(data_directory(place.path(), node_id{1}).identity().cluster == 42u);
  BOOST_TEST(
      (code_of([&] { data_directory(place.path(), node_id{1}, 43); }) == storage_errc::foreign));
  BOOST_TEST(data_directory(place.path(), node_id{1}, 42).identity().cluster == 42u);
}

BOOST_AUTO_TEST_CASE(admits_one_process_only) {
  temporary_directory place;
  const data_directory held(place.path(), node_id{1});
  const auto status = in_child([&] { data_directory(place.path(), node_id{1}); });
  BOOST_TEST(status == 64 + static_cast<int>(storage_errc::locked));
}

BOOST_AUTO_TEST_CASE(opens_after_its_process_was_killed) {
  temporary_directory place;
  const auto status = in_child([&] {
    const data_directory held(place.path(), node_id{1});
    ::raise(SIGKILL);
  });
  BOOST_TEST(status == 128 + SIGKILL);
  BOOST_TEST(data_directory(place.path(), node_id{1}).identity().boots == 2u);
}

BOOST_AUTO_TEST_CASE(creates_nothing_when_the_place_is_wrong) {
  temporary_directory place;
  const auto code = [&](const fs::path& path, node_id node) {
    return code_of([&] { data_directory(path, node); });
  };
  BOOST_TEST(code(place.path() / "new", node_id{}) == storage_errc::access);
  BOOST_TEST(!fs::exists(place.path() / "new"));

  write_text(place.path() / "file", "x");
  BOOST_TEST(code(place.path() / "file", node_id{1}) == storage_errc::access);

  const auto full = place.make("full");
  write_text(full / "letter", "x");
  BOOST_TEST(code(full, node_id{1}) == storage_errc::foreign);
  BOOST_TEST(!fs::exists(full / "lock"));

  fs::create_directory_symlink(place.make("real"), place.path() / "link");
  BOOST_TEST(code(place.path() / "link", node_id{1}) == storage_errc::access);
  BOOST_TEST(fs::is_empty(place.path() / "real"));
}

BOOST_AUTO_TEST_CASE(tells_damage_from_another_version) {
  temporary_directory place;
  { const data_directory made(place.path(), node_id{1}); }
  const auto identity_path = place.path() / "identity";
  const auto text = read_file(identity_path).value();
  const auto open = [&] { data_directory(place.path(), node_id{1}); };

  for (std::size_t i = 0; i < text.size(); ++i) {
    auto damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write_text(identity_path, damaged);
    const auto code = code_of(open);
    BOOST_TEST((code == storage_errc::damaged || code == storage_errc::bad_format), damaged);
  }
  write_text(identity_path, text.substr(0, text.size() - 1));
  BOOST_TEST(code_of(open) == storage_errc::damaged);
  write_text(identity_path, "lithair data directory\nformat 2\nsomething else\n");
  BOOST_TEST(code_of(open) == storage_errc::bad_format);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace data_directory_test
