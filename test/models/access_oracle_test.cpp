#include <rapidcheck.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>

#include "models/query/stream.hpp"
#include "test/models/service_fixture.hpp"

/// Rules × callers × items × paths at random, against an evaluator that looks at nothing but the
/// words of the rule.
namespace lithair::models {
namespace access_oracle_test {

namespace {

using texts = std::vector<std::string>;

/// Fields that are absent are not there.
struct row {
  std::string key;
  std::map<std::string, std::string> text;  // a and b
  std::optional<int> number;                // n
  texts tags;

  std::string json() const {
    std::string made = R"({"id":")" + key + '"';
    for (const auto& [name, value] : text) made += ",\"" + name + "\":\"" + value + '"';
    if (number) made += ",\"n\":" + std::to_string(*number);
    made += ",\"tags\":[";
    for (std::size_t i = 0; i < tags.size(); ++i) made += (i == 0 ? "\"" : ",\"") + tags[i] + '"';
    return made + "]}";
  }
};

/// Of what is not known of the caller nothing holds, and nothing does not hold.
enum class truth { no, unknown, yes };
truth of(bool holds) { return holds ? truth::yes : truth::no; }
truth inverse(truth x) { return x == truth::unknown ? x : of(x == truth::no); }

/// A term with its text, and what it means.
struct term {
  std::string text;
  std::function<truth(const subject&, const row*, const row*)> holds;
};

/// Which side a name without a mark is.
struct sides {
  bool has_old = true;
  bool has_new = true;
};

std::optional<std::string> text_of_field(const row* of, const std::string& name) {
  if (of == nullptr) return std::nullopt;
  if (name == "n") return of->number ? std::optional(std::to_string(*of->number)) : std::nullopt;
  const auto found = of->text.find(name);
  return found == of->text.end() ? std::nullopt : std::optional(found->second);
}

texts known(const subject& who, const std::string& name) {
  if (name == "id") return who.id.empty() ? texts{} : texts{who.id};
  const auto found = who.claims.find(name);
  return found == who.claims.end() ? texts{} : found->second;
}

bool has(const texts& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

const texts words{"x", "y", "it's", ""};

std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char c : text) made += c == '\'' ? std::string("''") : std::string(1, c);
  return made + '\'';
}

/// A field of one of the sides that the rule knows.
struct place {
  std::string text;
  std::string name;
  bool of_new = false;

  const row* in(const row* old, const row* now) const { return of_new ? now : old; }
};

place any_place(const sides& which, const std::string& name) {
  const bool plain_is_new = !which.has_old;
  const int how = *rc::gen::inRange(0, which.has_old && which.has_new ? 3 : 1);
  if (how == 1) return {"@old." + name, name, false};
  if (how == 2) return {"@new." + name, name, true};
  return {name, name, plain_is_new};
}

term compare_text(const sides& which) {
  const auto at = any_place(which, *rc::gen::element<std::string>("a", "b"));
  const bool equal = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    const auto claim = *rc::gen::element<std::string>("id", "team", "none");
    return {at.text + (equal ? " = " : " != ") + "@user." + claim,
            [=](const subject& who, const row* old, const row* now) {
              const auto values = known(who, claim);
              if (values.empty()) return truth::unknown;
              const auto value = text_of_field(at.in(old, now), at.name);
              return of((value && has(values, *value)) == equal);
            }};
  }
  const auto word = *rc::gen::elementOf(words);
  const bool swapped = *rc::gen::arbitrary<bool>();
  const std::string mark = equal ? " = " : " != ";
  return {swapped ? quoted(word) + mark + at.text : at.text + mark + quoted(word),
          [=](const subject&, const row* old, const row* now) {
            const auto value = text_of_field(at.in(old, now), at.name);
            return of((value && *value == word) == equal);
          }};
}

term compare_number(const sides& which) {
  const auto at = any_place(which, "n");
  const int bound = *rc::gen::inRange(0, 4);
  const auto mark = *rc::gen::element<std::string>("<", "<=", ">", ">=", "=", "!=");
  return {at.text + ' ' + mark + ' ' + std::to_string(bound),
          [=](const subject&, const row* old, const row* now) {
            const row* in = at.in(old, now);
            if (in == nullptr || !in->number) return of(mark == "!=");
            const int n = *in->number;
            return of(mark == "<"    ? n < bound
                      : mark == "<=" ? n <= bound
                      : mark == ">"  ? n > bound
                      : mark == ">=" ? n >= bound
                      : mark == "="  ? n == bound
                                     : n != bound);
          }};
}

