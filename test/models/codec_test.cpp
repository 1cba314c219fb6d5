#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <msgpack.hpp>

#include "models/encoding/base64.hpp"
#include "models/encoding/decimal.hpp"
#include "models/encoding/json_document.hpp"
#include "models/encoding/json_text.hpp"
#include "models/encoding/msgpack.hpp"
#include "models/encoding/sha256.hpp"
#include "models/encoding/utf8.hpp"
#include "models/schema/text_codec.hpp"
#include "models/value/money.hpp"
#include "models/value/timestamp.hpp"
#include "models/value/uuid.hpp"

namespace lithair::models {
namespace codec_test {

namespace {

std::string hex(std::string_view bytes) {
  std::string made;
  for (const char c : bytes) {
    made += "0123456789abcdef"[static_cast<std::uint8_t>(c) >> 4];
    made += "0123456789abcdef"[static_cast<std::uint8_t>(c) & 15];
  }
  return made;
}

std::string money_again(std::string_view text) {
  const auto made = parse_money(text);
  return made ? to_string(*made) : "none";
}

std::string time_again(std::string_view text) {
  const auto made = parse_timestamp(text);
  return made ? to_string(*made) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codecs)

BOOST_AUTO_TEST_CASE(money_keeps_its_digits_and_takes_only_what_is_exact) {
  for (const auto* same : {"0", "0.10", "-0.01", "999999999999999999", "0.000000001",
                           "123456789.987654321", "-1.50", "0.010"}) {
    BOOST_TEST(money_again(same) == same);
  }
  const std::pair<const char*, const char*> others[] = {
      {"1e3", "1000"}, {"1.5e-3", "0.0015"}, {"-0", "0"},
      {"15E1", "150"}, {"0e999999", "0"},    {"1.20e1", "12.0"},
  };
  for (const auto& [text, expected] : others) {
    BOOST_TEST(money_again(text) == expected);
  }
  for (const auto* wrong : {"",
                            "-",
                            "+1",
                            "01",
                            ".5",
                            "1.",
                            "1e",
                            "1e+",
                            "0x1",
                            " 1",
                            "1 ",
                            "1,5",
                            "NaN",
                            "1e18",
                            "1000000000000000000",
                            "0.0000000001",
                            "1e-10",
                            "99999999999999999999999",
                            "1e1000000000",
                            "1e99999999999999999999"}) {
    BOOST_TEST(money_again(wrong) == "none", wrong);
  }
}

BOOST_AUTO_TEST_CASE(money_compares_by_amount) {
  BOOST_TEST((*parse_money("0.1") == *parse_money("0.10")));
  BOOST_TEST(!parse_money("0.1")->identical(*parse_money("0.10")));
  BOOST_TEST((*parse_money("-2") < *parse_money("-1.999999999")));
  BOOST_TEST((*parse_money("999999999999999999") > *parse_money("999999999.999999999")));
}

BOOST_AUTO_TEST_CASE(integers_are_exact_to_64_bits) {
  const auto parse = [](std::string_view text) {
    const auto x = parse_decimal(text);
    return x ? exact_integer(*x) : std::nullopt;
  };
  BOOST_TEST(parse("9223372036854775807").value() == std::numeric_limits<std::int64_t>::max());
  BOOST_TEST(parse("-9223372036854775808").value() == std::numeric_limits<std::int64_t>::min());
  BOOST_TEST(parse("9007199254740993").value() == 9007199254740993);
  BOOST_TEST(parse("-0").value() == 0);
  BOOST_TEST(parse("1.20e1").value() == 12);
  BOOST_TEST(parse("0e400").value() == 0);
  BOOST_TEST(parse("0.000e-400").value() == 0);
  BOOST_TEST(parse("7." + std::string(40, '0')).value() == 7);
  BOOST_TEST(parse("0.07" + std::string(40, '0') + "e2").value() == 7);
  BOOST_TEST(!parse("7." + std::string(40, '0') + "1").has_value());
  for (const auto* wrong : {"9223372036854775808", "-9223372036854775809", "1.5", "1e-1", "1e19",
                            "18446744073709551616", "12a", "1e400"}) {
    BOOST_TEST(!parse(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_finite_and_come_back_the_same) {
  for (const double x : {0.0, -0.0, 0.1, 1e300, 5e-324, 123456789012345680.0, -2.5}) {
    std::string text;
    append_number(text, x);
    BOOST_TEST(parse_number(text).value() == x);
  }
  BOOST_TEST(parse_number(std::string(400, '7')).has_value() == false);
  BOOST_TEST(parse_number("0." + std::string(400, '7')).has_value());
  for (const auto* wrong : {"1e400", "nan", "inf", "0x10", "1.", "", "1e-400"}) {
    BOOST_TEST(!parse_number(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(times_are_kept_in_utc_with_as_few_digits_as_are_exact) {
  const std::pair<const char*, const char*> cases[] = {
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2026-11-21t23:30:00.500z", "2026-11-21T23:30:00.500Z"},
      {"2026-11-21T23:30:00.5+02:00", "2026-11-21T21:30:00.500Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"},
      {"2024-02-29T00:00:00.000001Z", "2024-02-29T00:00:00.000001Z"},
      {"2024-02-29T00:00:00.1234560000Z", "2024-02-29T00:00:00.123456Z"},
      // As .NET and as Go, Java and Rust write them: finer than a microsecond is cut off.
      {"2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123456Z"},
      {"2026-01-01T00:00:00.999999999+01:00", "2025-12-31T23:00:00.999999Z"},
      {"1969-12-31T23:59:59.000000001Z", "1969-12-31T23:59:59Z"},
      {"2026-01-01T00:00:00.000000001000Z", "2026-01-01T00:00:00Z"},
      {"2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& [text, expected] : cases) {
    BOOST_TEST(time_again(text) == expected);
  }
  for (const auto* wrong :
       {"", "2026-11-21", "2026-11-21T23:30:00", "2026-11-21 23:30:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567891Z",
        "2026-01-01T00:00:00+2:00", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
        "0000-12-31T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "+026-01-01T00:00:00Z", "2026-01-01T-1:00:00Z"}) {
    BOOST_TEST(time_again(wrong) == "none", wrong);
  }
}

BOOST_AUTO_TEST_CASE(uuids_are_written_in_lower_case) {
  const auto made = parse_uuid("0190ABCD-ef00-7000-8000-00000000000F");
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST(to_string(*made) == "0190abcd-ef00-7000-8000-00000000000f");
  for (const auto* wrong :
       {"", "0190abcdef0070008000000000000000", "{190abcd-ef00-7000-8000-00000000000f}",
        "0190abcd-ef00-7000-8000-00000000000g", "0190abcd-ef00-7000-8000_00000000000f"}) {
    BOOST_TEST(!parse_uuid(wrong).has_value(), wrong);
  }
  const auto v7 = make_uuid_v7(0x0123456789ab * 1000LL, ~0ull, ~0ull);
  BOOST_TEST(to_string(v7) == "01234567-89ab-7fff-bfff-ffffffffffff");
}

BOOST_AUTO_TEST_CASE(digests_are_those_of_the_standard) {
  BOOST_TEST(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex(sha256("abc")) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex(sha256(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(base64_is_read_with_its_padding_or_without) {
  for (const auto& bytes : {std::string(), std::string("f"), std::string("fo"), std::string("foo"),
                            std::string("\xff\xfe\0", 3)}) {
    std::string text = to_base64(bytes);
    BOOST_TEST(from_base64(text).value() == bytes);
    text.erase(std::min(text.find('='), text.size()));
    BOOST_TEST(from_base64(text).value() == bytes);
  }
  for (const auto* wrong : {"A", "Zg=", "Zg===", "=", "====", "Zm9v=", "Zm9vZ===", "Zh==", "Zh",
                            "Zm9\n", " Zg=", "AP-_"}) {
    BOOST_TEST(!from_base64(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(base64url_refuses_what_it_never_writes) {
  for (const auto& bytes : {std::string(), std::string("f"), std::string("fo"), std::string("foo"),
                            std::string("\xff\xfe\0", 3)}) {
    BOOST_TEST(from_base64url(to_base64url(bytes)).value() == bytes);
  }
  for (const auto* wrong : {"A", "AB", "Zg==", "Zm9v!", "Zh"}) {
    BOOST_TEST(!from_base64url(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(utf8_is_strict) {
  for (const auto* good :
       {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbf"}) {
    BOOST_TEST(is_utf8(good), hex(good));
  }
  for (const auto* wrong : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                            "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82", "\xc3("}) {
    BOOST_TEST(!is_utf8(wrong), hex(wrong));
  }
  BOOST_TEST(count_characters("a\xc3\xa9\xf0\x9f\x98\x80") == 3u);
  BOOST_TEST(is_utf8(excerpt(std::string(63, 'a') + "\xf0\x9f\x98\x80")));
  BOOST_TEST(excerpt("\xff\xff") == "?");
}

BOOST_AUTO_TEST_CASE(malformed_json_is_refused_with_its_place) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "line 1, column 1: it ends too early"},
      {"{", "it ends too early"},
      {"{\"a\":1,\n \"a\":2}", "line 2, column 7: a key is there twice"},
      {"{\"a\":{\"b\":1,\"\\u0062\":2}}", "a key is there twice"},
      {"{\"a\":1} x", "something follows"},
      {"[1,]", "line 1, column"},
      {"{'a':1}", "line 1, column"},
      {"\xef\xbb\xbf{}", "line 1, column 1: it begins with a byte order mark (BOM, EF BB BF)"},
      {std::string("\xff\xfe{\0}\0", 6), "the byte order mark (BOM) of UTF-16"},
      {std::string("\xfe\xff\0{\0}", 6), "the byte order mark (BOM) of UTF-16"},
      {std::string("\0\0\xfe\xff", 4), "the byte order mark (BOM) of UTF-16"},
      {"{\"\xef\xbb\xbf\":1} x", "something follows"},
      {"\"\xff\"", "malformed"},
      {"\"\\ud800\"", "malformed"},
      {"\"\\udc00\\ud800\"", "malformed"},
      {"\"\xed\xa0\x80\"", "malformed"},
      {"\"\xc0\xaf\"", "malformed"},
      {"\"a\nb\"", "malformed"},
      {"01", "malformed"},
      {"+1", "malformed"},
      {"1.", "malformed"},
      {"nul", "it ends too early"},
      {"NaN", "malformed"},
      {"// x\n1", "malformed"},
      {std::string(100, '[') + std::string(100, ']'), "nested deeper than 64"},
  };
  for (const auto& [text, expected] : cases) {
    const auto made = json_document::parse(text);
    BOOST_REQUIRE_MESSAGE(!made.has_value(), text);
    BOOST_TEST(made.error().find(expected) != std::string::npos, text + ": " + made.error());
  }
}

BOOST_AUTO_TEST_CASE(json_keeps_numbers_as_text_and_strings_exactly) {
  const auto made = json_document::parse(
      R"( {"a":[1,2.50,-0,1e400],"b":"x\u0000\n\ud83d\ude00","c":{},"d":true,"e":null} )");
  BOOST_REQUIRE(made.has_value());
  std::string seen;
  made->for_each_member(json_document::root, [&](std::string_view name, std::uint32_t at) {
    seen += std::string(name) + '=';
    if (made->at(at).what == json_document::kind::array) {
      made->for_each_element(at,
                             [&](std::uint32_t i) { seen += std::string(made->text(i)) + ','; });
    } else {
      seen += made->text(at);
    }
    seen += ';';
  });
  BOOST_TEST(seen == std::string("a=1,2.50,-0,1e400,;b=x\0\n\xf0\x9f\x98\x80;c=;d=;e=;", 38));
}

BOOST_AUTO_TEST_CASE(a_character_is_escaped_wherever_it_stands_and_no_other_one_is) {
  for (int byte = 0; byte < 0x80; ++byte)
    for (std::size_t size = 1; size <= 20; ++size)
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, '!');
        text[at] = static_cast<char>(byte);
        std::string made;
        append_json_string(made, text);
        const bool escaped = byte < 0x20 || byte == '"' || byte == '\\';
        BOOST_REQUIRE_EQUAL(made.size() > size + 2, escaped);
        BOOST_REQUIRE_EQUAL(made.substr(1, at), text.substr(0, at));
        BOOST_REQUIRE((made.ends_with(text.substr(at + 1) + '"')));
      }
  std::string of_all;
  append_json_string(of_all,
                     "\x80\xff\x1f\x20\x21\x80\xff\x7f"
                     "\x01");
  BOOST_TEST(of_all == "\"\x80\xff\\u001f \x21\x80\xff\x7f\\u0001\"");
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_no_utf8_is_found_wherever_it_stands) {
  for (std::size_t size = 1; size <= 40; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      BOOST_REQUIRE(is_utf8(text));
      text[at] = '\x80';
      BOOST_REQUIRE(!is_utf8(text));
      if (at == 0) continue;
      text[at - 1] = '\xc3';
      BOOST_REQUIRE(is_utf8(text));
    }
}

BOOST_AUTO_TEST_CASE(json_strings_escape_what_they_must) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\x01\0\x7f\xc3\xa9/", 10));
  BOOST_TEST(out == "\"a\\\"\\\\\\n\\u0001\\u0000\x7f\xc3\xa9/\"");
}

BOOST_AUTO_TEST_CASE(msgpack_is_what_the_reference_library_writes) {
  std::string ours;
  ::msgpack::sbuffer theirs;
  ::msgpack::packer<::msgpack::sbuffer> packer(theirs);
  for (int shift = 0; shift < 64; ++shift) {
    for (const int delta : {-1, 0, 1}) {
      const auto x = static_cast<std::int64_t>((std::uint64_t{1} << shift) + delta);
      msgpack::write_signed(ours, x);
      packer.pack_int64(x);
      msgpack::write_signed(ours, -x / 2);
      packer.pack_int64(-x / 2);
      msgpack::write_unsigned(ours, static_cast<std::uint64_t>(x));
      packer.pack_uint64(static_cast<std::uint64_t>(x));
    }
  }
  for (const std::size_t size : {0u, 15u, 16u, 31u, 32u, 255u, 256u, 65535u, 65536u}) {
    const std::string text(size, 'x');
    msgpack::write_string(ours, text);
    packer.pack(text);
    msgpack::write_binary(ours, text);
    packer.pack_bin(static_cast<std::uint32_t>(size));
    packer.pack_bin_body(text.data(), static_cast<std::uint32_t>(size));
    msgpack::write_array(ours, size);
    packer.pack_array(static_cast<std::uint32_t>(size));
    msgpack::write_map(ours, size);
    packer.pack_map(static_cast<std::uint32_t>(size));
  }
  msgpack::write_double(ours, 0.1);
  packer.pack_double(0.1);
  msgpack::write_bool(ours, true);
  packer.pack_true();
  msgpack::write_nil(ours);
  packer.pack_nil();
  BOOST_TEST((ours == std::string_view(theirs.data(), theirs.size())));
}

BOOST_AUTO_TEST_CASE(msgpack_reads_back_and_stays_failed_after_a_surprise) {
  std::string bytes;
  msgpack::write_array(bytes, 3);
  msgpack::write_signed(bytes, -70000);
  msgpack::write_string(bytes, "hi");
  msgpack::write_map(bytes, 0);
  msgpack::reader in(bytes);
  BOOST_TEST(in.read_array() == 3u);
  BOOST_TEST(in.read_signed() == -70000);
  BOOST_TEST(in.read_string() == "hi");
  BOOST_TEST(in.read_map() == 0u);
  BOOST_TEST(in.finished());
  msgpack::reader wrong(bytes);
  BOOST_TEST(wrong.read_string() == "");
  BOOST_TEST(wrong.read_array() == 0u);
  BOOST_TEST(!wrong.good());
  msgpack::reader whole(bytes);
  BOOST_TEST((whole.read_any() == bytes));
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    msgpack::reader part(std::string_view(bytes).substr(0, cut));
    BOOST_TEST(part.read_any() == "");
    BOOST_TEST(!part.good());
  }
  msgpack::reader huge("\xdd\xff\xff\xff\xff");
  BOOST_TEST(huge.read_array() == 0u);
  BOOST_TEST(!huge.good());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace codec_test
}  // namespace lithair::models
