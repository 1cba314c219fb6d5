#include "apps/lithair/access_keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "models/encoding/sha256.hpp"
#include "test/apps/own_directory.hpp"

namespace access_keeper_test {

namespace fs = std::filesystem;
using namespace lithair;
using namespace lithair::apps;
using http::access_office;
using http::access_role;

namespace {

/// The record as a cluster keeps it, and as each node has it: those that are behind are told later.
struct shared_record {
  std::mutex mutex;
  record_access::record kept;
  record_access::record behind;  ///< what a node has that is `held`
  bool is_there = true;          ///< the cluster can be asked
  std::vector<int> failures;     ///< how the next writes fail; 504 only seems to
  std::vector<std::function<void()>> listeners;

  record_access access(bool held = false) {
    return {[this](const record_access::on_read& done) {
              const auto [there, copy] = look(kept);
              if (!there) return done(tl::make_unexpected(models::problem{503, "x", "No.", {}}));
              done(copy);
            },
            [this](std::string value, std::uint64_t version, const auto& done) {
              done(write(std::move(value), version));
            },
            [this, held](const record_access::on_read& done) {
              done(look(held ? behind : kept).second);
            }};
  }

 private:
  std::pair<bool, record_access::record> look(const record_access::record& at) {
    const std::lock_guard guard{mutex};
    return {is_there, at};
  }
  static models::result<std::uint64_t> failed(int status) {
    return tl::make_unexpected(
        models::problem{static_cast<std::uint16_t>(status), "x", "It failed.", {}});
  }
  models::result<std::uint64_t> write(std::string value, std::uint64_t version) {
    std::vector<std::function<void()>> tell;
    int fails_with = 0;
    {
      const std::lock_guard guard{mutex};
      if (version != kept.version)
        return tl::make_unexpected(models::problem{412, "x", "It was changed.", {}});
      if (!failures.empty()) {
        fails_with = failures.back();
        failures.pop_back();
      }
      if (fails_with == 503) return failed(503);
      kept = {std::move(value), version + 1};
      tell = listeners;
    }
    for (const auto& each : tell) each();
    if (fails_with != 0) return failed(fails_with);
    return version + 1;
  }
};

struct cluster {
  test::own_directory place;
  shared_record record;
  std::atomic<std::int64_t> now{1'800'000'000};
  std::int64_t step = 0;  ///< how far the clock moves each time that it is read
  std::vector<std::unique_ptr<access_keeper>> all;

  ~cluster() {
    for (const auto& each : all) each->close();
  }
  std::string path(const std::string& name) const { return place.path() / name; }

  access_keeper& add(bool guarded = false, const std::string& auth_file = {}, bool held = false,
                     int number = 0, bool joins = false) {
    if (number == 0) number = static_cast<int>(all.size()) + 1;
    const auto in = std::to_string(number);
    all.push_back(std::make_unique<access_keeper>(access_keeper::setup{
        guarded, joins, auth_file, [](auto) { return true; }, path("guarded-" + in),
        path("token-" + in), [this] { return now.fetch_add(step); }}));
    auto& made_one = *all.back();
    made_one.use_book(record.access(held));
    if (held) return made_one;
    const std::lock_guard guard{record.mutex};
    record.listeners.emplace_back([&made_one] { made_one.wake(); });
    return made_one;
  }
};

access_office::outcome ask(
    const std::function<void(std::function<void(access_office::outcome)>)>& what) {
  std::promise<access_office::outcome> told;
  what([&told](access_office::outcome said) { told.set_value(std::move(said)); });
  return told.get_future().get();
}
access_office::outcome make(access_keeper& by, access_role role, std::int64_t seconds = 0,
                            std::vector<std::string> collections = {}) {
  return ask([&](auto done) { by.make({"someone", role, std::move(collections), seconds}, done); });
}
access_office::outcome revoke(access_keeper& by, std::uint64_t number) {
  return ask([&](auto done) { by.revoke(number, done); });
}
std::vector<access_office::token> list(access_keeper& by) {
  return ask([&](auto done) { by.list(done); }).all;
}

void await(const std::string& what, const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) BOOST_FAIL("waited in vain until " + what);
    std::this_thread::yield();
  }
}
std::optional<http::access_token> found(const access_keeper& by, const std::string& token) {
  const auto table = by.table();
  const auto* there = table->find(models::sha256(token));
  return there == nullptr ? std::nullopt : std::optional{*there};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_keepers)

BOOST_AUTO_TEST_CASE(what_one_node_makes_or_revokes_counts_at_all) {
  cluster nodes;
  auto& one = nodes.add();
  auto& two = nodes.add();
  BOOST_TEST(one.table()->is_open());
  BOOST_TEST(make(one, access_role::read).status == 409);
  BOOST_TEST(one.table()->is_open());
  const auto admin = make(one, access_role::admin);
  BOOST_REQUIRE(admin.status == 200);
  const auto secret = admin.all.front().text;
  BOOST_TEST(secret.starts_with("lithair_"));
  BOOST_TEST(secret.size() == 8u + 43u);
  await("the other knows it", [&] { return found(two, secret).has_value(); });
  BOOST_TEST(!two.table()->is_open());
  const auto reader = make(two, access_role::read, 0, {"orders"});
  BOOST_TEST(reader.all.front().number == 2u);
  const auto text = reader.all.front().text;
  BOOST_TEST(text != secret);
  await("the first knows it", [&] { return found(one, text).has_value(); });
  BOOST_TEST(!found(one, text)->may_use("notes"));

  const auto told = list(one);
  BOOST_TEST(told.size() == 2u);
  // Itself is told once, and is in no book.
  for (const auto& each : told) BOOST_TEST(each.text == "");
  BOOST_TEST(nodes.record.kept.value.find(secret) == std::string::npos);
  BOOST_TEST(revoke(one, 1).status == 409);
  BOOST_TEST(revoke(one, 7).status == 404);
  BOOST_TEST(revoke(one, 2).status == 200);
  await("it is gone", [&] { return !found(two, text).has_value(); });
  BOOST_TEST(found(two, secret).has_value());
}

BOOST_AUTO_TEST_CASE(what_has_ended_counts_no_more_although_nothing_else_happens) {
  cluster nodes;
  auto& one = nodes.add();
  make(one, access_role::admin);
  const auto made = make(one, access_role::write, 1);
  const auto text = made.all.front().text;
  await("it counts", [&] { return found(one, text).has_value(); });
  nodes.now += 1;
  await("it has ended", [&] { return !found(one, text).has_value(); });
}

BOOST_AUTO_TEST_CASE(a_guarded_cluster_begins_with_one_admin_whose_token_one_node_has) {
  cluster nodes;
  for (int i = 0; i < 3; ++i) BOOST_TEST(!nodes.add(true).table()->is_open());
  await("there is one", [&] { return list(*nodes.all[0]).size() == 1; });
  std::vector<std::string> tokens;
  await("one node has it, and it counts", [&] {
    tokens.clear();
    for (const auto* each : {"token-1", "token-2", "token-3"}) {
      std::ifstream file{nodes.path(each)};
      std::string token;
      if (file >> token && found(*nodes.all[0], token).has_value()) tokens.push_back(token);
    }
    return tokens.size() == 1;
  });
  BOOST_TEST((!found(*nodes.all[2], tokens.front()).has_value() ||
              found(*nodes.all[2], tokens.front())->role == access_role::admin));
  // With another start none is made.
  nodes.add(true, {}, false, 4);
  await("it knows them", [&] { return found(*nodes.all[3], tokens.front()).has_value(); });
  BOOST_TEST(!fs::exists(nodes.path("token-4")));
  BOOST_TEST(list(*nodes.all[3]).size() == 1u);
}

// Nobody else could ever make one.
BOOST_AUTO_TEST_CASE(the_first_token_is_proposed_until_it_is_there_whatever_becomes_of_a_write) {
  for (const std::vector<int>& failures :
       {std::vector{503}, std::vector{504}, std::vector{503, 503, 504}}) {
    cluster nodes;
    nodes.record.failures = failures;
    auto& one = nodes.add(true);
    std::string token;
    await("there is one that counts", [&] {
      std::ifstream file{nodes.path("token-1")};
      return file >> token && found(one, token).has_value();
    });
    BOOST_TEST(list(one).size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_token_that_was_left_before_a_restart_is_the_one_that_is_proposed) {
  cluster nodes;
  const std::string token = "lithair_left-before-it-was-known-whether-it-was-written";
  std::ofstream{nodes.path("token-1")} << token << "\n";
  auto& one = nodes.add(true);
  await("it counts", [&] { return found(one, token).has_value(); });
}

BOOST_AUTO_TEST_CASE(a_book_of_a_later_version_opens_nothing) {
  cluster nodes;
  nodes.record.kept = {R"({"next":"later"})", 7};
  auto& one = nodes.add();
  await("it is seen", [&] { return !one.table()->is_open(); });
  BOOST_TEST(make(one, access_role::admin).status == 503);
  BOOST_TEST(nodes.record.kept.version == 7u);
}

// What it has may be of before it was stopped: whoever is served without a token then would be let
// in by what was undone.
BOOST_AUTO_TEST_CASE(a_node_that_has_seen_tokens_serves_nobody_until_it_knows_them_again) {
  cluster nodes;
  std::string secret;
  {
    auto& one = nodes.add();
    secret = make(one, access_role::admin).all.front().text;
    await("it knows them", [&] { return found(one, secret).has_value(); });
  }
  nodes.record.is_there = false;
  auto& again = nodes.add(false, {}, true, 1);
  BOOST_TEST(!again.table()->is_open());
  BOOST_TEST(make(again, access_role::read).status == 503);
  BOOST_TEST(!again.table()->is_open());
  {
    const std::lock_guard guard{nodes.record.mutex};
    nodes.record.is_there = true;
    nodes.record.behind = nodes.record.kept;
  }
  again.wake();
  await("it knows them", [&] { return found(again, secret).has_value(); });
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_is_open_only_once_the_cluster_has_told_it_so) {
  cluster nodes;
  nodes.record.is_there = false;
  auto& one = nodes.add(false, {}, false, 0, true);
  BOOST_TEST(one.table()->is_unknown());
  {
    const std::lock_guard guard{nodes.record.mutex};
    nodes.record.is_there = true;
  }
  await("it knows that there are none", [&] { return one.table()->is_open(); });
}

BOOST_AUTO_TEST_CASE(tokens_of_a_file_count_beside_those_of_the_book) {
  cluster nodes;
  const auto file = nodes.path("auth.toml");
  const std::string token(40, 'k');
  const auto write = [&](const std::string& text) {
    std::ofstream{file} << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  };
  write("[[tokens]]\nname = \"a\"\nrole = \"admin\"\ntoken = \"" + token + "\"\n");
  auto& one = nodes.add(false, file);
  BOOST_REQUIRE(found(one, token).has_value());
  BOOST_TEST(found(one, token)->number == 0u);
  const auto made = make(one, access_role::admin);
  await("both count", [&] { return found(one, made.all.front().text).has_value(); });
  BOOST_TEST(found(one, token).has_value());
  // A file that is wrong leaves all as it is.
  write("[[tokens]");
  one.read_file_again();
  BOOST_TEST(found(one, token).has_value());
  write("");
  one.read_file_again();
  await("it counts no more", [&] { return !found(one, token).has_value(); });
  BOOST_TEST(!one.table()->is_open());
  write("[[tokens]");
  BOOST_CHECK_THROW(nodes.add(false, file), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_token_of_a_file_ends_although_the_file_stays_and_the_cluster_is_away) {
  cluster nodes;
  const auto file = nodes.path("auth.toml");
  const std::string token(40, 'k');
  // A second from now on: 2027-01-15T08:00:01Z.
  std::ofstream{file} << "[[tokens]]\nname = \"a\"\nrole = \"read\"\ntoken = \"" << token
                      << "\"\nexpires = 2027-01-15T08:00:01Z\n";
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  auto& one = nodes.add(false, file);
  BOOST_TEST(found(one, token).has_value());
  await("the cluster was asked", [&] { return make(one, access_role::read).status == 409; });
  nodes.now += 1;
  await("it has ended", [&] { return !found(one, token).has_value(); });
}

BOOST_AUTO_TEST_CASE(a_token_ends_at_whatever_moment_the_clock_moves_on) {
  for (const char second : {'2', '3', '4'}) {
    cluster nodes;
    nodes.step = 1;
    const auto file = nodes.path("auth.toml");
    const std::string token(40, 'k');
    std::ofstream{file} << "[[tokens]]\nname = \"a\"\nrole = \"read\"\ntoken = \"" << token
                        << "\"\nexpires = 2027-01-15T08:00:0" << second << "Z\n";
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    auto& one = nodes.add(false, file);
    await("it has ended", [&] { return !found(one, token).has_value(); });
  }
}

BOOST_AUTO_TEST_CASE(once_it_is_closed_what_is_asked_is_put_off_and_the_table_stays) {
  cluster nodes;
  auto& one = nodes.add();
  const auto secret = make(one, access_role::admin).all.front().text;
  await("it counts", [&] { return found(one, secret).has_value(); });
  one.close();
  BOOST_TEST(make(one, access_role::read).status == 503);
  BOOST_TEST(found(one, secret).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_keeper_test