term compare_fields(const sides& which) {
  const auto left = any_place(which, "a");
  const auto right = any_place(which, *rc::gen::element<std::string>("a", "b"));
  const bool equal = *rc::gen::arbitrary<bool>();
  return {left.text + (equal ? " = " : " != ") + right.text,
          [=](const subject&, const row* old, const row* now) {
            const auto x = text_of_field(left.in(old, now), left.name);
            const auto y = text_of_field(right.in(old, now), right.name);
            if (!x || !y) return of(!equal && x.has_value() != y.has_value());
            return of((*x == *y) == equal);
          }};
}

term ask_for_absence(const sides& which) {
  const auto at = any_place(which, *rc::gen::element<std::string>("a", "n"));
  const bool equal = *rc::gen::arbitrary<bool>();
  return {at.text + (equal ? " = null" : " != null"),
          [=](const subject&, const row* old, const row* now) {
            return of(text_of_field(at.in(old, now), at.name).has_value() != equal);
          }};
}

term choose(const sides& which) {
  const auto at = any_place(which, "a");
  const auto chosen = *rc::gen::nonEmpty(rc::gen::container<texts>(rc::gen::elementOf(words)));
  std::string list;
  for (const auto& each : chosen) list += (list.empty() ? "" : ", ") + quoted(each);
  const bool is_in = *rc::gen::arbitrary<bool>();
  return {at.text + (is_in ? " in (" : " not in (") + list + ')',
          [=](const subject&, const row* old, const row* now) {
            const auto value = text_of_field(at.in(old, now), at.name);
            return of((value && has(chosen, *value)) == is_in);
          }};
}

term look_into_list(const sides& which) {
  const auto at = any_place(which, "tags");
  if (*rc::gen::arbitrary<bool>()) {
    const auto word = *rc::gen::elementOf(words);
    return {quoted(word) + " in " + at.text, [=](const subject&, const row* old, const row* now) {
              const row* in = at.in(old, now);
              return of(in != nullptr && has(in->tags, word));
            }};
  }
  return {"@user.team in " + at.text, [=](const subject& who, const row* old, const row* now) {
            const auto values = known(who, "team");
            if (values.empty()) return truth::unknown;
            const row* in = at.in(old, now);
            return of(in != nullptr && std::ranges::any_of(values, [&](const auto& each) {
                        return has(in->tags, each);
                      }));
          }};
}

/// Items of another collection, the same while one service lives: who, and for which `a`.
std::vector<std::pair<std::string, std::string>> members;

term look_for_another_item(const sides& which) {
  const bool of_caller = *rc::gen::arbitrary<bool>();
  const auto at = any_place(which, "a");
  return {"exists(members where who = " + std::string(of_caller ? "@user.id" : "'x'") +
              " and a = " + at.text + ')',
          [=](const subject& who, const row* old, const row* now) {
            if (of_caller && who.id.empty()) return truth::unknown;
            const auto value = text_of_field(at.in(old, now), at.name);
            return of(value && std::ranges::any_of(members, [&](const auto& each) {
                        return each.first == (of_caller ? who.id : "x") && each.second == *value;
                      }));
          }};
}

term ask_about_caller() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return {"@user",
              [](const subject& who, const row*, const row*) { return of(!who.id.empty()); }};
    case 1: {
      const auto role = *rc::gen::element<std::string>("staff", "other");
      return {"role(" + role + ')',
              [=](const subject& who, const row*, const row*) { return of(who.has_role(role)); }};
    }
    case 2: {
      const auto word = *rc::gen::elementOf(words);
      const bool equal = *rc::gen::arbitrary<bool>();
      return {std::string("@user.team ") + (equal ? "= " : "!= ") + quoted(word),
              [=](const subject& who, const row*, const row*) {
                const auto values = known(who, "team");
                return values.empty() ? truth::unknown : of(has(values, word) == equal);
              }};
    }
    default: {
      const bool is = *rc::gen::arbitrary<bool>();
      return {is ? "true" : "false",
              [=](const subject&, const row*, const row*) { return of(is); }};
    }
  }
}

