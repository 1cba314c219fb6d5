#include "persistence/overlay_store.hpp"

#include <boost/test/unit_test.hpp>

#include "persistence/memory_state_store.hpp"
#include "test/persistence/support.hpp"

namespace overlay_store_test {

using namespace lithair::persistence;
using namespace lithair::persistence::test;

namespace {

struct made_overlay {
  memory_state_store base;
  overlay_store overlay{base};

  made_overlay() { commit(base, 1, {{"a", "1"}, {"c", "3"}, {"e", "5"}}); }

  std::string up(std::string_view lower = "", std::string_view upper = "") const {
    return scanned(overlay, lower, upper);
  }
  std::string down(std::string_view lower = "", std::string_view upper = "") const {
    return scanned(overlay, lower, upper, scan_order::descending);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(an_overlay)

BOOST_AUTO_TEST_CASE(shows_what_lies_below_until_it_changes) {
  made_overlay made;
  BOOST_TEST(made.overlay.get("a").value() == "1");
  made.overlay.put("a", "x");
  made.overlay.erase("c");
  made.overlay.put("b", "new");
  BOOST_TEST(made.overlay.get("a").value() == "x");
  BOOST_TEST(!made.overlay.get("c"));
  BOOST_TEST(made.up() == "a=x b=new e=5 ");
  BOOST_TEST(made.down() == "e=5 b=new a=x ");
  BOOST_TEST(made.base.get("a").value() == "1");
}

BOOST_AUTO_TEST_CASE(merges_within_bounds_both_ways) {
  made_overlay made;
  for (const auto* key : {"0", "b", "d", "f"}) made.overlay.put(key, "n");
  BOOST_TEST(made.up("b", "e") == "b=n c=3 d=n ");
  BOOST_TEST(made.down("b", "e") == "d=n c=3 b=n ");
  BOOST_TEST(made.up() == "0=n a=1 b=n c=3 d=n e=5 f=n ");
  BOOST_TEST(made.down() == "f=n e=5 d=n c=3 b=n a=1 0=n ");
  BOOST_TEST(made.up("g", "") == "");
}

BOOST_AUTO_TEST_CASE(stops_a_scan_in_any_layer) {
  made_overlay made;
  for (const auto* key : {"b", "d", "f"}) made.overlay.put(key, "n");
  for (std::size_t most = 1; most <= 6; ++most) {
    std::string seen;
    made.overlay.scan("", "", scan_order::ascending, [&](std::string_view key, std::string_view) {
      seen += key;
      return seen.size() < most;
    });
    BOOST_TEST(seen == std::string("abcdef").substr(0, most));
  }
}

BOOST_AUTO_TEST_CASE(reads_the_same_before_during_and_after_a_checkpoint) {
  made_overlay made;
  made.overlay.put("a", "x");
  made.overlay.erase("e");
  const auto frozen = made.overlay.freeze();
  made.overlay.put("a", "y");
  made.overlay.put("e", "back");
  made.overlay.erase("c");
  const std::string expected = "a=y e=back ";
  BOOST_TEST(made.up() == expected);
  made.base.commit(frozen->changes(), {});
  BOOST_TEST(made.up() == expected);
  BOOST_TEST(scanned(made.base, "", "") == "a=x c=3 ");
  made.overlay.drop_frozen();
  BOOST_TEST(made.up() == expected);
  BOOST_TEST(made.overlay.changed_keys() == 3u);
}

BOOST_AUTO_TEST_CASE(freezes_one_layer_at_a_time) {
  made_overlay made;
  made.overlay.put("a", "x");
  const auto frozen = made.overlay.freeze();
  BOOST_CHECK_THROW(made.overlay.freeze(), std::logic_error);
  BOOST_TEST((made.overlay.frozen() == frozen));
  made.overlay.drop_frozen();
  BOOST_TEST(made.overlay.frozen() == nullptr);
}

BOOST_AUTO_TEST_CASE(copies_what_it_is_given_and_takes_values_of_all_sizes) {
  made_overlay made;
  std::string key = "k";
  for (const std::size_t size : {3u, 2u, 0u, 4u, 10u, 1'000'000u, 70'000u, 1u}) {
    std::string value(size, static_cast<char>('a' + size % 26));
    made.overlay.put(key, value);
    const auto expected = value;
    value.assign(size, '#');
    BOOST_TEST((made.overlay.get("k") == expected));
  }
  key = "?";
  BOOST_TEST(made.overlay.get("k").value() == "b");
}

BOOST_AUTO_TEST_CASE(refuses_keys_no_store_takes) {
  made_overlay made;
  BOOST_CHECK_THROW(made.overlay.put("", "x"), std::logic_error);
  BOOST_CHECK_THROW(made.overlay.erase(std::string(max_key_size + 1, 'k')), std::logic_error);
  BOOST_TEST(made.overlay.changed_keys() == 0u);
}

BOOST_AUTO_TEST_CASE(gives_many_changes_in_key_order) {
  made_overlay made;
  // Every number below 20,011 (a prime) once, in an order that jumps about.
  for (std::uint64_t i = 0, at = 1; i < 20'010; ++i, at = at * 12 % 20'011)
    made.overlay.put(std::to_string(100'000 + at), std::to_string(i));
  const auto frozen = made.overlay.freeze();
  const auto changes = frozen->changes();
  std::string_view before;
  for (const auto& change : changes) {
    BOOST_REQUIRE(before < change.key);
    before = change.key;
  }
  BOOST_TEST(changes.size() == 20'010u);
  std::size_t n = 0;
  for (auto at = frozen->begin(); at != frozen->end(); at = frozen->next(at)) ++n;
  BOOST_TEST(n == changes.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace overlay_store_test
