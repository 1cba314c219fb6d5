#include "actors/programs/program_codec.hpp"

#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <string>

namespace program_codec_test {

using namespace lithair;
using namespace lithair::actors;

namespace {

std::shared_ptr<const models::subject> somebody_or_nobody() {
  if (*rc::gen::arbitrary<bool>()) return nullptr;
  const auto texts = rc::gen::resize(60, rc::gen::arbitrary<std::vector<std::string>>());
  models::subject made;
  made.id = *rc::gen::arbitrary<std::string>();
  made.roles = *texts;
  for (const auto& name : *texts) made.claims[name] = *texts;
  return std::make_shared<const models::subject>(std::move(made));
}

program_call some_write() {
  item_write made;
  made.op = *rc::gen::element(models::operation::create, models::operation::replace,
                              models::operation::patch, models::operation::remove);
  made.collection = *rc::gen::arbitrary<std::string>();
  made.key = *rc::gen::arbitrary<std::string>();
  made.idempotency_key = *rc::gen::arbitrary<std::string>();
  made.body = *rc::gen::arbitrary<std::string>();
  made.conditions.if_match_any = *rc::gen::arbitrary<bool>();
  made.conditions.if_none_match_any = *rc::gen::arbitrary<bool>();
  made.conditions.if_match = *rc::gen::arbitrary<std::vector<std::uint64_t>>();
  made.bound = somebody_or_nobody();
  return made;
}

program_call some_read() {
  items_read made;
  made.what = *rc::gen::element(models::query::kind::item, models::query::kind::list,
                                models::query::kind::count);
  made.level =
      *rc::gen::element(consistency::linearizable, consistency::leader, consistency::local);
  made.min_index = *rc::gen::arbitrary<std::uint64_t>();
  made.collection = *rc::gen::arbitrary<std::string>();
  made.key = *rc::gen::arbitrary<std::string>();
  made.parameters = *rc::gen::arbitrary<std::vector<std::pair<std::string, std::string>>>();
  made.bound = somebody_or_nobody();
  return made;
}

program_call some_call() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return models_asked{};
    case 1:
      return items_write{*rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>(),
                         somebody_or_nobody()};
    case 2:
      return some_read();
    default:
      return some_write();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codec_of_programs)

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back) {
  BOOST_TEST(rc::check([] {
    const auto bytes = encode(some_call());
    const auto back = decode_call(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(encode(*back) == bytes);
  }));
  BOOST_TEST(rc::check([] {
    program_outcome said;
    said.what =
        *rc::gen::element(disposition::done, disposition::unavailable, disposition::unknown);
    said.reason = *rc::gen::arbitrary<std::string>();
    said.index = *rc::gen::arbitrary<std::uint64_t>();
    said.result.status = *rc::gen::arbitrary<std::uint16_t>();
    said.result.version = *rc::gen::arbitrary<std::uint64_t>();
    said.result.location = *rc::gen::arbitrary<std::string>();
    said.result.body = *rc::gen::arbitrary<std::string>();
    said.result.replayed = *rc::gen::arbitrary<bool>();
    said.result.minimal = *rc::gen::arbitrary<bool>();
    const auto back = decode_outcome(encode(said));
    RC_ASSERT(back.has_value());
    RC_ASSERT((back->what == said.what && back->index == said.index));
    RC_ASSERT((back->reason == said.reason && back->result.body == said.result.body));
    RC_ASSERT((back->result.status == said.result.status &&
               back->result.version == said.result.version &&
               back->result.location == said.result.location &&
               back->result.replayed == said.result.replayed &&
               back->result.minimal == said.result.minimal));
  }));
}

BOOST_AUTO_TEST_CASE(a_write_says_all_that_it_depends_on) {
  item_write one;
  one.op = models::operation::patch;
  one.collection = "products";
  one.key = "7";
  one.idempotency_key = "once";
  one.conditions.if_match = {41, 43};
  one.conditions.if_none_match_any = true;
  one.body = R"({"stock":3})";
  const auto back = decode_call(encode(program_call{one}));
  BOOST_REQUIRE(back.has_value());
  const auto& read = std::get<item_write>(*back);
  BOOST_TEST((read.op == one.op && read.collection == "products" && read.key == "7"));
  BOOST_TEST((read.idempotency_key == "once" && read.body == one.body));
  BOOST_TEST((read.conditions.if_match == one.conditions.if_match));
  BOOST_TEST((read.conditions.if_none_match_any && !read.conditions.if_match_any));
}

BOOST_AUTO_TEST_CASE(what_is_cut_or_unknown_gives_nothing) {
  items_read one;
  one.collection = "products";
  one.parameters = {{"sort", "name"}};
  const auto bytes = encode(program_call{one});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!decode_call(bytes.substr(0, size)).has_value(), size);
  BOOST_TEST(!decode_call(bytes + "x").has_value());
  BOOST_TEST(!decode_call(std::string_view{"\0", 1}).has_value());
  one.bound = std::make_shared<const models::subject>(
      models::subject{"ann", {"staff"}, {{"team", {"a", "b"}}}});
  const auto for_ann = encode(program_call{one});
  for (std::size_t size = 0; size < for_ann.size(); ++size)
    BOOST_TEST(!decode_call(for_ann.substr(0, size)).has_value(), size);
  // Nobody is for somebody for somebody else.
  const auto who = for_ann.substr(0, for_ann.size() - bytes.size());
  BOOST_TEST(decode_call(who + bytes).has_value());
  BOOST_TEST(!decode_call(who + for_ann).has_value());
  BOOST_TEST(!decode_call(who + encode(models_asked{})).has_value());
  one.bound = std::make_shared<const models::subject>(
      models::subject{"ann", std::vector<std::string>(models::most_values + 1, "r")});
  BOOST_TEST(!decode_call(encode(program_call{one})).has_value());
  // Each claim once, in the order of their names.
  one.bound = std::make_shared<const models::subject>(
      models::subject{"ann", {}, {{"shop", {"1"}}, {"team", {"2"}}}});
  const auto in_order = encode(program_call{one});
  BOOST_TEST(decode_call(in_order).has_value());
  for (const std::string wrong : {"team", "zone"}) {
    auto said = in_order;
    said.replace(said.find("shop"), 4, wrong);
    BOOST_TEST(!decode_call(said).has_value(), wrong);
  }
  BOOST_TEST(!decode_call("\x06").has_value());
  BOOST_TEST(!decode_call("\x01more").has_value());
  BOOST_TEST(!decode_outcome("\x03").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace program_codec_test