term any_term(const sides& which, int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 12 : 8);
  switch (kind) {
    case 0:
      return compare_text(which);
    case 1:
      return compare_number(which);
    case 2:
      return compare_fields(which);
    case 3:
      return ask_for_absence(which);
    case 4:
      return choose(which);
    case 5:
      return look_into_list(which);
    case 6:
      return ask_about_caller();
    case 7:
      return look_for_another_item(which);
    case 8: {
      const auto inner = any_term(which, depth - 1);
      return {"not (" + inner.text + ')',
              [inner](const subject& who, const row* old, const row* now) {
                return inverse(inner.holds(who, old, now));
              }};
    }
    default: {
      const auto left = any_term(which, depth - 1);
      const auto right = any_term(which, depth - 1);
      const bool both = *rc::gen::arbitrary<bool>();
      return {'(' + left.text + (both ? ") and (" : ") or (") + right.text + ')',
              [left, right, both](const subject& who, const row* old, const row* now) {
                const auto x = left.holds(who, old, now);
                const auto y = right.holds(who, old, now);
                return both ? std::min(x, y) : std::max(x, y);
              }};
    }
  }
}

row any_row(std::string key) {
  row made{std::move(key), {}, std::nullopt, {}};
  for (const std::string name : {"a", "b"})
    if (*rc::gen::inRange(0, 4) != 0) made.text[name] = *rc::gen::elementOf(words);
  if (*rc::gen::arbitrary<bool>()) made.number = *rc::gen::inRange(0, 4);
  made.tags = *rc::gen::container<texts>(rc::gen::elementOf(words));
  return made;
}

subject any_caller() {
  subject made;
  made.id = *rc::gen::element<std::string>("", "x", "y", "it's");
  if (*rc::gen::arbitrary<bool>()) made.roles = {"staff"};
  if (*rc::gen::arbitrary<bool>())
    made.claims["team"] = *rc::gen::container<texts>(rc::gen::elementOf(words));
  return made;
}

std::string in_toml(const std::string& text) {
  std::string made = "\"";
  for (const char c : text) made += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return made + '"';
}

/// A service with random rules, and what they say.
struct ruled {
  term read = any_term({true, false}, 3);
  term create = any_term({false, true}, 3);
  term update = any_term({true, true}, 3);
  term remove = any_term({true, false}, 3);
  bool indexed = *rc::gen::arbitrary<bool>();
  service_fixture node{"[models.m.access]\nread = " + in_toml(read.text) +
                       "\ncreate = " + in_toml(create.text) + "\nupdate = " + in_toml(update.text) +
                       "\ndelete = " + in_toml(remove.text) +
                       "\n[models.members.fields]\nid = { type = \"integer\", primary_key = true, "
                       "replicate = true }\nwho = { type = \"string\", indexed = true, replicate = "
                       "true }\na = { type = \"string\", replicate = true }"
                       "\n[models.m.fields]\nid = { type = \"string\", primary_key = true, "
                       "replicate = true }\n" +
                       text_field("a") + text_field("b") +
                       "n = { type = \"integer\", optional = true, replicate = true, "
                       "track_history = true }\ntags = { type = \"list<string>\", replicate = "
                       "true }\n"};
  std::map<std::string, row> rows;

  std::string text_field(const std::string& name) const {
    return name + " = { type = \"string\", optional = true, replicate = true" +
           (indexed ? ", indexed = true }\n" : " }\n");
  }

  void fill() {
    for (std::size_t i = 0; i < members.size(); ++i) {
      RC_ASSERT(node.post("members", "{\"id\":" + std::to_string(i) + ",\"who\":\"" +
                                         members[i].first + "\",\"a\":\"" + members[i].second +
                                         "\"}")
                    .status == 201);
    }
    for (int i = 0; i < 6; ++i) {
      auto made = any_row("k" + std::to_string(i));
      RC_ASSERT(node.post("m", made.json()).status == 201);
      rows.emplace(made.key, made);
    }
  }

