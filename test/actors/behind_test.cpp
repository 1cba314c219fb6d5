// Who follows changes, and is so slow that the feed no longer keeps what comes next.
#include <future>
#include <map>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/embedded/projection.hpp"
#include "models/schema/projection.hpp"
#include "test/actors/embedded.hpp"
#include "test/actors/listener.hpp"

struct page_text {
  std::int64_t number;
  std::string text;
};

template <>
struct lithair::model<page_text> : lithair::attributes {
  static constexpr auto declaration =
      declare("pages", field<&page_text::number>("number", primary_key, replicate),
              field<&page_text::text>("text", replicate));
};

using namespace lithair;
using namespace std::chrono_literals;

namespace {

// An update is told with the item as it is and as it was: so many of them are more than the feed
// holds.
constexpr std::size_t text_bytes = (1 << 20) - 100;
constexpr auto too_many = models::max_feed_bytes / text_bytes / 2 + 10;

/// Node 1 writes, and node 2 follows: there handlers may stand still, since nothing else is on
/// their loop.
struct two_nodes : test::embedded_nodes {
  two_nodes() : embedded_nodes(*schema_of<page_text>(), 2) {}

  std::uint64_t write(std::int64_t number, char letter) {
    const page_text x{number, std::string(text_bytes, letter)};
    auto made = pages.replace(x).get();
    if (!made) made = pages.create(x).get();
    BOOST_REQUIRE_MESSAGE(made.has_value(), made.error().detail);
    return made->version;
  }
  // The last index; the feed has dropped what was there before.
  std::uint64_t overflow() {
    std::uint64_t last = 0;
    for (std::uint64_t n = 0; n < too_many; ++n) last = write(1, static_cast<char>('a' + n % 26));
    return last;
  }

  const collection<page_text> pages{at(1)};
};

/// Where a read model waits once.
struct gate {
  std::promise<void> reached;
  std::promise<void> opened;
  bool passed = false;  // of the loop that folds

  void pass() {
    if (std::exchange(passed, true)) return;
    reached.set_value();
    opened.get_future().wait();
  }
};

/// A read model that waits at the first update that it is told of.
struct letters {
  using item = page_text;

  std::shared_ptr<gate> at = {};
  std::map<std::int64_t, char> first = {};
  std::uint64_t folded = 0;

  void fold(const event<page_text>& x) {
    if (x.type == event_type::updated) at->pass();
    ++folded;
    first[x.item().number] = x.item().text.front();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(behind_the_feed, two_nodes)

BOOST_AUTO_TEST_CASE(
    a_subscriber_is_told_that_what_it_has_not_seen_is_gone_and_a_read_model_is_built_anew) {
  write(1, 'x');
  const auto seen = write(2, 'y');
  const auto closed = std::make_shared<gate>();
  projection<letters> model{at(2), letters{closed}};
  BOOST_REQUIRE(model.wait_for(seen, 60s));
  write(1, 'z');
  closed->reached.get_future().wait();
  const auto last = overflow();
  closed->opened.set_value();

  BOOST_REQUIRE(model.wait_for(last, 60s));
  const auto made = model.read([](const letters& x) { return x; });
  const auto is = pages.get(1).get().value().item.text.front();
  BOOST_TEST((made.first == std::map<std::int64_t, char>{{1, is}, {2, 'y'}}));
  // It was built of the items and not of their events.
  BOOST_TEST(made.folded < too_many);
  // And it follows again.
  BOOST_REQUIRE(model.wait_for(write(2, 'q'), 60s));
  BOOST_TEST(model.read([](const letters& x) { return x.first.at(2); }) == 'q');

  test::listener<page_text> late;
  const auto following =
      subscribe(collection<page_text>{at(2)}, feed_position{seen, 0}, late.handlers());
  BOOST_TEST(late.await_end().status == 410);
}

BOOST_AUTO_TEST_SUITE_END()
