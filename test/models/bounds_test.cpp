#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "models/command/application.hpp"
#include "models/command/command.hpp"
#include "models/derived/feed.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace bounds_test {

namespace {

constexpr std::string_view notes = R"(
[models.notes.fields]
id    = { type = "string", primary_key = true, replicate = true }
text  = { type = "string", optional = true, replicate = true }
more  = { type = "json", optional = true, replicate = true }
log   = { type = "list<string>", optional = true, replicate = true, merge = "append" }
tags  = { type = "list<string>", optional = true, replicate = true, merge = "union" }
above = { type = "string", optional = true, replicate = true, references = "notes", on_delete = "cascade" }
)";

std::string quoted(std::size_t size, char letter = 'x') {
  return '"' + std::string(size, letter) + '"';
}

std::string operations(std::size_t count, const std::string& one) {
  std::string body = R"({"operations":[)";
  for (std::size_t i = 0; i < count; ++i) {
    body += (i == 0 ? "" : ",") + one;
  }
  return body + "]}";
}

struct notes_fixture : service_fixture {
  notes_fixture() : service_fixture(notes) {}

  outcome create(const std::string& id, std::size_t size) {
    return post("notes", R"({"id":")" + id + R"(","text":)" + quoted(size) + "}");
  }
};

constexpr std::size_t most = default_max_item;

// Every way in which an item that fits can come to take more than it may.
struct growth {
  const char* name;
  std::string body;  // of a patch; @ stands for 700,000 letters
};

std::ostream& operator<<(std::ostream& out, const growth& x) { return out << x.name; }

const growth growths[] = {
    {"another field", R"({"text":@})"},
    {"a merged document", R"({"more":{"b":@}})"},
    {"a list that is appended to", R"({"log":[@]})"},
    {"a list that is united with", R"({"tags":[@]})"},
};

