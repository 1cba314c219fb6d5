#include "models/derived/feed.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>
#include <map>

#include "models/query/stream.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {

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

/// What a stream tells from a position on, in pages of so many bytes.
std::string told(const service_fixture& node, const stream_request& asked,
                 std::size_t limit = 1 << 20) {
  std::string text;
  feed_position at = asked.after.value_or(feed_position{});
  for (bool again = true; again;) {
    stream_page page(*asked.what, at, limit);
    const auto range = feed_behind(at.part == 0 ? at.index : at.index - 1);
    again = false;
    node.state().scan(range.lower, range.upper, state_view::direction::ascending,
                      [&](std::string_view key, std::string_view bytes) {
                        again = !page.add(index_in_feed_key(key), bytes);
                        return !again;
                      });
    text += page.text();
    at = page.through();
  }
  return text;
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
    record.write({index, 0}, node.state(), changes, limit);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lithair::models
