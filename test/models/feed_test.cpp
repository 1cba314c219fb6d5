#include "models/derived/feed.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <memory>

#include "models/derived/change_recorder.hpp"
#include "models/query/stream.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace feed_test {

namespace {

constexpr std::string_view shop = R"(
[models.products.fields]
id = { type = "integer", primary_key = true, replicate = true }
name = { type = "string", optional = true, replicate = true }
stock = { type = "integer", default = 0, replicate = true }
secret = { type = "string", optional = true, expose = false, replicate = true }
[models.orders.fields]
id = { type = "integer", primary_key = true, replicate = true }
product = { type = "integer", references = "products", on_delete = "cascade", replicate = true }
)";

using parameter_list = std::vector<std::pair<std::string, std::string>>;

stream_request stream_of(const service_fixture& node, std::string_view collection_name,
                         const parameter_list& asked = {},
                         std::optional<std::string_view> last = {}) {
  auto made = parse_stream(*node.find(collection_name), asked, last);
  BOOST_REQUIRE(made.has_value());
  return std::move(*made);
}

/// Goes on through all of the feed; whether it is to go on with another page.
bool read_all(const service_fixture& node, stream_cursor& cursor, std::size_t limit) {
  bool again = false;
  const auto range = feed_behind(cursor.through().whole());
  node.state().scan(range.lower, range.upper, state_view::direction::ascending,
                    [&](std::string_view key, std::string_view bytes) {
                      const auto step = cursor.read({index_in_feed_key(key), 0, true,
                                                     std::make_shared<const std::string>(bytes)},
                                                    limit, [] { return false; });
                      again = step == stream_cursor::step::full;
                      return !again;
                    });
  return again;
}

/// What a stream tells from a position on, in pages of so many bytes.
std::string told(const service_fixture& node, const stream_request& asked,
                 std::size_t limit = 1 << 20) {
  std::string text;
  feed_position at = asked.after.value_or(feed_position{});
  for (bool again = true; again;) {
    stream_cursor cursor(asked.what, at);
    again = read_all(node, cursor, limit);
    text += cursor.take().text;
    at = cursor.through();
  }
  return text;
}

/// The same of one reading that pauses after each event and is given pieces of so many bytes.
std::string told_bit_by_bit(const service_fixture& node, const stream_request& asked,
                            std::size_t limit, std::size_t piece_bytes) {
  std::string text;
  stream_cursor cursor(asked.what, asked.after.value_or(feed_position{}));
  for (std::size_t wanted = piece_bytes;;) {
    const auto run = read_run(node.state(), 1000, cursor.through().whole(), cursor.index(),
                              cursor.offset(), wanted);
    wanted = piece_bytes;
    if (run.pieces.empty()) {
      return text + cursor.take().text;
    }
    auto step = stream_cursor::step::paused;
    while (step == stream_cursor::step::paused) {
      step = cursor.read(run.pieces.front(), limit, [] { return true; });
    }
    if (step == stream_cursor::step::full) {
      text += cursor.take().text;
    } else if (step == stream_cursor::step::cut && cursor.offset() == run.pieces.front().offset) {
      wanted = 2 * run.pieces.front().bytes->size();
    }
  }
}

std::string ids(std::string_view text) {
  std::string made;
  for (auto at = text.find("id: "); at != std::string_view::npos; at = text.find("\nid: ", at)) {
    at = text.find("id: ", at) + 4;
    made += std::string(text.substr(at, text.find('\n', at) - at)) + ' ';
  }
  return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(change_feed)

BOOST_AUTO_TEST_CASE(a_stream_tells_each_change_with_its_index_and_what_is_shown_of_the_item) {
  service_fixture node(shop);
  node.post("products", R"({"id":1,"name":"tea","secret":"x"})");
  node.patch("products", "1", R"({"stock":4})");
  node.post("orders", R"({"id":7,"product":1})");
  BOOST_TEST(node.post("products", R"({"id":1})").status == 409);
  node.remove("products", "1");
  BOOST_TEST(told(node, stream_of(node, "products")) ==
             "id: 1\nevent: create\ndata: {\"id\":1,\"name\":\"tea\",\"stock\":0}\n\n"
             "id: 2\nevent: update\ndata: {\"id\":1,\"name\":\"tea\",\"stock\":4}\n\n"
             "id: 5\nevent: delete\ndata: {\"id\":1}\n\n");
  // The order went with its product, in the same command.
  BOOST_TEST(told(node, stream_of(node, "orders")) ==
             "id: 3\nevent: create\ndata: {\"id\":7,\"product\":1}\n\n"
             "id: 5\nevent: delete\ndata: {\"id\":7}\n\n");
  BOOST_TEST(told(node, stream_of(node, "products", {{"fields", "stock"}, {"after", "1"}}))
                 .starts_with("id: 2\nevent: update\ndata: {\"stock\":4}\n\n"));
}

BOOST_AUTO_TEST_CASE(the_changes_of_one_command_have_parts_of_its_index) {
  service_fixture node(shop);
  node.bulk("products", R"([{"id":1},{"id":2,"stock":5},{"id":3}])");
  node.post("products", R"({"id":4})");
  BOOST_TEST(ids(told(node, stream_of(node, "products"))) == "1.1 1.2 1 2 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {}, "1.1"))) == "1.2 1 2 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {}, "1.2"))) == "1 2 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {}, "1"))) == "2 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {{"stock", "<5"}}))) == "1.1 1 2 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {{"stock", "5"}}))) == "1 ");
}

