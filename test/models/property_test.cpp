#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include "models/encoding/msgpack.hpp"
#include "models/schema/value_codec.hpp"
#include "models/state/keys.hpp"
#include "models/state/record.hpp"
#include "test/models/service_fixture.hpp"

namespace lithair::models {
namespace property_test {

namespace {

constexpr std::string_view all_types = R"(
[models.m.fields]
id = { type = "integer", primary_key = true, replicate = true }
b  = { type = "bool", replicate = true }
i  = { type = "integer", replicate = true }
n  = { type = "number", replicate = true }
s  = { type = "string", replicate = true }
u  = { type = "uuid", replicate = true }
m  = { type = "money", replicate = true }
t  = { type = "timestamp", replicate = true }
e  = { type = "enum", values = ["x", "yy", "z"], replicate = true }
d  = { type = "bytes", replicate = true }
j  = { type = "json", replicate = true }
l  = { type = "list<money>", replicate = true }
k  = { type = "list<string>", replicate = true }
)";

rc::Gen<std::string> any_text() {
  static const std::vector<std::string> pieces{
      "",
      "a",
      "b",
      "zz",
      "\"",
      "\\",
      "\n",
      std::string("\0", 1),
      "\x7f",
      "\xc3\xa9",
      "\xe2\x82\xac",
      "\xf0\x9f\x98\x80",
      "\xef\xbf\xbf",
      "A long piece of text that no small buffer can hold."};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& parts) {
                        std::string made;
                        for (const auto& part : parts) {
                          made += part;
                        }
                        return made;
                      });
}

value any_value(const field& f);

value any_list(const field& f) {
  packed_list made;
  const int count = *rc::gen::inRange(0, 20);
  msgpack::write_array(made.array, static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    write_value(made.array, any_value(*f.element));
  }
  return made;
}

value any_value(const field& f) {
  switch (f.type) {
    case value_type::boolean:
      return *rc::gen::arbitrary<bool>();
    case value_type::integer:
      return *rc::gen::arbitrary<std::int64_t>();
    case value_type::number:
      return *rc::gen::suchThat<double>([](double x) { return std::isfinite(x); });
    case value_type::string:
      return *any_text();
    case value_type::uuid:
      return make_uuid_v7(*rc::gen::inRange<std::int64_t>(0, 1LL << 60),
                          *rc::gen::arbitrary<std::uint64_t>(),
                          *rc::gen::arbitrary<std::uint64_t>());
    case value_type::money:
      return money{
          *rc::gen::inRange<std::int64_t>(-999'999'999'999'999'999, 1'000'000'000'000'000'000),
          static_cast<std::uint8_t>(*rc::gen::inRange(0, 10))};
    case value_type::timestamp:
      return timestamp{
          *rc::gen::inRange<std::int64_t>(-62'135'596'800'000'000, 253'402'300'800'000'000)};
    case value_type::bytes:
      return blob{*rc::gen::arbitrary<std::string>()};
    case value_type::json:
      return json_text{*rc::gen::element<std::string>("1", "\"a\"", "[1.50,{}]", "{\"b\":null}")};
    case value_type::list:
      return any_list(f);
    case value_type::enumeration:
      break;
  }
  return *rc::gen::elementOf(f.names);
}

template <class Property>
void check(Property property) {
  BOOST_TEST(rc::check(property));
}

int sign(std::weak_ordering x) { return x < 0 ? -1 : x > 0 ? 1 : 0; }

int sign(int x) { return x < 0 ? -1 : x > 0 ? 1 : 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(properties)

BOOST_AUTO_TEST_CASE(values_survive_msgpack_and_json) {
  const schema s = schema_from(all_types);
  for (const auto& f : s.find("m")->fields) {
    check([&f] {
      const value x = any_value(f);
      std::string stored;
      write_value(stored, x);
      const auto from_stored = read_value(f, stored);
      RC_ASSERT(from_stored.has_value());
      RC_ASSERT(identical(*from_stored, x));
      RC_ASSERT(sign(compare_stored(f, stored, x)) == 0);
      std::string json;
      append_json(json, f, stored);
      const auto document = json_document::parse(json);
      RC_ASSERT(document.has_value());
      const auto from_document = from_json(f, *document, json_document::root);
      RC_ASSERT(from_document.has_value());
      RC_ASSERT(identical(*from_document, x));
    });
  }
}

BOOST_AUTO_TEST_CASE(sortable_bytes_are_ordered_as_values_are_and_prefix_free) {
  const schema s = schema_from(all_types);
  for (const auto& f : s.find("m")->fields) {
    if (f.type == value_type::json || f.type == value_type::list) {
      continue;
    }
    check([&f] {
      const value x = any_value(f);
      const value y = any_value(f);
      std::string bytes_x;
      std::string bytes_y;
      append_sortable(bytes_x, x);
      append_sortable(bytes_y, y);
      RC_ASSERT(sign(bytes_x.compare(bytes_y)) == sign(compare(x, y)));
      RC_ASSERT(bytes_x == bytes_y || !bytes_y.starts_with(bytes_x));
      std::string bounded_x;
      std::string bounded_y;
      append_bounded(bounded_x, x);
      append_bounded(bounded_y, y);
      RC_ASSERT(bounded_x.size() <= 162u);
      RC_ASSERT((bounded_x == bounded_y) == (sign(compare(x, y)) == 0));
    });
  }
}

BOOST_AUTO_TEST_CASE(keys_survive_their_stored_form_and_sort_as_their_values) {
  for (const auto* type : {"integer", "string", "uuid", "timestamp"}) {
    const schema s = schema_from("[models.m.fields]\nid = { type = \"" + std::string(type) +
                                 "\", primary_key = true, replicate = true }");
    const collection& c = *s.find("m");
    check([&c] {
      const value x = any_value(c.key());
      const value y = any_value(c.key());
      const auto again = from_key(c.key(), to_key(x));
      RC_ASSERT(again.has_value());
      RC_ASSERT(sign(compare(*again, x)) == 0);
      RC_ASSERT(sign(to_key(x).compare(to_key(y))) == sign(compare(x, y)));
      const auto range = all_records(c);
      const auto at = record_key(c, to_key(x));
      RC_ASSERT(at >= range.lower);
      RC_ASSERT(at < range.upper);
    });
  }
}

BOOST_AUTO_TEST_CASE(items_survive_a_post_and_a_get) {
  check([] {
    service_fixture node(all_types);
    const collection& c = *node.find("m");
    std::string body;
    for (const auto& f : c.fields) {
      body += body.empty() ? "{\"" : ",\"";
      body += f.name + "\":";
      append_value_json(body, f, any_value(f));
    }
    body += '}';
    const auto made = node.post("m", body);
    RC_ASSERT(made.status == 201);
    RC_ASSERT(made.body == body);
    RC_ASSERT(node.get("m", made.location).body == body);
    RC_ASSERT(node.list("m", {{"total", "false"}}).body.find(body) != std::string::npos);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace property_test
}  // namespace lithair::models
