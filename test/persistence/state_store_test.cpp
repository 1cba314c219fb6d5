#include "persistence/state_store.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <tuple>

#include "persistence/fault_points.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/memory_state_store.hpp"
#include "test/persistence/support.hpp"

namespace state_store_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;
using lithair::protocol::index_t;
using lithair::protocol::term_t;

namespace {

struct lmdb_maker {
  temporary_directory place;
  std::unique_ptr<state_store> state = std::make_unique<lmdb_state_store>(place.path());

  void reopen() {
    state.reset();
    state = std::make_unique<lmdb_state_store>(place.path());
  }
};

struct memory_maker {
  std::unique_ptr<state_store> state = std::make_unique<memory_state_store>();
  void reopen() {}
};

using makers = std::tuple<lmdb_maker, memory_maker>;

}  // namespace

BOOST_AUTO_TEST_SUITE(a_state)

BOOST_AUTO_TEST_CASE_TEMPLATE(is_empty_at_first, maker, makers) {
  maker made;
  BOOST_TEST((made.state->applied() == applied_point{}));
  BOOST_TEST(!made.state->get("a"));
  BOOST_TEST(scanned(*made.state, "", "") == "");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_pairs_and_what_they_are_the_state_of, maker, makers) {
  maker made;
  commit(*made.state, 7, {{"a", "1"}, {"b", ""}, {"c", std::string(100'000, 'x')}});
  made.reopen();
  BOOST_TEST(made.state->get("a").value() == "1");
  BOOST_TEST(made.state->get("b").value() == "");
  BOOST_TEST(made.state->get("c").value().size() == 100'000u);
  BOOST_TEST(!made.state->get("d"));
  const auto point = made.state->applied();
  BOOST_TEST(point.index.value == 7u);
  BOOST_TEST((point.members == members_up_to(3)));
  BOOST_TEST(point.extra == "extra");
  BOOST_TEST(point.pairs == 3u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(replaces_and_removes, maker, makers) {
  maker made;
  commit(*made.state, 1, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  commit(*made.state, 2, {{"a", "4"}, {"b", std::nullopt}, {"x", std::nullopt}});
  made.reopen();
  BOOST_TEST(scanned(*made.state, "", "") == "a=4 c=3 ");
  BOOST_TEST(made.state->applied().pairs == 2u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(scans_from_lower_up_to_but_not_upper, maker, makers) {
  maker made;
  commit(*made.state, 1, {{"a", "1"}, {"b", "2"}, {"ba", "3"}, {"c", "4"}, {"\xff", "5"}});
  const auto& state = *made.state;
  BOOST_TEST(scanned(state, "b", "c") == "b=2 ba=3 ");
  BOOST_TEST(scanned(state, "aa", "ba") == "b=2 ");
  BOOST_TEST(scanned(state, "b", "", scan_order::descending) == "\xff=5 c=4 ba=3 b=2 ");
  BOOST_TEST(scanned(state, "", "b", scan_order::descending) == "a=1 ");
  BOOST_TEST(scanned(state, "c", "c") == "");
  BOOST_TEST(scanned(state, "c", "b") == "");
  BOOST_TEST(scanned(state, "d", "e") == "");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(stops_a_scan_when_told, maker, makers) {
  maker made;
  commit(*made.state, 1, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  std::string seen;
  made.state->scan("", "", scan_order::ascending, [&](std::string_view key, std::string_view) {
    seen += key;
    return seen.size() < 2;
  });
  BOOST_TEST(seen == "ab");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(may_be_looked_up_during_a_scan, maker, makers) {
  maker made;
  commit(*made.state, 1, {{"a", "b"}, {"b", "c"}, {"c", "a"}});
  std::string seen;
  made.state->scan("", "", scan_order::ascending, [&](std::string_view, std::string_view value) {
    seen += made.state->get(value).value();
    return true;
  });
  BOOST_TEST(seen == "cab");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(has_the_same_digest_whatever_way_it_came_about, maker, makers) {
  maker one;
  maker other;
  commit(*one.state, 1, {{"a", "1"}, {"b", "2"}});
  commit(*one.state, 2, {{"a", std::nullopt}, {"c", "3"}});
  commit(*one.state, 3, {{"b", "5"}});
  commit(*other.state, 3, {{"b", "5"}, {"c", "3"}});
  BOOST_TEST((one.state->applied() == other.state->applied()));
  BOOST_TEST(one.state->applied().digest != 0u);
  commit(*other.state, 4, {{"b", "6"}});
  BOOST_TEST(one.state->applied().digest != other.state->applied().digest);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(refuses_keys_it_cant_keep, maker, makers) {
  maker made;
  commit(*made.state, 1, {{std::string(max_key_size, 'k'), "1"}});
  BOOST_CHECK_THROW(commit(*made.state, 2, {{"", "1"}}), std::logic_error);
  BOOST_CHECK_THROW(commit(*made.state, 2, {{std::string(max_key_size + 1, 'k'), "1"}}),
                    std::logic_error);
  BOOST_CHECK_THROW(commit(*made.state, 2, {{std::string(1, '\0'), "1"}}), std::logic_error);
  BOOST_TEST(made.state->applied().index.value == 1u);
  BOOST_TEST(!made.state->get(""));
  BOOST_TEST(!made.state->get(std::string(1, '\0')));
  BOOST_TEST(!made.state->get(std::string(5000, 'k')));
  BOOST_TEST(scanned(*made.state, std::string(5000, 'k'), "") == "");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_keys_of_any_bytes, maker, makers) {
  maker made;
  const std::string zeroes(2, '\0');
  commit(*made.state, 1, {{zeroes, "0"}, {"\xff", "1"}});
  const auto& state = *made.state;
  for (const auto order : {scan_order::ascending, scan_order::descending}) {
    BOOST_TEST(scanned(state, std::string(1, '\0'), zeroes, order) == "");
    BOOST_TEST(scanned(state, "", "\x01", order) == zeroes + "=0 ");
    BOOST_TEST(scanned(state, zeroes, "", order).size() == 9u);
  }
  BOOST_TEST(state.get(zeroes).value() == "0");
}

BOOST_AUTO_TEST_CASE(scans_in_pieces_what_is_larger_than_one) {
  temporary_directory place;
  lmdb_state_store state(place.path());
  changes all;
  for (int i = 0; i < 3000; ++i) all.push_back({std::to_string(10'000 + i), std::to_string(i)});
  commit(state, 1, all);
  std::size_t n = 0;
  for (const auto order : {scan_order::ascending, scan_order::descending}) {
    n = 0;
    state.scan("", "", order, [&](std::string_view key, std::string_view value) {
      const auto i = order == scan_order::ascending ? n : all.size() - 1 - n;
      BOOST_REQUIRE((key == all[i].key && value == *all[i].value));
      ++n;
      return true;
    });
    BOOST_TEST(n == all.size());
  }
  state.verify();
}

BOOST_AUTO_TEST_CASE(is_sound_when_power_loss_brings_the_file_of_an_old_commit_back) {
  temporary_directory place;
  static std::filesystem::path from;
  from = place.make("state");
  const auto options = in_parts_of(180);
  changes large;
  for (int i = 0; i < 200; ++i) large.push_back({std::to_string(1000 + i), "large"});
  {
    lmdb_state_store state(from, options);
    set_fault_handler([](fault_point point) {
      if (point == fault_point::checkpoint_pending)
        std::filesystem::copy(from / "pending", from.parent_path() / "old");
    });
    commit(state, 1, large);
    set_fault_handler(nullptr);
    BOOST_TEST(!std::filesystem::exists(from / "pending"));
    commit(state, 2, {{"1000", "small"}});
  }
  for (const auto newer : {0, 1}) {
    std::filesystem::copy(place.path() / "old", from / "pending");
    lmdb_state_store state(from, options);
    BOOST_TEST(state.applied().index.value == 2u + static_cast<unsigned>(newer));
    BOOST_TEST(state.get("1000").value() == (newer == 0 ? "small" : "newer"));
    BOOST_TEST(!std::filesystem::exists(from / "pending"));
    state.verify();
    if (newer == 0) commit(state, 3, {{"1000", "newer"}});
  }
}

BOOST_AUTO_TEST_CASE(takes_a_large_commit_whole_or_refuses_it_whole_at_its_limit) {
  temporary_directory place;
  lmdb_options options;
  options.map_size = options.map_limit = 4 << 20;
  options.part_bytes = 256 << 10;
  std::uint64_t index = 0;
  const auto fill = [&](state_store& to) {
    for (;;) {
      changes all;
      for (int i = 0; i < 400; ++i)
        all.push_back(
            {std::to_string(1000 + i) + '-' + std::to_string(index), std::string(1000, 'x')});
      commit(to, index + 1, all);
      ++index;
    }
  };
  for (int life = 0; life < 3; ++life) {
    lmdb_state_store state(place.path(), options);
    BOOST_TEST(state.applied().index.value == index);
    state.verify();
    BOOST_TEST((code_of([&] { fill(state); }) == storage_errc::full));
    BOOST_TEST(!std::filesystem::exists(place.path() / "pending"));
    state.verify();
  }
  BOOST_TEST(index > 2u);
  // With room again it goes on.
  options.map_limit = 64 << 20;
  lmdb_state_store state(place.path(), options);
  commit(state, index + 1, {{"a", "1"}});
  state.verify();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace state_store_test