BOOST_AUTO_TEST_CASE(an_item_that_leaves_the_filter_is_told_of_once_more) {
  service_fixture node(shop);
  node.post("products", R"({"id":1,"stock":1})");
  node.post("products", R"({"id":2})");
  node.patch("products", "1", R"({"stock":0})");
  node.patch("products", "1", R"({"name":"gone"})");
  node.patch("products", "2", R"({"stock":2})");
  node.remove("products", "1");
  node.remove("products", "2");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {{"stock", ">0"}}))) == "1 3 5 7 ");
  BOOST_TEST(ids(told(node, stream_of(node, "products", {{"name", "gone"}}))) == "4 6 ");
}

BOOST_AUTO_TEST_CASE(what_is_no_stream_is_refused_by_name) {
  service_fixture node(shop);
  const auto status = [&node](const parameter_list& asked, std::optional<std::string_view> last) {
    const auto made = parse_stream(*node.find("products"), asked, last);
    return made ? 200 : made.error().status;
  };
  BOOST_TEST(status({}, {}) == 200);
  BOOST_TEST(status({}, "") == 200);
  BOOST_TEST(status({{"after", "12"}}, "41.2") == 200);
  for (const auto* last :
       {"x", "-1", "1.", "1.0", ".1", "0.1", "1.2.3", "1,2", " 1", "1e3", "99999999999999999999"}) {
    BOOST_TEST(status({}, last) == 400, last);
    if (*last != '\0') {
      BOOST_TEST(status({{"after", last}}, {}) == 400, last);
    }
  }
  BOOST_TEST(status({{"secret", "x"}}, {}) == 400);
  BOOST_TEST(status({{"sort", "name"}}, {}) == 400);
  BOOST_TEST(status({{"take", "1"}}, {}) == 400);
  BOOST_TEST(status({{"fields", "secret"}}, {}) == 400);
  BOOST_TEST(status({{"stock", "many"}}, {}) == 400);
}

BOOST_AUTO_TEST_CASE(a_stream_of_mixed_items_tells_what_all_nodes_share) {
  const auto models = schema_from(R"(
[models.users.fields]
id = { type = "integer", primary_key = true, replicate = true }
name = { type = "string", replicate = true }
seen = { type = "integer", default = 3 }
)");
  const collection& users = *models.find("users");
  const auto made = parse_stream(users, parameter_list{}, {});
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST((made->what->wanted == std::vector<bool>{true, true, false}));
  BOOST_TEST(!parse_stream(users, parameter_list{{"seen", "3"}}, {}).has_value());
  BOOST_TEST(!parse_stream(users, parameter_list{{"fields", "seen"}}, {}).has_value());
}

