#include "persistence/lmdb_environment.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "persistence/lmdb_log_store.hpp"
#include "test/persistence/support.hpp"

namespace lmdb_environment_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
using lithair::protocol::index_t;

namespace {

std::string number(std::uint64_t i) { return std::to_string(100'000 + i); }

void put(lmdb_environment& env, std::uint64_t i, std::size_t size = 1000) {
  env.write([&](lmdb_writer& to) { to.put(number(i), std::string(size, 'x')); });
}

std::size_t count(const lmdb_environment& env) {
  lmdb_reader from(env);
  std::size_t n = 0;
  for (bool more = from.first(); more; more = from.next()) ++n;
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_environment)

BOOST_AUTO_TEST_CASE(moves_its_cursor_in_key_order_both_ways) {
  temporary_directory place;
  lmdb_environment env(place.path(), {});
  env.write([](lmdb_writer& to) {
    for (const auto* key : {"b", "d", "f"}) to.put(key, "v");
  });
  lmdb_reader from(env);
  BOOST_TEST((from.seek("c") && from.key() == "d"));
  BOOST_TEST((from.seek("d") && from.key() == "d"));
  BOOST_TEST((from.previous() && from.key() == "b"));
  BOOST_TEST(!from.previous());
  BOOST_TEST((from.seek_before("d") && from.key() == "b"));
  BOOST_TEST((from.seek_before("z") && from.key() == "f"));
  BOOST_TEST(!from.seek_before("b"));
  BOOST_TEST(!from.seek("g"));
  BOOST_TEST((from.seek("") && from.key() == "b"));
}

BOOST_AUTO_TEST_CASE(undoes_a_write_whose_work_throws) {
  temporary_directory place;
  lmdb_environment env(place.path(), {});
  const auto failing = [](lmdb_writer& to) {
    to.put("a", "1");
    throw std::logic_error("no");
  };
  BOOST_CHECK_THROW(env.write(failing), std::logic_error);
  BOOST_TEST(count(env) == 0u);
  put(env, 1);
  BOOST_TEST(count(env) == 1u);
}

BOOST_AUTO_TEST_CASE(grows_its_map_while_others_read) {
  temporary_directory place;
  lmdb_options options;
  options.map_size = 128 << 10;
  lmdb_environment env(place.path(), options);
  put(env, 0);
  std::atomic<bool> done = false;
  std::atomic<std::size_t> seen = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!done) seen += count(env) > 0 ? 1 : 0;
    });
  for (std::uint64_t i = 1; i < 500; ++i) put(env, i, 3000);
  while (seen == 0) std::this_thread::yield();
  done = true;
  for (auto& reader : readers) reader.join();
  BOOST_TEST(count(env) == 500u);
  BOOST_TEST(env.map_size() >= 500u * 3000u);
}

BOOST_AUTO_TEST_CASE(refuses_writes_at_its_limit_and_takes_them_again_after_space_was_freed) {
  temporary_directory place;
  lmdb_options options;
  options.map_size = options.map_limit = 256 << 10;
  lmdb_log_store log(place.path(), options);
  std::uint64_t last = 0;
  const auto fill = [&] {
    for (;; ++last) append(log, commands(last + 1, 1, 1, 1000));
  };
  BOOST_TEST(code_of(fill) == storage_errc::full);
  BOOST_TEST(last > 50u);
  BOOST_TEST(log.environment().stopped_because() == "");
  BOOST_TEST(log.restore(group).last_index.value == last);
  purge_up_to(log, last - 1);
  append(log, commands(last + 1, 1, 1, 1000));
  BOOST_TEST(log.restore(group).last_index.value == last + 1);
}

BOOST_AUTO_TEST_CASE(refuses_writes_while_the_file_system_has_no_room) {
  temporary_directory place;
  lmdb_options options;
  options.min_free_bytes = UINT64_MAX;
  lmdb_environment env(place.path(), options);
  BOOST_TEST((code_of([&] { put(env, 1); }) == storage_errc::full));
  BOOST_TEST(env.stopped_because() == "");
}

BOOST_AUTO_TEST_CASE(has_private_files) {
  temporary_directory place;
  const lmdb_environment env(place.path(), {});
  for (const auto& item : std::filesystem::directory_iterator(place.path()))
    BOOST_TEST((static_cast<unsigned>(item.status().permissions()) & 0077u) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lmdb_environment_test
