#include "persistence/log_records.hpp"

#include <boost/test/unit_test.hpp>

#include "persistence/bytes.hpp"
#include "persistence/checksum.hpp"
#include "test/persistence/support.hpp"

namespace log_records_test {

using namespace lithair;
using namespace lithair::persistence;
using namespace lithair::persistence::test;

namespace {

const log_key key(log_tag::entry, group, protocol::index_t{7});

std::string record_of(const protocol::entry& x) {
  std::string bytes(entry_record_size(x), '\0');
  encode_entry(bytes.data(), key, x);
  return bytes;
}

protocol::entry some_entry() {
  auto made = command(7, 3, "payload");
  made.from = {protocol::node_id{2}, 9, 0xfedcba9876543210};
  made.time_us = 1'764'000'000'000'000;
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_entry_of_the_log)

BOOST_AUTO_TEST_CASE(is_read_as_it_was_written_with_its_run_and_its_time) {
  const auto x = some_entry();
  const auto record = record_of(x);
  const auto read = decode_entry(key, record);
  BOOST_TEST(read.index.value == 7u);
  BOOST_TEST(read.term.value == 3u);
  BOOST_CHECK(read.kind == protocol::entry_kind::command);
  BOOST_CHECK(read.from == x.from);
  BOOST_TEST(read.time_us == x.time_us);
  BOOST_TEST(read.data == "payload");
}

BOOST_AUTO_TEST_CASE(of_the_first_format_is_read_without_a_run_and_a_time) {
  byte_writer body;
  body.u8(1).u8(2).u64(3).u64(2).u64(9).raw("payload");
  byte_writer record;
  record.u64(checksum_of(key, body.bytes())).raw(body.bytes());
  const auto read = decode_entry(key, record.bytes());
  check_log_record(key, record.bytes());
  BOOST_TEST(read.index.value == 7u);
  BOOST_TEST(read.term.value == 3u);
  BOOST_CHECK(read.kind == protocol::entry_kind::command);
  BOOST_CHECK((read.from == protocol::origin{protocol::node_id{2}, 9, 0}));
  BOOST_TEST(read.time_us == 0);
  BOOST_TEST(read.data == "payload");
}

BOOST_AUTO_TEST_CASE(with_any_bit_changed_or_cut_off_is_damaged) {
  const auto record = record_of(some_entry());
  for (std::size_t at = 0; at < record.size() * 8; ++at) {
    auto changed = record;
    changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
    BOOST_TEST_CONTEXT("bit " << at) {
      BOOST_TEST(code_of([&] { decode_entry(key, changed); }) == storage_errc::damaged);
      BOOST_TEST(code_of([&] { check_log_record(key, changed); }) == storage_errc::damaged);
    }
  }
  for (std::size_t size = 0; size < record.size(); ++size)
    BOOST_TEST(code_of([&] { decode_entry(key, record.substr(0, size)); }) ==
               storage_errc::damaged);
}

BOOST_AUTO_TEST_CASE(with_a_flag_that_is_not_known_is_of_another_version) {
  auto record = record_of(some_entry());
  const auto head_size = record.size() - std::string_view{"payload"}.size();
  record[10] = 1;
  const auto head = std::string_view{record}.substr(8, head_size - 8);
  store_u64(record.data(), checksum_of(key, head));
  BOOST_TEST(code_of([&] { decode_entry(key, record); }) == storage_errc::bad_format);
}

BOOST_AUTO_TEST_CASE(under_another_key_is_damaged) {
  const log_key other(log_tag::entry, group, protocol::index_t{8});
  BOOST_TEST(code_of([&] { decode_entry(other, record_of(some_entry())); }) ==
             storage_errc::damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace log_records_test