BOOST_AUTO_TEST_CASE(the_items_can_be_made_again_from_the_feed_from_any_event_on) {
  BOOST_TEST(rc::check([] {
    service_fixture node(shop);
    for (int steps = *rc::gen::inRange(1, 25); steps > 0; --steps) {
      const std::string key = std::to_string(*rc::gen::inRange(1, 4));
      const std::string stock = std::to_string(*rc::gen::inRange(0, 3));
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          node.remove("products", key);
          break;
        case 1:
          node.patch("products", key, R"({"name":null,"stock":)" + stock + "}");
          break;
        case 2:
          node.bulk("orders",
                    R"([{"id":)" + key + R"(,"product":1},{"id":)" + key + R"(0,"product":2}])");
          break;
        case 3:
          node.transact(R"({"operations":[{"op":"create","collection":"products","id":)" + key +
                        R"(,"item":{"name":"a"}},{"op":"patch","collection":"products","id":)" +
                        key + R"(,"item":{"stock":)" + stock + "}}]}");
          break;
        default:
          node.put("products", key, R"({"stock":)" + stock + "}", {{}, false, true});
      }
    }
    // Folding every event, with its before, gives the records that are there.
    std::map<std::string, std::string> items;
    const auto all = feed_behind(0);
    node.state().scan(
        all.lower, all.upper, state_view::direction::ascending,
        [&](std::string_view key, std::string_view bytes) {
          RC_ASSERT(read_feed(index_in_feed_key(key), bytes, [&](const auto& x) {
            std::string before;
            std::string after;
            write_fields(before, x.type == event_type::deleted ? x.fields : fields_before(x));
            write_fields(after, x.fields);
            auto& item = items[std::to_string(x.collection_id) + std::string(x.key)];
            RC_ASSERT((x.type == event_type::created ? item.empty() : item == before));
            item = x.type == event_type::deleted ? "" : after;
          }));
          return true;
        });
    std::erase_if(items, [](const auto& x) { return x.second.empty(); });
    std::map<std::string, std::string> records;
    for (const auto* name : {"products", "orders"}) {
      const collection& c = *node.find(name);
      for (const auto& [key, bytes] : node.state().pairs()) {
        stored_record record;
        if (key.starts_with(all_records(c).lower) && read_record(bytes, record)) {
          auto& text = records[std::to_string(c.id) + std::string(key_in_record_key(key))];
          write_fields(text, record.fields);
        }
      }
    }
    RC_ASSERT(items == records);
    // Whoever is cut off behind any event and goes on there misses nothing and sees nothing twice.
    for (const auto* name : {"products", "orders"}) {
      const auto whole = told(node, stream_of(node, name));
      RC_ASSERT(told(node, stream_of(node, name), 1) == whole);
      // However it is read: paused after each event, in pieces, in small pages.
      for (const std::size_t bytes : {1, 40, 1000}) {
        RC_ASSERT(told_bit_by_bit(node, stream_of(node, name), 1, bytes) == whole);
        RC_ASSERT(told_bit_by_bit(node, stream_of(node, name), 100, bytes) == whole);
      }
      for (auto at = whole.find("\n\n"); at != std::string::npos; at = whole.find("\n\n", at + 2)) {
        const auto seen = whole.substr(0, at + 2);
        const auto id = ids(seen);
        const auto last = id.substr(id.find_last_of(' ', id.size() - 2) + 1);
        RC_ASSERT(seen + told(node, stream_of(node, name, {}, last.substr(0, last.size() - 1))) ==
                  whole);
      }
    }
  }));
}

BOOST_AUTO_TEST_CASE(the_feed_drops_its_oldest_changes_and_says_how_far) {
  service_fixture node(shop);
  const collection& c = *node.find("products");
  const std::string text(1000, 'x');
  stored_fields fields{{c.fields[1].id, text}};
  constexpr std::uint64_t limit = 64 * 1024;
  for (std::uint64_t index = 1; index <= 500; ++index) {
    change_set changes;
    change_recorder record;
    record.add({c, "k", nullptr, &fields});
    BOOST_REQUIRE(record.write(
        {index, 0}, node.state(), feed_layout::pieces, changes, [] { return false; }, limit));
    node.mutable_state().apply(changes);
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : node.state().pairs()) {
      bytes += key.front() == 'f' ? value.size() + 64 : 0;
    }
    const auto extent = extent_of_feed(node.state());
    BOOST_TEST(extent.bytes == bytes);
    BOOST_TEST(bytes <= limit);
    const auto oldest = node.state().pairs().begin()->first;
    BOOST_TEST(index_in_feed_key(oldest) == extent.dropped + 1);
  }
  BOOST_TEST(extent_of_feed(node.state()).dropped > 400u);
}

