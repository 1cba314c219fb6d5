#include "test/models/random_rules.hpp"

#include <rapidcheck.h>

namespace lithair::models::test {

std::string row::json() const {
  std::string made = R"({"id":")" + key + '"';
  for (const auto& [name, value] : text) made += ",\"" + name + "\":\"" + value + '"';
  if (number) made += ",\"n\":" + std::to_string(*number);
  made += ",\"tags\":[";
  for (std::size_t i = 0; i < tags.size(); ++i) made += (i == 0 ? "\"" : ",\"") + tags[i] + '"';
  return made + "]}";
}

namespace {

std::string in_toml(const std::string& text) {
  std::string made = "\"";
  for (const char c : text) made += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return made + '"';
}

truth of(bool holds) { return holds ? truth::yes : truth::no; }
truth inverse(truth x) { return x == truth::unknown ? x : of(x == truth::no); }

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

term look_for_another_item(const sides& which, const member_list& members) {
  const bool of_caller = *rc::gen::arbitrary<bool>();
  const auto at = any_place(which, "a");
  return {"exists(members where who = " + std::string(of_caller ? "@user.id" : "'x'") +
              " and a = " + at.text + ')',
          [=, &members](const subject& who, const row* old, const row* now) {
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

}  // namespace

term any_term(const sides& which, int depth, const member_list& members) {
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
      return look_for_another_item(which, members);
    case 8: {
      const auto inner = any_term(which, depth - 1, members);
      return {"not (" + inner.text + ')',
              [inner](const subject& who, const row* old, const row* now) {
                return inverse(inner.holds(who, old, now));
              }};
    }
    default: {
      const auto left = any_term(which, depth - 1, members);
      const auto right = any_term(which, depth - 1, members);
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

subject any_caller(bool may_be_nobody) {
  subject made;
  made.id = *rc::gen::element<std::string>("x", "y", "it's", "");
  if (!may_be_nobody && made.id.empty()) made.id = "x";
  if (*rc::gen::arbitrary<bool>()) made.roles = {"staff"};
  if (*rc::gen::arbitrary<bool>())
    made.claims["team"] =
        *rc::gen::resize(30, rc::gen::container<texts>(rc::gen::elementOf(words)));
  return made;
}

member_list any_members() {
  return *rc::gen::container<member_list>(
      rc::gen::pair(rc::gen::elementOf(words), rc::gen::elementOf(words)));
}

random_rules::random_rules(std::string of, const member_list& members)
    : name(std::move(of)),
      read(any_term({true, false}, 3, members)),
      create(any_term({false, true}, 3, members)),
      update(any_term({true, true}, 3, members)),
      remove(any_term({true, false}, 3, members)),
      indexed(*rc::gen::arbitrary<bool>()) {}

std::string random_rules::model_text() const {
  const auto text_field = [this](const std::string& of) {
    return of + " = { type = \"string\", optional = true, replicate = true" +
           (indexed ? ", indexed = true }\n" : " }\n");
  };
  return "[models." + name + ".access]\nread = " + in_toml(read.text) +
         "\ncreate = " + in_toml(create.text) + "\nupdate = " + in_toml(update.text) +
         "\ndelete = " + in_toml(remove.text) + "\n[models." + name + ".fields]\n" +
         "id = { type = \"string\", primary_key = true, replicate = true }\n" + text_field("a") +
         text_field("b") +
         "n = { type = \"integer\", optional = true, replicate = true, track_history = true }\n"
         "tags = { type = \"list<string>\", replicate = true }\n";
}

std::string members_model_text() {
  return "[models.members.fields]\n"
         "id = { type = \"integer\", primary_key = true, replicate = true }\n"
         "who = { type = \"string\", indexed = true, replicate = true }\n"
         "a = { type = \"string\", replicate = true }\n";
}

}  // namespace lithair::models::test
