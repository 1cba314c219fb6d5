// Who may connect when many do.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "http/admission.hpp"
#include "http/pace.hpp"
#include "test/http/served.hpp"

namespace places_test {

using lithair::http::address_of;
using lithair::http::admission;
using lithair::http::client_address;
using lithair::http::pace;
using lithair::http::place;
using lithair::http::server_options;
using namespace lithair::http::test;

namespace {

client_address ipv4(const char* text) {
  sockaddr_in from{};
  from.sin_family = AF_INET;
  inet_pton(AF_INET, text, &from.sin_addr);
  return address_of(reinterpret_cast<const sockaddr&>(from));
}

client_address ipv6(const char* text) {
  sockaddr_in6 from{};
  from.sin6_family = AF_INET6;
  inet_pton(AF_INET6, text, &from.sin6_addr);
  return address_of(reinterpret_cast<const sockaddr&>(from));
}

bool says(const reply& r, int status, std::string_view what) {
  return r.status == status && r.body.find(what) != std::string::npos;
}

/// Two places, of which nobody is moved away soon.
server_options two_places() {
  server_options options;
  options.max_connections = 2;
  options.spared_ms = options.reserve_timeout_ms = 60'000;
  return options;
}

using clients = std::vector<std::unique_ptr<client>>;

/// Connects, and is known to the server when it returns.
void connect(clients& to, served& server, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto before = server.server().held().connections;
    to.push_back(std::make_unique<client>(server.port()));
    while (server.server().held().connections == before) {
    }
  }
}

void await_next_millisecond(served& server) {
  std::uint64_t first = 0;
  std::uint64_t now = 0;
  server.any_loop()->call([&] { first = server.any_loop()->now_ms(); });
  while (now <= first) server.any_loop()->call([&] { now = server.any_loop()->now_ms(); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(places_suite)

BOOST_AUTO_TEST_CASE(a_host_has_one_address_however_it_comes) {
  BOOST_TEST((ipv4("10.0.0.1") == ipv4("10.0.0.1")));
  BOOST_TEST((ipv4("10.0.0.1") != ipv4("10.0.0.2")));
  BOOST_TEST((ipv6("::ffff:10.0.0.1") == ipv4("10.0.0.1")));
  BOOST_TEST((ipv6("2001:db8:0:1::1") == ipv6("2001:db8:0:1:ffff::2")));
  BOOST_TEST((ipv6("2001:db8:0:1::1") != ipv6("2001:db8:0:2::1")));
  BOOST_TEST((ipv6("::1") != ipv4("127.0.0.1")));
}

BOOST_AUTO_TEST_CASE(regular_places_are_given_first_and_few_to_one_address_and_then_the_reserve) {
  admission all;
  all.set_limits({.regular = 3, .reserved = 2, .per_address = 2});
  const auto a = ipv4("10.0.0.1");
  const auto b = ipv4("10.0.0.2");
  BOOST_TEST((all.begin_one(a) == place::regular));
  BOOST_TEST((all.begin_one(a) == place::regular));
  BOOST_TEST((all.begin_one(a) == place::reserved));
  BOOST_TEST((all.begin_one(b) == place::regular));
  BOOST_TEST((all.begin_one(b) == place::reserved));
  BOOST_TEST((all.begin_one(b) == place::refused));
  BOOST_TEST(all.open() == 5u);
  all.end_one({a, place::reserved});
  BOOST_TEST((all.begin_one(b) == place::reserved));
  all.end_one({a, place::regular});
  BOOST_TEST((all.begin_one(b) == place::regular));
  BOOST_TEST((all.begin_one(a) == place::refused));
  for (const auto& x : {admission::ticket{a, place::regular},
                        {b, place::regular},
                        {b, place::regular},
                        {b, place::reserved},
                        {b, place::reserved}})
    all.end_one(x);
  BOOST_TEST(all.wait_until_none(std::chrono::milliseconds{0}));
}

BOOST_AUTO_TEST_CASE(room_is_to_be_made_before_the_last_place_is_taken) {
  admission all;
  all.set_limits({.regular = 160, .reserved = 4, .per_address = 64});
  const auto a = ipv4("10.0.0.1");
  const auto b = ipv4("10.0.0.2");
  const auto c = ipv4("10.0.0.3");
  for (int i = 0; i < 59; ++i) all.begin_one(a);
  BOOST_TEST(!all.short_of(a).is_any());
  // Of the 64 of one address fifteen sixteenths are 60, and seven eighths are 56.
  all.begin_one(a);
  BOOST_TEST(all.short_of(a).count == 4u);
  BOOST_TEST((all.short_of(a).of == a));
  BOOST_TEST(!all.short_of(b).is_any());
  for (int i = 0; i < 59; ++i) all.begin_one(b);
  for (int i = 0; i < 31; ++i) all.begin_one(c);
  BOOST_TEST(all.short_of(c).count == 150u - 140u);
  BOOST_TEST(!all.short_of(c).of.has_value());
  BOOST_TEST(!all.short_of(c).reserve);
}

BOOST_AUTO_TEST_CASE(bytes_must_move_by_an_eighth_of_the_whole_in_each_window) {
  constexpr std::uint64_t megabyte = 1 << 20;
  pace one{1000};
  one.begin(5000, 0, megabyte, megabyte);
  BOOST_TEST(one.due() == 6000u);
  // A trickle.
  BOOST_TEST(!pace{one}.go_on(6000, 1, megabyte - 1, megabyte));
  BOOST_TEST(!pace{one}.go_on(6000, megabyte / 8 - 1, megabyte, megabyte));
  BOOST_TEST(one.go_on(6000, megabyte / 8, megabyte - megabyte / 8, megabyte));
  BOOST_TEST(one.due() == 7000u);
  // What comes on top raises what is owed, what has gone does not lower it.
  BOOST_TEST(one.go_on(7000, megabyte / 4, 20'000, 20'000));
  BOOST_TEST(!pace{one}.go_on(8000, megabyte / 4 + 19'999, 1, 1));
  BOOST_TEST(one.go_on(8000, megabyte / 4 + 20'000, 2 * megabyte, 2 * megabyte));
  BOOST_TEST(!one.go_on(9000, megabyte / 2 + 20'000 - 1, 2 * megabyte, 2 * megabyte));
}

BOOST_AUTO_TEST_CASE(little_must_move_by_16_kib_and_less_as_a_whole) {
  pace one{1000};
  one.begin(0, 0, 20'000, 20'000);
  BOOST_TEST(!pace{one}.go_on(1000, pace::least - 1, 20'000, 20'000));
  BOOST_TEST(one.go_on(1000, pace::least, 20'000 - pace::least, 20'000));
  BOOST_TEST(!pace{one}.go_on(2000, 19'999, 1, 20'000));
  one.begin(0, 0, 10, 10);
  BOOST_TEST(!one.is_behind(0, 0));
  BOOST_TEST(one.is_behind(500, 4));
  BOOST_TEST(!one.is_behind(500, 5));
  BOOST_TEST(!one.is_behind(5000, 10));
}

BOOST_AUTO_TEST_CASE(what_leaves_in_pieces_has_the_windows_of_the_whole) {
  constexpr std::uint64_t whole = 1 << 20;
  constexpr std::uint64_t piece = 32 << 10;
  pace one{1000};
  BOOST_TEST(one.starts(true));
  one.begin(0, 0, whole, whole);
  // A piece more each time, which alone would be fast enough.
  for (int i = 0; i < 3; ++i) BOOST_TEST(!one.starts(true));
  BOOST_TEST(one.due() == 1000u);
  BOOST_TEST(!one.go_on(1000, 3 * piece, whole - 3 * piece, whole - 3 * piece));
  // Once all has left, the next begins anew.
  BOOST_TEST(!one.starts(false));
  BOOST_TEST(one.starts(true));
  one.begin(6000, whole, piece, piece);
  BOOST_TEST(one.due() == 7000u);
  BOOST_TEST(one.go_on(7000, whole + piece, 0, 0));
}

BOOST_AUTO_TEST_CASE(who_connects_and_asks_nothing_has_the_time_of_a_head) {
  server_options options;
  options.header_timeout_ms = 30;
  served server{options};
  client silent{server.port()};
  BOOST_TEST(silent.ended());
}

BOOST_AUTO_TEST_CASE(the_longest_idle_connection_makes_room_for_others) {
  server_options options;
  options.max_connections = 4;
  options.spared_ms = 0;
  served server{options, 1};
  clients all;
  for (int i = 0; i < 3; ++i) {
    connect(all, server, 1);
    BOOST_TEST(all.back()->ask("GET", "/livez").status == 200);
    // Else they would be silent since the same millisecond.
    await_next_millisecond(server);
  }
  client busy{server.port()};
  BOOST_TEST(busy.ask("GET", "/livez").status == 200);
  BOOST_TEST(all[0]->ended());
  BOOST_TEST(all[1]->ask("GET", "/livez").status == 200);
  BOOST_TEST(all[2]->ask("GET", "/livez").status == 200);
  BOOST_TEST(busy.ask("GET", "/metrics").body.find("lithair_http_connections_reclaimed_total 1") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_last_places_are_for_asking_how_the_node_is) {
  served server{two_places()};
  clients all;
  connect(all, server, 2);
  for (const auto* target : {"/livez", "/health", "/readyz", "/ready", "/metrics"}) {
    client probe{server.port()};
    const auto r = probe.ask("GET", target);
    BOOST_TEST(r.status == 200, target);
    BOOST_TEST(r.header("connection") == "close");
    BOOST_TEST(probe.ended());
  }
  for (const auto* target : {"/api/products", "/status", "/", "/nowhere"}) {
    client other{server.port()};
    const auto r = other.ask("GET", target);
    BOOST_TEST(says(r, 503, "too_many_connections"), target);
    BOOST_TEST(r.header("retry-after") == "1");
    BOOST_TEST(other.ended());
  }
  // Of what comes with a body not even that is read.
  client writer{server.port()};
  writer.send("POST /api/products HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  BOOST_TEST(says(writer.read().value(), 503, "too_many_connections"));
  BOOST_TEST(writer.ended());
  BOOST_TEST(all[0]->ask("GET", "/status").status == 200);
}

BOOST_AUTO_TEST_CASE(a_place_of_the_reserve_is_taken_back_soon) {
  auto options = two_places();
  options.reserve_timeout_ms = 30;
  served server{options};
  clients all;
  connect(all, server, 2);
  client silent{server.port()};
  BOOST_TEST(says(silent.read().value(), 503, "too_many_connections"));
  BOOST_TEST(silent.ended());
  client slow{server.port()};
  slow.send("GET /liv");
  // 503 where even these bytes came too late.
  const auto r = slow.read().value();
  BOOST_TEST((r.status == 408 || r.status == 503));
  BOOST_TEST(slow.ended());
}

BOOST_AUTO_TEST_CASE(beyond_the_reserve_a_connection_is_refused_at_once) {
  served server{two_places()};
  clients all;
  connect(all, server, 2 + 16);
  client last{server.port()};
  const auto r = last.read();
  BOOST_REQUIRE(r);
  BOOST_TEST(says(*r, 503, "too_many_connections"));
  BOOST_TEST(r->header("retry-after") == "1");
  BOOST_TEST(last.ended());
  const auto page = all.back()->ask("GET", "/metrics").body;
  BOOST_TEST(page.find("lithair_http_connections 18") != std::string::npos);
  BOOST_TEST(page.find("lithair_http_connections_reserved 16") != std::string::npos);
  BOOST_TEST(page.find("lithair_http_connections_turned_away_total 17") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_address_has_only_so_many_places) {
  server_options options;
  options.max_per_address = 1;
  served server{options};
  client first{server.port()};
  BOOST_TEST(first.ask("GET", "/status").status == 200);
  client second{server.port()};
  BOOST_TEST(says(second.ask("GET", "/status"), 503, "too_many_connections"));
  client probe{server.port()};
  BOOST_TEST(probe.ask("GET", "/readyz").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace places_test
