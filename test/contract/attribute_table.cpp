#include "test/contract/attribute_table.hpp"

#include <vector>

namespace lithair::test {

namespace {

using row = attribute_row;

// The same comes of it in each way of writing.
row always(std::string declared, std::string first, std::string sent, const std::string& result) {
  return {std::move(declared), std::move(first), std::move(sent), result, result, result};
}

row kept(std::string declared, std::string first, const std::string& sent) {
  return always(std::move(declared), std::move(first), sent, sent);
}

// -- types: what is a value of the type, and in which form it is answered ------------------------

const std::string boolean = R"(type = "bool")";
const std::string integer = R"(type = "integer")";
const std::string number = R"(type = "number")";
const std::string text = R"(type = "string")";
const std::string uuid = R"(type = "uuid")";
const std::string money = R"(type = "money")";
const std::string timestamp = R"(type = "timestamp")";
const std::string choice = R"(type = "enum", values = ["a", "b"])";
const std::string bytes = R"(type = "bytes")";
const std::string json = R"(type = "json")";
const std::string integers = R"(type = "list<integer>")";
const std::string texts = R"(type = "list<string>")";

const std::string one_uuid = R"("01900000-0000-7000-8000-00000000000a")";
const std::string other_uuid = R"("01900000-0000-7000-8000-00000000000B")";
const std::string new_year = R"("2026-01-01T00:00:00Z")";
const std::string later = R"("2026-01-01T00:00:00.500Z")";

const std::vector<row> types{
    kept(boolean, "true", "false"),
    always(boolean, "true", "0", "422 type"),
    always(boolean, "true", R"("false")", "422 type"),

    kept(integer, "1", "-9223372036854775808"),
    kept(integer, "1", "9007199254740993"),
    always(integer, "1", "2e2", "200"),
    always(integer, "1", "1.5", "422 type"),
    always(integer, "1", "9223372036854775808", "422 type"),
    always(integer, "1", R"("2")", "422 type"),

    kept(number, "1", "0.1"),
    always(number, "1", "1e400", "422 type"),
    always(number, "1", R"("NaN")", "422 type"),

    kept(text, R"("a")", R"("\u0000é\"")"),
    kept(text, R"("a")", R"("")"),
    always(text, R"("a")", "7", "422 type"),
    always(text, R"("a")", R"(["b"])", "422 type"),

    always(uuid, one_uuid, other_uuid, R"("01900000-0000-7000-8000-00000000000b")"),
    always(uuid, one_uuid, R"("01900000")", "422 type"),

    kept(money, R"("1")", R"("0.10")"),
    always(money, R"("1")", "19.90", R"("19.90")"),
    kept(money, R"("1")", R"("-123456789012345.678")"),
    always(money, R"("1")", "0.30000000000000004", "422 type"),
    always(money, R"("1")", R"("0.0000000001")", "422 type"),
    always(money, R"("1")", R"("1,00")", "422 type"),

    always(timestamp, new_year, R"("2026-01-01T02:00:00.500000+01:30")",
           R"("2026-01-01T00:30:00.500Z")"),
    always(timestamp, new_year, R"("2026-02-30T00:00:00Z")", "422 type"),
    always(timestamp, new_year, "1767225600", "422 type"),

    kept(choice, R"("a")", R"("b")"),
    always(choice, R"("a")", R"("A")", "422 type"),
    always(choice, R"("a")", "1", "422 type"),

    kept(bytes, R"("AP9h")", R"("AA==")"),
    always(bytes, R"("AP9h")", R"("AP-_")", "422 type"),

    kept(json, "1", R"([1.5,null,{"a":null}])"),
    {json, R"({"a":1,"b":2})", R"({"b":null,"c":3})", R"({"b":null,"c":3})", R"({"b":null,"c":3})",
     R"({"a":1,"c":3})"},
    always(json + ", optional = true", "{}", "null", gone),

    kept(integers, "[1]", "[3,1,3]"),
    kept(integers, "[1]", "[]"),
    always(integers, "[1]", "[1,null]", "422 type at [1]"),
    always(integers, "[1]", R"([1,"2"])", "422 type at [1]"),
    always(integers, "[1]", "2", "422 type"),
    always(R"(type = "list<enum>", values = ["a", "b"])", R"(["a"])", R"(["c"])",
           "422 type at [0]"),
};

// -- whether there is a value: required, optional, default, immutable ----------------------------

const std::string optional = integer + ", optional = true";
const std::string with_default = integer + ", default = 5";
const std::string immutable = integer + ", immutable = true";
const std::string immutable_optional = optional + ", immutable = true";
const std::string immutable_default = with_default + ", immutable = true";

const std::vector<row> presence{
    {integer, "1", gone, "422 required", "422 required", "1"},
    always(integer, "1", "null", "422 required"),

    {optional, "1", gone, gone, gone, "1"},
    always(optional, "1", "null", gone),
    kept(optional, gone, "2"),

    {with_default, "1", gone, "5", "5", "1"},
    always(with_default, "1", "null", "5"),
    kept(with_default, gone, "2"),

    {immutable, "1", gone, "422 required", "1", "1"},
    {immutable, "1", "2", "2", "422 immutable in the log", "422 immutable in the log"},
    kept(immutable, "1", "1"),
    {immutable_optional, "1", gone, gone, "1", "1"},
    {immutable_optional, gone, "2", "2", "422 immutable in the log", "422 immutable in the log"},
    {immutable_default, "1", gone, "5", "1", "1"},
};

// -- validate ------------------------------------------------------------------------------------

const std::string limited = integer + ", validate = { min = 2, max = 4 }";
const std::string dear = money + R"(, validate = { min = "0.01", max = "9.99" })";
const std::string recent = timestamp + ", validate = { min = " + new_year + " }";
const std::string short_text = text + ", validate = { min_length = 2, max_length = 3 }";
const std::string short_bytes = bytes + ", validate = { max_length = 2 }";
const std::string short_list = integers + ", validate = { min_length = 1, max_length = 2 }";
const std::string patterned = text + R"(, validate = { pattern = "^(a+)+$" })";
const std::string email = text + R"(, validate = { format = "email" })";
const std::string url = text + R"(, validate = { format = "url" })";
const std::string uuid_text = text + R"(, validate = { format = "uuid" })";
const std::string odd = integer + ", validate = { one_of = [1, 3] }";
const std::string sizes = text + R"(, validate = { one_of = ["small", "large"] })";

const std::vector<row> validation{
    kept(limited, "3", "2"),
    always(limited, "3", "1", "422 min"),
    always(limited, "3", "5", "422 max"),
    always(dear, R"("1")", R"("0.009")", "422 min"),
    always(dear, R"("1")", "9.991", "422 max"),
    always(recent, new_year, R"("2025-12-31T23:59:59.999999Z")", "422 min"),
    always(number + ", validate = { min = 0.5 }", "1", "0.25", "422 min"),

    kept(short_text, R"("ab")", R"("éàü")"),
    always(short_text, R"("ab")", R"("é")", "422 min_length"),
    always(short_text, R"("ab")", R"("éàüé")", "422 max_length"),
    always(short_bytes, R"("AA==")", R"("AP9h")", "422 max_length"),
    always(short_list, "[1]", "[]", "422 min_length"),
    always(short_list, "[1]", "[1,2,3]", "422 max_length"),

    kept(patterned, R"("a")", R"("aa")"),
    always(patterned, R"("a")", '"' + std::string(3000, 'a') + "b\"", "422 pattern"),
    kept(email, R"("a@b.c")", R"("d.e@f.org")"),
    always(email, R"("a@b.c")", R"("a@b@c")", "422 format"),
    always(url, R"("http://a")", R"("//a")", "422 format"),
    always(uuid_text, one_uuid, R"("1")", "422 format"),
    kept(odd, "1", "3"),
    always(odd, "1", "2", "422 one_of"),
    always(sizes, R"("small")", R"("Small")", "422 one_of"),
};

// -- unique, indexed, references, expose, track_history ------------------------------------------

const std::string unique_text = text + ", unique = true";
const std::string reference = text + R"(, references = "targets@")";
const std::string weak_reference =
    text + R"(, optional = true, references = "targets@", on_delete = "set_null")";
const std::string hidden = ", expose = false";

const std::vector<row> relations{
    kept(integer + ", unique = true", "1", "2"),
    kept(unique_text, R"("free")", R"("")"),
    always(unique_text, R"("free")", R"("taken")", "409 unique in the log"),
    always(money + ", unique = true", R"("1")", R"("7.70")", "409 unique in the log"),
    always(choice + ", unique = true", R"("a")", R"("b")", "409 unique in the log"),
    always(timestamp + ", unique = true", new_year, later, "409 unique in the log"),
    always(text + ", unique = true, expose = false", R"("free")", R"("taken")",
           "409 unique in the log"),
    kept(text + ", unique = true, optional = true", R"("free")", R"("b")"),

    kept(text + ", indexed = true", R"("a")", R"("b")"),
    always(timestamp + ", indexed = true, optional = true", new_year, "null", gone),
    kept(boolean + ", indexed = true", "true", "false"),
    kept(integer + ", indexed = true, default = 5", "1", "-9223372036854775808"),
    always(integer + ", indexed = true, default = 5", "1", "null", "5"),
    kept(number + ", indexed = true", "1", "-0.1"),
    kept(choice + ", indexed = true", R"("a")", R"("b")"),
    kept(bytes + ", indexed = true", R"("AA==")", R"("AAAA")"),

    kept(reference, R"("here")", R"("there")"),
    always(reference, R"("here")", R"("nowhere")", "422 reference in the log"),
    always(weak_reference, R"("here")", "null", gone),
    always(weak_reference, R"("here")", R"("nowhere")", "422 reference in the log"),

    always(text + hidden, R"("a")", R"("b")", gone),
    always(integer + hidden + ", validate = { min = 0 }", "1", "-1", "422 min"),
    always(text + hidden, R"("a")", "7", "422 type"),

    kept(integer + ", track_history = true", "1", "2"),
    kept(texts + ", track_history = true", R"(["a"])", R"(["a","b"])"),
    always(text + ", optional = true, track_history = true", R"("a")", "null", gone),
};

// -- merge: only a patch combines ----------------------------------------------------------------

const std::string sum = integer + R"(, merge = "add")";
const std::string bounded_sum = integer + R"(, merge = "add", validate = { max = 10 })";
const std::string set = texts + R"(, merge = "union")";
const std::string bounded_set = texts + R"(, merge = "union", validate = { max_length = 2 })";
const std::string biggest = "9223372036854775807";

const std::vector<row> merging{
    kept(integer + R"(, merge = "last_write")", "1", "2"),
    {sum, "40", "2", "2", "2", "42"},
    {sum, "40", "-42", "-42", "-42", "-2"},
    {sum, biggest, "1", "1", "1", "422 overflow in the log"},
    always(sum, "1", R"("2")", "422 type"),
    {bounded_sum, "8", "3", "3", "3", "422 max in the log"},
    {bounded_sum, "8", "11", "422 max", "422 max", "422 max in the log"},
    {bounded_sum, "8", "-11", "-11", "-11", "-3"},
    {money + R"(, merge = "add")", R"("0.1")", R"("0.20")", R"("0.20")", R"("0.20")", R"("0.30")"},
    {number + R"(, merge = "add")", "0.5", "0.25", "0.25", "0.25", "0.75"},
    {timestamp + R"(, merge = "max")", later, new_year, new_year, new_year, later},
    {integer + R"(, merge = "max")", "1", "2", "2", "2", "2"},
    {money + R"(, merge = "min")", R"("2.50")", R"("3")", R"("3")", R"("3")", R"("2.50")"},
    {set, R"(["a","b"])", R"(["b","c"])", R"(["b","c"])", R"(["b","c"])", R"(["a","b","c"])"},
    {bounded_set, R"(["a","b"])", R"(["b"])", R"(["b"])", R"(["b"])", R"(["a","b"])"},
    {bounded_set, R"(["a","b"])", R"(["c"])", R"(["c"])", R"(["c"])", "422 max_length in the log"},
    {integers + R"(, merge = "append")", "[1,2]", "[2]", "[2]", "[2]", "[1,2,2]"},
    {integer + R"(, optional = true, merge = "add")", gone, "2", "2", "2", "2"},
    always(integer + R"(, optional = true, merge = "add")", "1", "null", gone),
    {sum + ", default = 5", "1", "2", "2", "2", "3"},
    always(sum + ", default = 5", "1", "null", "5"),
    {sum + ", default = 5", "1", gone, "5", "5", "1"},
    always(set + R"(, default = ["a"])", R"(["b"])", "null", R"(["a"])"),
};

}  // namespace

bool is_refusal(const std::string& result) {
  return result.starts_with("4") && result.find(' ') == 3;
}

std::ostream& operator<<(std::ostream& out, const attribute_row& x) {
  const auto told = [](const std::string& json_text) {
    return json_text.empty() ? "nothing" : json_text.substr(0, 60);
  };
  return out << "{ " << x.declared << " }: " << told(x.first) << " <- " << told(x.sent);
}

std::span<const attribute_row> attribute_rows() {
  static const std::vector<row> all = [] {
    std::vector<row> made;
    for (const auto* part : {&types, &presence, &validation, &relations, &merging})
      made.insert(made.end(), part->begin(), part->end());
    return made;
  }();
  return all;
}

}  // namespace lithair::test