  void as(const subject& who) {
    node.bound = std::make_shared<const subject>(who);
    node.by = who.id;
  }
  bool may_read(const subject& who, const row& of) const {
    return read.holds(who, &of, nullptr) == truth::yes;
  }

  /// What nobody like who asks can do to any item is refused before the log, whatever is there.
  bool is_for_nobody(const outcome& given, std::uint64_t index) const {
    return given.status == 403 && node.index() == index;
  }

  void check_reads(const subject& who) {
    as(who);
    std::string readable;
    std::size_t count = 0;
    for (const auto& [key, each] : rows) {
      const bool may = may_read(who, each);
      readable += !may ? "" : (count == 0 ? "\"" : " \"") + key + '"';
      count += may ? 1 : 0;
      RC_ASSERT(node.get("m", key).status == (may ? 200 : 404));
      RC_ASSERT(node.history("m", key).status == (may ? 200 : 404));
      RC_ASSERT(node.get("m", key, {{"as_of", "1000"}, {"fields", "id,n"}}).status ==
                (may ? 200 : 404));
    }
    const auto number = std::to_string(count);
    for (const std::string sort : {"id", "a", "-n"}) {
      const auto all = node.list("m", {{"sort", sort}, {"take", "100"}});
      RC_ASSERT(member(all.body, "total") == number);
      RC_ASSERT(sort != "id" || column(all, "id") == readable);
      RC_ASSERT(member(node.list("m", {{"sort", sort}, {"take", "1"}}).body, "total") == number);
    }
    RC_ASSERT(node.ask(query::kind::count, "m").body == "{\"count\":" + number + '}');
    const auto any =
        node.ask(query::kind::random_id, "m", {}, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(any.status == (count == 0 ? 404 : 200));
    RC_ASSERT(count == 0 || readable.find(member(any.body, "id")) != std::string::npos);
  }

  void check_create(const subject& who, bool in_bulk) {
    const auto made = any_row("new" + std::to_string(node.index()));
    const bool may = create.holds(who, nullptr, &made) == truth::yes;
    as(who);
    const auto given =
        in_bulk ? node.bulk("m", '[' + made.json() + ']') : node.post("m", made.json());
    RC_ASSERT(given.status == (may ? 201 : 403));
    if (may) rows.emplace(made.key, made);
  }

  void check_change(const subject& who) {
    if (rows.empty()) return;
    const auto old = rows.begin()->second;
    const auto now = any_row(old.key);
    as(who);
    const bool sees = may_read(who, old);
    const int expected = !sees ? 404 : update.holds(who, &old, &now) == truth::yes ? 200 : 403;
    const auto index = node.index();
    const auto given = node.put("m", old.key, now.json());
    RC_ASSERT(given.status == expected || is_for_nobody(given, index));
    if (expected == 200) rows[old.key] = now;
  }

  void check_remove(const subject& who, bool in_transaction) {
    if (rows.empty()) return;
    const auto old = rows.rbegin()->second;
    as(who);
    const auto index = node.index();
    const bool sees = may_read(who, old);
    const bool may = sees && remove.holds(who, &old, nullptr) == truth::yes;
    const auto given =
        in_transaction ? node.transact(R"({"operations":[{"op":"delete","collection":"m","id":")" +
                                       old.key + R"("}]})")
                       : node.remove("m", old.key);
    RC_ASSERT(given.status == (!sees            ? 404
                               : !may           ? 403
                               : in_transaction ? 200
                                                : 204) ||
              (!may && is_for_nobody(given, index)));
    if (may) rows.erase(old.key);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(access_oracle)

BOOST_AUTO_TEST_CASE(each_path_does_for_each_caller_what_the_words_of_the_rules_say) {
  const bool held = rc::check([] {
    members = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
        rc::gen::pair(rc::gen::elementOf(words), rc::gen::elementOf(words)));
    ruled some;
    some.fill();
    for (int i = 0; i < 4; ++i) {
      const auto who = any_caller();
      some.check_reads(who);
      some.check_create(who, i % 2 == 0);
      some.check_change(who);
      some.check_remove(who, i % 2 == 0);
    }
    some.check_reads(any_caller());
  });
  BOOST_TEST(held);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace access_oracle_test
}  // namespace lithair::models