std::string filled(std::string body) { return body.replace(body.find('@'), 1, quoted(700'000)); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bounds, notes_fixture)

BOOST_AUTO_TEST_CASE(an_item_that_is_created_takes_no_more_than_it_may) {
  BOOST_TEST(create("a", most - 100).status == 201);
  const auto before = index();
  const auto large = create("b", most);
  BOOST_TEST(large.status == 413);
  BOOST_TEST(member(large.body, "error") == "\"item_too_large\"");
  BOOST_TEST(large.body.find("The item \\\"b\\\" of notes would take") != std::string::npos);
  // What can succeed in no state does not reach the log.
  BOOST_TEST(index() == before);
  const auto one_of_many = bulk("notes", R"([{"id":"c"},{"id":"d","text":)" + quoted(most) + "}]");
  BOOST_TEST(one_of_many.status == 413);
  BOOST_TEST(errors_in(one_of_many) == "[1]:item_too_large");
  BOOST_TEST(get("notes", "c").status == 404);
}

BOOST_DATA_TEST_CASE_F(notes_fixture, an_item_does_not_grow_beyond_that, growths, how) {
  const std::string start = R"({"id":"a","more":{"a":)" + quoted(500'000) + "}}";
  BOOST_REQUIRE(post("notes", start).status == 201);
  std::uint16_t status = 200;
  for (int i = 0; i < 3 && status == 200; ++i) {
    status = patch("notes", "a", filled(how.body)).status;
  }
  BOOST_TEST(status == 413);
  BOOST_TEST(get("notes", "a").body.size() < most);
  const auto within = transact(operations(
      1, R"({"op":"patch","collection":"notes","id":"a","item":)" + filled(how.body) + "}"));
  BOOST_TEST(within.status == 413);
  BOOST_TEST(errors_in(within) == "operations[0]:item_too_large");
}

BOOST_AUTO_TEST_CASE(the_same_appended_again_and_again_is_refused_in_the_end) {
  create("a", 10);
  int accepted = 0;
  while (patch("notes", "a", R"({"log":[)" + quoted(300'000) + "]}").status == 200) {
    ++accepted;
  }
  BOOST_TEST(accepted == 3);
}

BOOST_AUTO_TEST_CASE(a_replaced_item_takes_no_more_than_it_may) {
  create("a", 10);
  BOOST_TEST(put("notes", "a", R"({"text":)" + quoted(most) + "}").status == 413);
  BOOST_TEST(member(get("notes", "a").body, "text") == quoted(10));
}

BOOST_AUTO_TEST_CASE(
    an_item_that_is_larger_from_before_is_read_shrinks_and_goes_and_does_not_grow) {
  max_item = 16 << 20;
  BOOST_REQUIRE(create("a", 3 * most).status == 201);
  BOOST_REQUIRE(create("b", 3 * most).status == 201);
  max_item = default_max_item;
  BOOST_TEST(member(get("notes", "a").body, "text") == quoted(3 * most));
  BOOST_TEST(patch("notes", "a", R"({"tags":["x"]})").status == 413);
  BOOST_TEST(patch("notes", "a", R"({"text":)" + quoted(3 * most, 'y') + "}").status == 200);
  BOOST_TEST(put("notes", "a", R"({"text":)" + quoted(2 * most) + "}").status == 200);
  BOOST_TEST(put("notes", "a", R"({"text":)" + quoted(3 * most) + "}").status == 413);
  BOOST_TEST(patch("notes", "a", R"({"text":"z"})").status == 200);
  BOOST_TEST(patch("notes", "a", R"({"tags":["x"]})").status == 200);
  BOOST_TEST(remove("notes", "b").status == 204);
}

BOOST_AUTO_TEST_CASE(what_an_item_may_take_goes_with_the_command) {
  create("a", 10);
  max_item = 2048;
  BOOST_TEST(patch("notes", "a", R"({"text":)" + quoted(1500) + "}").status == 200);
  BOOST_TEST(read_command(last_command)->most.item_bytes == 2048u);
  BOOST_TEST(patch("notes", "a", R"({"text":)" + quoted(2500) + "}").status == 413);
  max_item = default_max_item;
  BOOST_TEST(patch("notes", "a", R"({"text":)" + quoted(2500) + "}").status == 200);
  // Unsaid where it is as it mostly is.
  BOOST_TEST(read_command(last_command)->most.item_bytes == default_max_item);
}

BOOST_AUTO_TEST_CASE(what_the_feed_may_hold_goes_with_the_command) {
  for (int i = 0; i < 40; ++i) create("a" + std::to_string(i), 2000);
  BOOST_TEST(extent_of_feed(state()).bytes > 40u * 2000);
  // Each of all nodes goes by what that one says which was asked.
  max_feed = 20'000;
  create("b", 2000);
  BOOST_TEST(read_command(last_command)->most.feed_bytes == 20'000u);
  BOOST_TEST(extent_of_feed(state()).bytes < 25'000u);
  BOOST_TEST(extent_of_feed(state()).dropped > 30u);
  // What goes takes room there, too, and no more than there is.
  for (int i = 0; i < 40; ++i) {
    BOOST_TEST(remove("notes", "a" + std::to_string(i)).status == 204);
    BOOST_TEST(extent_of_feed(state()).bytes < 25'000u);
  }
  max_feed = max_feed_bytes;
  create("c", 2000);
  BOOST_TEST((read_command(last_command)->most == command_limits()));
  BOOST_TEST(last_command.front() == 2);
}

BOOST_AUTO_TEST_CASE(a_command_is_read_as_it_was_written_whatever_it_says_of_its_bounds) {
  for (int said = 0; said < 32; ++said) {
    command made;
    made.operations.push_back({operation::remove, 7, "k", {}, {}});
    if ((said & 1) != 0) made.judged = {{7, 3}};
    if ((said & 2) != 0) made.most.item_bytes = 4096;
    if ((said & 4) != 0) made.by = "ann";
    if ((said & 8) != 0) made.rights = "r";
    if ((said & 16) != 0) made.most.feed_bytes = 1 << 20;
    const auto bytes = write_command(made);
    const auto read = read_command(bytes);
    BOOST_REQUIRE(read);
    BOOST_TEST((read->judged == made.judged));
    BOOST_TEST((read->most == made.most));
    BOOST_TEST(read->by == made.by);
    BOOST_TEST(read->rights == made.rights);
    BOOST_TEST(write_command(*read) == bytes);
    // Who does not know of it stops at the first byte.
    BOOST_TEST(int{bytes.front()} == ((said & 16) != 0 ? 4 : (said & 12) != 0 ? 3 : 2));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      BOOST_TEST(!read_command(bytes.substr(0, size)));
    BOOST_TEST(!read_command(bytes + '\0'));
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_makes_too_much_of_little_is_refused_whole) {
  BOOST_REQUIRE(create("a", 1'000'000).status == 201);
  const auto before = items_and_what_follows();
  const std::string one = R"({"op":"patch","collection":"notes","id":"a","item":{"tags":["x"]}})";
  BOOST_TEST(transact(operations(20, one)).status == 200);
  BOOST_TEST(patch("notes", "a", R"({"tags":null})").status == 200);
  const auto text = get("notes", "a").body;
  const auto all = transact(operations(10'000, one));
  BOOST_TEST(all.status == 413);
  BOOST_TEST(member(all.body, "error") == "\"request_too_large\"");
  // The first one that was too much is named.
  BOOST_TEST(errors_in(all).starts_with("operations["));
  BOOST_TEST(get("notes", "a").body == text);
  BOOST_TEST(items_and_what_follows().size() == before.size());
}

BOOST_AUTO_TEST_CASE(a_deletion_that_takes_too_much_along_is_refused_whole) {
  BOOST_REQUIRE(create("top", 10).status == 201);
  for (int i = 0; i < 150; ++i) {
    const auto body =
        R"({"id":")" + std::to_string(i) + R"(","above":"top","text":)" + quoted(1'000'000) + "}";
    BOOST_REQUIRE(post("notes", body).status == 201);
  }
  BOOST_TEST(remove("notes", "top").status == 413);
  BOOST_TEST(get("notes", "149").status == 200);
  for (int i = 0; i < 100; ++i) {
    BOOST_REQUIRE(remove("notes", std::to_string(i)).status == 204);
  }
  BOOST_TEST(remove("notes", "top").status == 204);
  BOOST_TEST(get("notes", "149").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

// -- bit by bit ----------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_SUITE(long_commands, notes_fixture)

namespace {

struct applied_in_bits {
  std::size_t bits = 0;
  outcome told;
  pair_map changes;
};

// Each item is a bit of its own; in between the state is as it was.
applied_in_bits apply_in_bits(const service_fixture& node, std::string_view command) {
  const auto before = node.state().pairs();
  application made(node.models(), node.index() + 1, command, node.state(), true, 0);
  applied_in_bits result;
  do {
    ++result.bits;
    BOOST_REQUIRE((node.state().pairs() == before));
  } while (!made.go_on([] { return true; }));
  BOOST_REQUIRE(made.is_long());
  result.told = made.take_outcome();
  result.changes = made.take_changes();
  while (!made.clear([] { return true; })) {
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(are_decided_bit_by_bit_as_they_are_at_once) {
  create("top", 10);
  std::string items = "[";
  for (int i = 0; i < 50; ++i) {
    items +=
        std::string(i == 0 ? "" : ",") + R"({"id":"n)" + std::to_string(i) + R"(","above":"top"})";
  }
  items += ']';
  const bulk_request many{find("notes"), items, "k"};
  const write_request deletion{operation::remove, find("notes"), "top", "", {}, "k"};
  const auto check = [this](const std::string& command, const auto& at_once) {
    const auto made = apply_in_bits(*this, command);
    change_set changes;
    apply(models(), index() + 1, command, state(), true, changes);
    pair_map expected;
    for (auto& each : changes) {
      expected[each.key] = each.value;
    }
    BOOST_TEST((made.changes == expected));
    // Each item, and each part of the answer.
    BOOST_TEST(made.bits >= 50u);
    const auto told = at_once();
    BOOST_TEST(made.told.status == told.status);
    BOOST_TEST(made.told.body == told.body);
  };
  const stamp at{time_us + 1000, {}};
  check(*prepare(models(), many, at), [&] { return bulk("notes", items, "k"); });
  // The answer that was kept is put together bit by bit too.
  check(*prepare(models(), many, {time_us + 1000, {}}), [&] { return bulk("notes", items, "k"); });
  check(*prepare(models(), deletion, {time_us + 1000, {}}), [&] { return write(deletion); });
  BOOST_TEST(get("notes", "n49").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()

// -- answers that are kept -----------------------------------------------------------------------

BOOST_FIXTURE_TEST_SUITE(kept_answers, notes_fixture)

namespace {

std::size_t bytes_of_answers(const service_fixture& node) {
  std::size_t sum = 0;
  for (const auto& [key, bytes] : node.state().pairs()) {
    sum += key.front() == 'a' ? key.size() + bytes.size() : 0;
  }
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_CASE(cost_little_however_large_the_item_is) {
  create("a", 900'000);
  for (int i = 0; i < 60; ++i) {
    const std::string body = R"({"tags":["x)" + std::to_string(i) + R"("]})";
    BOOST_REQUIRE(
        write({operation::patch, find("notes"), "a", body, {}, "k" + std::to_string(i)}).status ==
        200);
  }
  BOOST_TEST(bytes_of_answers(*this) < 60 * 256u);
}

BOOST_AUTO_TEST_CASE(are_given_again_as_they_were_as_long_as_the_item_can_be_told) {
  create("a", 10'000);
  const write_request request{operation::patch, find("notes"), "a", R"({"tags":["x"]})", {}, "k"};
  const auto first = write(request);
  BOOST_TEST(write(request).body == first.body);
  // From the feed, once the item is another.
  patch("notes", "a", R"({"tags":["y"]})");
  const auto again = write(request);
  BOOST_TEST(again.replayed);
  BOOST_TEST(!again.minimal);
  BOOST_TEST(again.status == first.status);
  BOOST_TEST(again.version == first.version);
  BOOST_TEST(again.body == first.body);
  remove("notes", "a");
  BOOST_TEST(write(request).body == first.body);
}

BOOST_AUTO_TEST_CASE(tell_the_key_alone_of_what_can_not_be_told_any_more) {
  const std::string body = R"({"id":"a b","text":)" + quoted(10'000) + "}";
  const write_request same{operation::create, find("notes"), "", body, {}, "k"};
  const auto first = write(same);
  BOOST_REQUIRE(first.status == 201);
  patch("notes", "a b", R"({"text":"new"})");
  for (std::uint64_t i = 1; i <= index(); ++i) {
    mutable_state().apply({{feed_key(i), std::nullopt}});
  }
  const auto again = write(same);
  BOOST_TEST(again.status == 201);
  BOOST_TEST(again.version == first.version);
  BOOST_TEST(again.location == first.location);
  BOOST_TEST(again.body == R"({"id":"a b"})");
  BOOST_TEST(again.minimal);
}

BOOST_AUTO_TEST_CASE(hold_small_items_whatever_becomes_of_them) {
  const write_request request{
      operation::create, find("notes"), "", R"({"id":"a","text":"t"})", {}, "k"};
  const auto first = write(request);
  remove("notes", "a");
  for (std::uint64_t i = 1; i <= index(); ++i) {
    mutable_state().apply({{feed_key(i), std::nullopt}});
  }
  BOOST_TEST(write(request).body == first.body);
}

BOOST_AUTO_TEST_CASE(of_many_items_name_each) {
  const std::string body =
      R"({"operations":[{"op":"create","collection":"notes","item":{"id":"a","text":)" +
      quoted(9000) + R"(}},{"op":"delete","collection":"notes","id":"a"},)" +
      R"({"op":"create","collection":"notes","item":{"id":"b"}}]})";
  const auto first = transact(body, "k");
  BOOST_REQUIRE(first.status == 200);
  const auto first_version = std::to_string(index());
  const auto again = transact(body, "k");
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.body == first.body);
  mutable_state().apply({{feed_key(index() - 1), std::nullopt}});
  // What it wrote and took away again is told by its key now.
  const auto& version = first_version;
  const auto later = transact(body, "k");
  BOOST_TEST(later.body == R"({"index":)" + version + R"(,"results":[{"status":201,"version":)" +
                               version + R"(,"item":{"id":"a"}},{"status":204},)" +
                               R"({"status":201,"version":)" + version +
                               R"(,"item":{"id":"b"}}]})");
  BOOST_TEST(later.minimal);
}

BOOST_AUTO_TEST_CASE(of_former_versions_are_given_as_they_stand) {
  const write_request request{operation::create, find("notes"), "", R"({"id":"a"})", {}, "k"};
  write(request);
  // As they were kept: rendered, behind the same time and digest.
  for (const auto& [key, bytes] : state().pairs()) {
    if (key.front() != 'a') {
      continue;
    }
    msgpack::reader in(bytes);
    in.read_array();
    std::string rendered;
    msgpack::write_array(rendered, 6);
    rendered += in.read_any();
    rendered += in.read_any();
    msgpack::write_unsigned(rendered, 201);
    msgpack::write_string(rendered, R"({"as":"it was"})");
    msgpack::write_unsigned(rendered, 7);
    msgpack::write_string(rendered, "a");
    mutable_state().apply({{std::string(key), rendered}});
    break;
  }
  const auto again = write(request);
  BOOST_TEST(again.replayed);
  BOOST_TEST(again.body == R"({"as":"it was"})");
  BOOST_TEST(again.version == 7u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace bounds_test
}  // namespace lithair::models
