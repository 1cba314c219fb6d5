#include "test/contract/reference.hpp"

#include <algorithm>

namespace lithair::test {

namespace {

/// What the contract knows of a field.
struct facts {
  bool required = false;
  std::string fallback = {};
  std::optional<long> min = {};
  std::optional<long> max = {};
  std::optional<std::size_t> max_length = {};
  bool unique = false;
  bool immutable = false;
  bool hidden = false;
  bool local = false;
  bool adds = false;
  bool unites = false;
  std::string target = {};
  std::string on_delete = {};
};

using fields = std::map<std::string, facts>;

const std::map<std::string, fields>& all_facts() {
  static const std::map<std::string, fields> all{
      {"accounts",
       {{"owner", {.target = "owners", .on_delete = "restrict"}},
        {"backup", {.target = "owners", .on_delete = "set_null"}},
        {"email", {.unique = true}},
        {"count", {.fallback = "2", .min = 0, .max = 20, .adds = true}},
        {"tags", {.max_length = 3, .unites = true}},
        {"born", {.immutable = true}},
        {"secret", {.unique = true, .hidden = true}},
        {"memo", {.local = true}}}},
      {"owners",
       {{"name", {.unique = true}},
        {"boss", {.target = "owners", .on_delete = "cascade"}},
        {"level", {.fallback = "1", .max = 5}},
        {"must", {.required = true}}}},
  };
  return all;
}

const fields& facts_of(const std::string& collection) { return all_facts().at(collection); }

bool says(const item& x, const std::string& name) {
  return x.contains(name) && x.at(name) != "null";
}

// The letters of `["a","b"]`.
std::string letters_of(const std::string& tags) {
  std::string made;
  for (const char c : tags)
    if (c >= 'a' && c <= 'z') made += c;
  return made;
}

std::string tags_of(const std::string& letters) {
  std::string made;
  for (const char c : letters) made += (made.empty() ? "" : ",") + ('"' + std::string(1, c) + '"');
  return '[' + made + ']';
}

std::string unite(const std::string& now, const std::string& more) {
  auto letters = letters_of(now);
  for (const char c : letters_of(more))
    if (letters.find(c) == std::string::npos) letters += c;
  return tags_of(letters);
}

// The rule that a value breaks.
std::string broken_rule(const facts& f, const std::string& value) {
  if (f.min && std::stol(value) < *f.min) return "min";
  if (f.max && std::stol(value) > *f.max) return "max";
  if (f.max_length && letters_of(value).size() > *f.max_length) return "max_length";
  return {};
}

std::string prefix_of(const command& x, std::size_t n) {
  if (x.what == shape::single) return {};
  return (x.what == shape::bulk ? "[" : "operations[") + std::to_string(n) + ']';
}

// Of one that no field is to blame for, a command of many still names the operation.
told refused(int status, const std::string& field_and_code, const std::string& code) {
  return {status, {field_and_code.empty() ? ":" + code : field_and_code}, {}};
}

std::set<std::string> prefixed(const std::set<std::string>& errors, const std::string& prefix) {
  std::set<std::string> made;
  for (const auto& each : errors) {
    if (prefix.empty()) {
      if (each.front() != ':') made.insert(each);
    } else {
      made.insert(prefix + (each.front() == ':' ? "" : ".") + each);
    }
  }
  return made;
}

std::set<std::string> errors_before_log(const operation& x) {
  std::set<std::string> made;
  if (x.op == "delete") return made;
  const bool creates = x.op == "create" || x.only_new;
  for (const auto& [name, f] : facts_of(x.collection)) {
    if (says(x.body, name)) {
      const bool combines = x.op == "patch" && (f.adds || f.unites);
      if (const auto rule = combines ? "" : broken_rule(f, x.body.at(name)); !rule.empty())
        made.insert(name + ':' + rule);
    } else if (f.required) {
      const bool stays = x.op == "patch" ? !x.body.contains(name) : f.immutable && !creates;
      if (!stays) made.insert(name + ":required");
    }
  }
  return made;
}

// A new item, or one that is replaced, without what is left alone.
item complete(const operation& x) {
  item made;
  for (const auto& [name, f] : facts_of(x.collection)) {
    if (f.local) continue;
    if (says(x.body, name))
      made[name] = x.body.at(name);
    else if (!f.fallback.empty())
      made[name] = f.fallback;
  }
  return made;
}

std::optional<std::string> member(const item& x, const std::string& name) {
  const auto at = x.find(name);
  return at == x.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

std::string reference::model_text() {
  return R"([models.accounts.fields]
id     = { type = "string", primary_key = true, replicate = true }
owner  = { type = "string", optional = true, replicate = true, references = "owners", on_delete = "restrict" }
backup = { type = "string", optional = true, replicate = true, references = "owners", on_delete = "set_null" }
email  = { type = "string", optional = true, replicate = true, unique = true }
count  = { type = "integer", default = 2, replicate = true, merge = "add", validate = { min = 0, max = 20 } }
tags   = { type = "list<string>", optional = true, replicate = true, merge = "union", validate = { max_length = 3 } }
born   = { type = "integer", optional = true, replicate = true, immutable = true }
secret = { type = "string", optional = true, replicate = true, unique = true, expose = false }
memo   = { type = "string", optional = true }
[models.owners.fields]
id    = { type = "string", primary_key = true, replicate = true }
name  = { type = "string", optional = true, replicate = true, unique = true, track_history = true }
boss  = { type = "string", optional = true, replicate = true, references = "owners", on_delete = "cascade" }
level = { type = "integer", default = 1, replicate = true, indexed = true, validate = { max = 5 } }
must  = { type = "bool", replicate = true }
)";
}

std::optional<told> reference::refuse(const command& x) const {
  told made{422, {}, {}};
  for (std::size_t n = 0; n < x.operations.size(); ++n)
    made.errors.merge(prefixed(errors_before_log(x.operations[n]), prefix_of(x, n)));
  return made.errors.empty() ? std::nullopt : std::optional(made);
}

told reference::decide(const command& x, std::uint64_t index, std::uint64_t node) {
  const auto tables = tables_;
  const auto events = events_;
  const auto memos = memos_;
  told made{x.what == shape::transaction ? 200 : 201, {}, {}};
  for (std::size_t n = 0; n < x.operations.size(); ++n) {
    const auto& each = x.operations[n];
    const bool existed = tables_.at(each.collection).contains(each.key);
    if (const auto why = run(each, index)) {
      tables_ = tables;
      events_ = events;
      memos_ = memos;
      return {why->status, prefixed(why->errors, prefix_of(x, n)), {}};
    }
    write_local(each, node);
    if (x.what == shape::single) made.status = each.op == "delete" ? 204 : existed ? 200 : 201;
    made.items.push_back(each.op == "delete" ? item() : shown(each.collection, each.key, node));
  }
  return made;
}

std::optional<told> reference::run(const operation& x, std::uint64_t index) {
  const auto& table = tables_.at(x.collection);
  const auto at = table.find(x.key);
  const bool exists = at != table.end();
  if (x.op == "create" && exists) return refused(409, "id:exists", "");
  if (x.only_new && exists) return refused(412, "", "precondition_failed");
  if (x.if_version && (!exists || at->second.version != *x.if_version))
    return refused(412, "", "precondition_failed");
  if (x.op != "create" && !x.only_new && !exists) return refused(404, "", "not_found");
  if (x.op == "delete") return erase(x.collection, x.key, index);

  const item before = exists ? at->second.fields : item();
  item after = complete(x);
  if (exists) {
    const auto errors = merge(x, before, after);
    if (!errors.empty()) return told{422, errors, {}};
  }
  std::set<std::string> conflicts, lost;
  for (const auto& [name, f] : facts_of(x.collection)) {
    const auto value = member(after, name);
    if (!value || value == member(before, name)) continue;
    for (const auto& [key, other] : table)
      if (f.unique && key != x.key && member(other.fields, name) == value)
        conflicts.insert(name + ":unique");
    const auto target = value->substr(1, value->size() - 2);
    const bool itself = f.target == x.collection && target == x.key;
    if (!f.target.empty() && !itself && !tables_.at(f.target).contains(target))
      lost.insert(name + ":reference");
  }
  if (!conflicts.empty()) return told{409, conflicts, {}};
  if (!lost.empty()) return told{422, lost, {}};
  // What changes nothing has no version and no event; local fields are a change.
  if (x.op == "patch" && after == before && !x.body.contains("memo")) return std::nullopt;
  put(x.collection, x.key, after, index);
  return std::nullopt;
}

// What a replace or a patch makes of an item.
std::set<std::string> reference::merge(const operation& x, const item& before, item& after) const {
  std::set<std::string> made;
  const bool patch = x.op == "patch";
  for (const auto& [name, f] : facts_of(x.collection)) {
    const auto now = member(before, name);
    if (f.local) continue;
    if (patch && !x.body.contains(name)) {
      after.erase(name);
      if (now) after[name] = *now;
    } else if (f.immutable && (patch ? member(after, name) != now
                                     : says(x.body, name) && x.body.at(name) != now)) {
      made.insert(name + ":immutable");
    } else if (f.immutable && now) {
      after[name] = *now;
    } else if (patch && says(x.body, name) && f.adds) {
      after[name] =
          std::to_string(std::stol(now.value_or(f.fallback)) + std::stol(x.body.at(name)));
    } else if (patch && says(x.body, name) && f.unites) {
      after[name] = unite(now.value_or("[]"), x.body.at(name));
    }
    if (patch && after.contains(name) && says(x.body, name) && (f.adds || f.unites))
      if (const auto rule = broken_rule(f, after.at(name)); !rule.empty())
        made.insert(name + ':' + rule);
  }
  return made;
}

void reference::put(const std::string& collection, const std::string& key, const item& fields,
                    std::uint64_t index) {
  auto& table = tables_.at(collection);
  const bool existed = table.contains(key);
  auto& to = table[key];
  if (collection == "owners") {
    const auto was = member(to.fields, "name");
    const auto is = member(fields, "name");
    note(key, existed ? "updated" : "created",
         was == is ? item() : item{{"name", is.value_or("null")}});
  }
  to = {fields, index};
}

std::optional<told> reference::erase(const std::string& collection, const std::string& key,
                                     std::uint64_t index) {
  tables_.at(collection).erase(key);
  if (collection == "accounts")
    std::erase_if(memos_, [&](const auto& each) { return each.first.second == key; });
  if (collection != "owners") return std::nullopt;
  note(key, "deleted", {});
  const auto text = '"' + key + '"';
  for (const auto& [from, all] : all_facts())
    for (const auto& [name, f] : all) {
      if (f.target != collection) continue;
      std::vector<std::string> who;
      for (const auto& [other, each] : tables_.at(from))
        if (member(each.fields, name) == text) who.push_back(other);
      for (const auto& other : who) {
        if (f.on_delete == "restrict") return refused(409, name + ":referenced", "");
        auto& table = tables_.at(from);
        if (!table.contains(other)) continue;
        if (f.on_delete == "set_null") {
          auto without = table.at(other).fields;
          without.erase(name);
          put(from, other, without, index);
        } else if (const auto why = erase(from, other, index)) {
          return why;
        }
      }
    }
  return std::nullopt;
}

void reference::write_local(const operation& x, std::uint64_t node) {
  if (x.collection != "accounts" || x.op == "delete") return;
  const std::pair place{node, x.key};
  if (says(x.body, "memo"))
    memos_[place] = x.body.at("memo");
  else if (x.op != "patch" || x.body.contains("memo"))
    memos_.erase(place);
}

void reference::note(const std::string& key, const std::string& type, item changes) {
  events_[key].emplace_back(type, std::move(changes));
}

item reference::shown(const std::string& collection, const std::string& key,
                      std::uint64_t node) const {
  item made{{"id", '"' + key + '"'}};
  for (const auto& [name, value] : tables_.at(collection).at(key).fields)
    if (!facts_of(collection).at(name).hidden) made[name] = value;
  if (const auto memo = memos_.find({node, key}); collection == "accounts" && memo != memos_.end())
    made["memo"] = memo->second;
  return made;
}

const std::vector<std::pair<std::string, item>>& reference::history(const std::string& key) const {
  static const std::vector<std::pair<std::string, item>> none;
  const auto at = events_.find(key);
  return at == events_.end() ? none : at->second;
}

}  // namespace lithair::test