BOOST_AUTO_TEST_CASE(a_feed_that_begins_in_an_older_state_does_not_claim_what_was_before) {
  service_fixture node(shop);
  node.post("products", R"({"id":1})");
  for (const auto& key : {std::string("g"), feed_key(1)}) {
    node.mutable_state().apply({{key, std::nullopt}});
  }
  node.post("products", R"({"id":2})");
  BOOST_TEST(extent_of_feed(node.state()).dropped == 1u);
  service_fixture fresh(shop);
  fresh.post("products", R"({"id":1})");
  BOOST_TEST(extent_of_feed(fresh.state()).dropped == 0u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_changes_are_told_from_those_that_are) {
  service_fixture node(shop);
  node.post("products", R"({"id":1,"name":"tea"})");
  const std::string good = node.state().pairs().at(feed_key(1));
  const auto nothing = [](const feed_event&) {};
  BOOST_TEST(read_feed(1, good, nothing));
  for (std::size_t size = 0; size < good.size(); ++size) {
    BOOST_TEST(!read_feed(1, std::string_view(good).substr(0, size), nothing));
  }
  BOOST_TEST(!read_feed(1, good + '\0', nothing));
}

BOOST_AUTO_TEST_CASE(a_large_change_is_read_once_however_many_pages_it_fills) {
  service_fixture node(shop);
  std::string items = "[";
  for (int i = 1; i <= 1000; ++i) {
    items += (i == 1 ? R"({"id":)" : R"(,{"id":)") + std::to_string(i) + "}";
  }
  node.bulk("products", items + "]");
  const auto asked = stream_of(node, "products");
  const feed_piece pair{1, 0, true,
                        std::make_shared<const std::string>(node.state().pairs().at(feed_key(1)))};
  stream_cursor cursor(asked.what, {});
  std::string text;
  std::uint64_t pages = 0;
  std::uint64_t pauses = 0;
  for (auto step = stream_cursor::step::paused; step != stream_cursor::step::passed;) {
    step = cursor.read(pair, 200, [&, asked = 0]() mutable { return ++asked == 3; });
    pauses += step == stream_cursor::step::paused ? 1 : 0;
    if (step == stream_cursor::step::full) {
      text += cursor.take().text;
      ++pages;
    }
  }
  text += cursor.take().text;
  BOOST_TEST(text == told(node, asked));
  BOOST_TEST(pages > 200u);
  BOOST_TEST(pauses > 0u);
  BOOST_TEST(cursor.events_read() == 1000u);
}

BOOST_AUTO_TEST_CASE(a_page_says_from_where_on_it_misses_nothing) {
  service_fixture node(shop);
  node.post("products", R"({"id":1})");
  node.bulk("products", R"([{"id":2},{"id":3,"stock":5},{"id":4,"stock":5},{"id":5}])");
  node.post("products", R"({"id":6})");
  stream_cursor cursor(stream_of(node, "products", {{"stock", "5"}}).what, {});
  BOOST_TEST(!read_all(node, cursor, 1 << 20));
  const auto page = cursor.take();
  BOOST_TEST(to_text(page.before) == "2.1");
  BOOST_TEST(to_text(page.told) == "2");
  BOOST_TEST(to_text(page.through) == "3");
}

BOOST_AUTO_TEST_CASE(all_of_an_index_is_more_than_a_part_of_it) {
  const std::vector<feed_position> rising{{0, 0}, {1, 0}, {2, 1}, {2, 2}, {2, 9}, {2, 0}, {3, 1}};
  BOOST_TEST(std::ranges::is_sorted(rising));
  BOOST_TEST((feed_position{2, 0} > feed_position{2, 7}));
  BOOST_TEST((just_before(2, 1) == feed_position{1, 0}));
  BOOST_TEST((just_before(2, 3) == feed_position{2, 2}));
}

BOOST_AUTO_TEST_CASE(a_run_of_the_feed_is_bounded_and_goes_on_within_a_pair) {
  service_fixture node(shop);
  node.post("products", R"({"id":1})");
  node.post("products", R"({"id":2})");
  const auto first = node.state().pairs().at(feed_key(1));
  const auto all = read_run(node.state(), 7, 0, 0, 0, 1 << 20);
  BOOST_REQUIRE(all.pieces.size() == 2u);
  BOOST_TEST(all.through == 7u);
  BOOST_TEST(*all.pieces.front().bytes == first);
  // The second one has no room, and waits rather than being cut.
  const auto one = read_run(node.state(), 7, 0, 0, 0, first.size() + 1);
  BOOST_TEST(one.pieces.size() == 1u);
  BOOST_TEST(one.through == 1u);
  const auto cut = read_run(node.state(), 7, 0, 1, 3, 4);
  BOOST_REQUIRE(cut.pieces.size() == 1u);
  BOOST_TEST(*cut.pieces.front().bytes == first.substr(3, 4));
  BOOST_TEST(cut.pieces.front().offset == 3u);
  BOOST_TEST(!cut.pieces.front().reaches_end);
  BOOST_TEST(cut.through == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace feed_test
}  // namespace lithair::models
