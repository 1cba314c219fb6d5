#include <boost/test/unit_test.hpp>

#include "apps/lithairctl/event_reader.hpp"
#include "apps/lithairctl/latencies.hpp"
#include "apps/lithairctl/progress.hpp"

namespace ctl_streams_test {

using namespace lithair::ctl;

namespace {

constexpr std::string_view stream =
    ": hello\nid: 40\n\n"
    "id: 41.1\nevent: create\ndata: {\"a\":1}\n\n"
    ": heartbeat\n\n"
    "id: 41\r\nevent: update\r\ndata: one\r\ndata: two\r\n\r\n"
    "id: 43\n\n"
    "event: delete\ndata: {\"id\":\"x\"}\n\nid: 99\nevent: create\ndata: cut";

std::string all_of(std::size_t piece) {
  event_reader reader;
  std::string made;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.add(stream.substr(at, piece));
    while (const auto x = reader.next()) made += x->id + ' ' + x->type + ' ' + x->data + ';';
  }
  return made + "last " + reader.last_id();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ctl_streams)

BOOST_AUTO_TEST_CASE(events_are_the_same_whatever_pieces_they_come_in) {
  const std::string expected =
      "41.1 create {\"a\":1};41 update one\ntwo;43 delete {\"id\":\"x\"};last 43";
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 64u, 4096u})
    BOOST_TEST(all_of(piece) == expected);
}

BOOST_AUTO_TEST_CASE(where_to_go_on_is_known_before_anything_happens) {
  event_reader reader;
  reader.add(": hello\nid: 40\n\n");
  BOOST_TEST(!reader.next());
  BOOST_TEST(reader.last_id() == "40");
}

BOOST_AUTO_TEST_CASE(quantiles_are_near_what_was_added) {
  latencies made;
  BOOST_TEST(made.quantile(0.5) == 0u);
  for (std::uint64_t us = 1; us <= 100'000; ++us) made.add(us);
  const auto near = [&](double part) {
    const auto wanted = part * 100'000;
    const auto got = static_cast<double>(made.quantile(part));
    return got > wanted * 0.98 && got < wanted * 1.02;
  };
  BOOST_TEST(near(0.5));
  BOOST_TEST(near(0.9));
  BOOST_TEST(near(0.999));
  BOOST_TEST(made.quantile(1.0) == 100'000u);
  BOOST_TEST(made.most() == 100'000u);
}

BOOST_AUTO_TEST_CASE(short_and_very_long_durations_are_counted) {
  latencies made;
  made.add(0);
  made.add(63);
  made.add(64);
  BOOST_TEST(made.quantile(0) == 0u);
  BOOST_TEST(made.quantile(0.5) == 63u);
  made.add(~std::uint64_t{0});
  latencies all;
  all.add(made);
  BOOST_TEST(all.count() == 4u);
  BOOST_TEST(all.most() == ~std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(a_bar_fills_from_the_left) {
  BOOST_TEST(bar_of(0, 100, 10) == "[>         ]   0 %");
  BOOST_TEST(bar_of(55, 100, 10) == "[=====>    ]  55 %");
  BOOST_TEST(bar_of(100, 100, 10) == "[==========] 100 %");
  BOOST_TEST(bar_of(200, 100, 10) == "[==========] 100 %");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace ctl_streams_test
