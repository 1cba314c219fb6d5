#include <list>

#include "models/command/command.hpp"
#include "models/command/item_reader.hpp"
#include "models/command/request.hpp"
#include "models/encoding/decimal.hpp"
#include "models/encoding/json_document.hpp"
#include "models/encoding/sha256.hpp"
#include "models/encoding/utf8.hpp"
#include "models/problem/problems.hpp"
#include "models/state/key_text.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

using kind = json_document::kind;

bool wants_present(const preconditions& conditions) {
  return conditions.if_match_any || !conditions.if_match.empty();
}

/// What the token's views lie in.
struct token_text {
  std::string scope;
  std::string key;
  std::string digest;

  request_token view() const { return {scope, key, digest}; }
};

/// Digests, so that a key of any length costs the same in the log and nobody reads it there.
std::optional<token_text> make_token(std::string_view client_key, std::string scope,
                                     const std::string& request, const stamp& at) {
  if (client_key.empty()) {
    return std::nullopt;
  }
  // An answer is for who asked: others may use the same key.
  if (!at.by.empty()) {
    scope += '\0' + at.by;
  }
  return token_text{std::move(scope), sha256(client_key), sha256(request)};
}

/// Method and collection: the same key may be used for something else elsewhere.
std::string scope_of(const collection& c, char method) {
  std::string made(1, method);
  append_big_endian(made, c.id);
  return made;
}

/// Everything about the request that must be the same when its Idempotency-Key is.
std::string text_of(const write_request& request) {
  // The length goes first: a key that holds ':' must not look like another request.
  std::string made = std::to_string(request.key.size()) + ':' + request.key;
  made += request.conditions.if_match_any ? '*' : '-';
  made += request.conditions.if_none_match_any ? '*' : '-';
  for (const auto version : request.conditions.if_match) {
    made += std::to_string(version) + ',';
  }
  return made.append(":").append(request.body);
}

/// The stored form of the key in the path, or why no item can be there.
result<std::string> path_key(const write_request& request) {
  if (auto key = parse_key(*request.target, request.key)) {
    return std::move(*key);
  }
  // If-Match on what can't be there fails as on what isn't.
  if (wants_present(request.conditions)) {
    return tl::make_unexpected(precondition_failed("There is no such item."));
  }
  // This request would create, so the key is a mistake of the item and not a missing one.
  if (request.op == operation::replace && request.conditions.if_none_match_any) {
    return tl::make_unexpected(invalid(
        {{request.target->key().name, "type", "The path holds no key of the collection."}}));
  }
  return tl::make_unexpected(not_found());
}

/// A replace that can only create is held to what a create is, before the log.
operation reads_as(const write_request& request) {
  return request.op == operation::replace && request.conditions.if_none_match_any
             ? operation::create
             : request.op;
}

/// Of an item that can only be new: it has no size from before, which would let it pass.
std::optional<problem> check_size(const collection& c, operation op, std::string_view key,
                                  const stored_fields& fields, const stamp& at) {
  std::uint64_t size = 0;
  for (const auto& each : fields) {
    size += each.bytes.size();
  }
  if (op != operation::create || size <= at.most.item_bytes) {
    return std::nullopt;
  }
  return item_too_large(excerpt(key_text(c, key)), c.name, size, at.most.item_bytes);
}

/// Whose deeds nothing tells of need not be told.
std::string_view told_by(const collection& c, const stamp& at) {
  return c.tracked ? std::string_view(at.by) : std::string_view();
}

std::string encode(const write_request& request, std::string_view key, const stored_fields& fields,
                   const stamp& at, const rights_gathering& rights) {
  command made;
  made.time_us = at.time_us;
  made.most = at.most;
  made.by = told_by(*request.target, at);
  const auto bytes = rights.write();
  made.rights = bytes;
  add_operation(made, *request.target,
                {request.op, request.target->id, key, request.conditions, fields});
  const auto token =
      make_token(request.idempotency_key,
                 scope_of(*request.target, static_cast<char>('0' + static_cast<int>(request.op))),
                 // The text is put together only where a key asks for it.
                 request.idempotency_key.empty() ? "" : text_of(request), at);
  if (token) {
    made.token = token->view();
  }
  return write_command(made);
}

problem sets_what_is_not_its(const collection& c) {
  return forbidden("The rules of " + c.name + " do not let you set one of the fields.");
}

/// Collects the operations of a command that has many, and their errors.
class collector {
 public:
  collector(const schema& s, command_shape shape, const stamp& at) : at_(at), rights_(s, at.bound) {
    made_.shape = shape;
    made_.time_us = at.time_us;
    made_.most = at.most;
  }

  /// Reads an item into one more operation; `part` names it in errors.
  void add(const collection& c, operation op, std::string key, preconditions conditions,
           const json_document& document, std::uint32_t item, const std::string& part) {
    // Also of what turns out wrong: whether models may be mixed is judged in any case.
    note(c);
    if (auto refused = rights_.add(c, op)) {
      return fail(of_part(std::move(*refused), part));
    }
    item_reader& reader = items_.emplace_back(c, op, at_, &rights_);
    reader.read(document, item, std::move(key));
    if (reader.is_forbidden()) {
      return fail(of_part(sets_what_is_not_its(c), part));
    }
    if (!reader.good()) {
      return fail(of_part(invalid(reader.take_errors()), part));
    }
    if (auto large = check_size(c, op, reader.key(), reader.fields(), at_)) {
      return fail(of_part(std::move(*large), part));
    }
    add_operation(made_, c, {op, c.id, reader.key(), std::move(conditions), reader.take_fields()});
  }

  void add_removal(const collection& c, std::string key, preconditions conditions,
                   const std::string& part) {
    note(c);
    if (auto refused = rights_.add(c, operation::remove)) {
      return fail(of_part(std::move(*refused), part));
    }
    keys_.push_back(std::move(key));
    made_.operations.push_back({operation::remove, c.id, keys_.back(), std::move(conditions), {}});
  }

  void fail(problem why) {
    // The first wrong operation decides the status; others of the same add their errors.
    if (!refused_) {
      refused_ = std::move(why);
    } else if (why.status == refused_->status && refused_->errors.size() < 100) {
      refused_->errors.insert(refused_->errors.end(), why.errors.begin(), why.errors.end());
    }
  }

  result<std::string> encode(const std::optional<token_text>& token) {
    if (refused_) {
      return tl::make_unexpected(std::move(*refused_));
    }
    // They are decided by different groups, so they could not be done all or none.
    if (has_local_ && has_replicated_) {
      return tl::make_unexpected(invalid(
          {{"operations", "local",
            "A transaction can't span models that are replicated and models that are local."}}));
    }
    if (token) {
      made_.token = token->view();
    }
    const auto rights = rights_.write();
    made_.rights = rights;
    return write_command(made_);
  }

 private:
  // Whole models: a mixed one goes through consensus like a replicated one.
  void note(const collection& c) {
    (is_local(c) ? has_local_ : has_replicated_) = true;
    made_.by = made_.by.empty() ? told_by(c, at_) : made_.by;
  }

  const stamp& at_;
  rights_gathering rights_;
  command made_;
  std::list<item_reader> items_;  // operations lie in them
  std::list<std::string> keys_;
  std::optional<problem> refused_;
  bool has_local_ = false;
  bool has_replicated_ = false;
};

problem too_many(const std::string& what) {
  return invalid({{what, "max_length", "There are more than 10000."}});
}

/// Reads one operation of a transaction.
class operation_reader {
 public:
  operation_reader(const schema& s, const json_document& document, collector& out)
      : s_(s), document_(document), out_(out) {}

  void read(std::uint32_t position, const std::string& part) {
    if (document_.at(position).what != kind::object) {
      return out_.fail(invalid({{part, "type", "An operation is a JSON object."}}));
    }
    std::vector<field_error> errors;
    document_.for_each_member(position, [&](std::string_view name, std::uint32_t at) {
      if (!take(name, at)) {
        errors.push_back({excerpt(name), "unknown", "An operation has no such member, or not so."});
      }
    });
    check(errors);
    if (!errors.empty()) {
      return out_.fail(of_part(invalid(std::move(errors)), part));
    }
    add(part);
  }

 private:
  bool take(std::string_view name, std::uint32_t at) {
    const auto what = document_.at(at).what;
    if (name == "op" && what == kind::string) {
      op_ = operation_named(document_.text(at));
    } else if (name == "collection" && what == kind::string) {
      c_ = s_.find(document_.text(at));
    } else if (name == "id" && (what == kind::string || what == kind::number)) {
      id_ = document_.text(at);
    } else if (name == "item") {
      item_ = at;
    } else if (name == "if_version" && what == kind::number) {
      // Exact: a version must not go through a double.
      const auto number = parse_decimal(document_.text(at));
      const auto version = number ? exact_integer(*number) : std::nullopt;
      if (!version || *version < 0) {
        return false;
      }
      conditions_.if_match = {static_cast<std::uint64_t>(*version)};
    } else {
      return false;
    }
    return true;
  }

  static std::optional<operation> operation_named(std::string_view name) {
    if (name == "create") {
      return operation::create;
    }
    if (name == "replace") {
      return operation::replace;
    }
    if (name == "patch") {
      return operation::patch;
    }
    return name == "delete" ? std::optional(operation::remove) : std::nullopt;
  }

  void check(std::vector<field_error>& errors) const {
    if (!op_) {
      errors.push_back({"op", "required", "It is create, replace, patch or delete."});
    }
    if (c_ == nullptr) {
      errors.push_back({"collection", "required", "It is the name of a collection."});
    }
    if (op_ && op_ != operation::create && !id_) {
      errors.push_back({"id", "required", "It is the key of the item."});
    }
    // A delete has none, everything else has one.
    if (op_ && (op_ == operation::remove) == item_.has_value()) {
      errors.push_back({"item", op_ == operation::remove ? "unknown" : "required",
                        "Every operation but delete has an item."});
    }
    if (op_ == operation::create && !conditions_.if_match.empty()) {
      errors.push_back({"if_version", "unknown", "A new item has no version to match."});
    }
  }

  void add(const std::string& part) {
    // A create without an id is given one, or has it in the item.
    std::optional<std::string> key{std::in_place};
    if (id_) {
      key = parse_key(*c_, *id_);
    }
    if (!key && op_ == operation::create) {
      return out_.fail(of_part(invalid({{"id", "type", "It is no key of the collection."}}), part));
    }
    // As for single requests: 404 or 412, with the place of the operation.
    if (!key) {
      return out_.fail(of_part(conditions_.if_match.empty()
                                   ? not_found()
                                   : precondition_failed("There is no such item."),
                               part));
    }
    if (op_ == operation::remove) {
      out_.add_removal(*c_, std::move(*key), std::move(conditions_), part);
    } else {
      out_.add(*c_, *op_, std::move(*key), std::move(conditions_), document_, *item_, part);
    }
  }

  const schema& s_;
  const json_document& document_;
  collector& out_;
  std::optional<operation> op_;
  const collection* c_ = nullptr;
  std::optional<std::string> id_;
  std::optional<std::uint32_t> item_;
  preconditions conditions_;
};

/// The position of the array `operations` in the object that a transaction is.
std::optional<std::uint32_t> find_operations(const json_document& document) {
  std::optional<std::uint32_t> found;
  if (document.at(json_document::root).what != kind::object) {
    return found;
  }
  bool others = false;
  document.for_each_member(json_document::root, [&](std::string_view name, std::uint32_t at) {
    const bool right = name == "operations" && document.at(at).what == kind::array;
    // Any other member is refused: nothing of a transaction may be overlooked.
    others = others || !right;
    found = right ? std::optional(at) : found;
  });
  return others ? std::nullopt : found;
}

}  // namespace

result<std::string> prepare(const schema& s, const write_request& request, const stamp& at) {
  rights_gathering rights(s, at.bound);
  if (auto refused = rights.add(*request.target, reads_as(request))) {
    return tl::make_unexpected(std::move(*refused));
  }
  std::string key;
  if (request.op == operation::create) {
    if (wants_present(request.conditions)) {
      return tl::make_unexpected(precondition_failed("A new item has no version to match."));
    }
  } else if (auto from_path = path_key(request)) {
    // Before the body is parsed: what is nowhere needs no further look.
    key = std::move(*from_path);
  } else {
    return tl::make_unexpected(std::move(from_path.error()));
  }
  if (request.op == operation::remove) {
    return encode(request, key, {}, at, rights);
  }
  const auto document = json_document::parse(request.body);
  if (!document) {
    return tl::make_unexpected(malformed(document.error()));
  }
  // Held to what a create is where the request can do nothing else.
  item_reader item(*request.target, reads_as(request), at, &rights);
  item.read(*document, json_document::root, std::move(key));
  if (item.is_forbidden()) {
    return tl::make_unexpected(sets_what_is_not_its(*request.target));
  }
  if (!item.good()) {
    return tl::make_unexpected(invalid(item.take_errors()));
  }
  if (auto large = check_size(*request.target, reads_as(request), item.key(), item.fields(), at)) {
    return tl::make_unexpected(std::move(*large));
  }
  return encode(request, item.key(), item.fields(), at, rights);
}

result<std::string> prepare(const schema& s, const bulk_request& request, const stamp& at) {
  // Also of no items at all: what nobody may do is no work, and nothing in the log.
  if (auto refused = rights_gathering(s, at.bound).add(*request.target, operation::create)) {
    return tl::make_unexpected(std::move(*refused));
  }
  const auto document = json_document::parse(request.body);
  if (!document) {
    return tl::make_unexpected(malformed(document.error()));
  }
  if (document->at(json_document::root).what != kind::array) {
    return tl::make_unexpected(invalid({{"", "type", "The body is a JSON array of items."}}));
  }
  collector all(s, command_shape::bulk, at);
  std::size_t count = 0;
  document->for_each_element(json_document::root, [&](std::uint32_t item) {
    // Counted to the end, but only so many are read.
    if (count < max_operations) {
      all.add(*request.target, operation::create, "", {}, *document, item,
              '[' + std::to_string(count) + ']');
    }
    ++count;
  });
  if (count > max_operations) {
    all.fail(too_many(""));
  }
  // 'b' and no digit: no single operation has this scope.
  return all.encode(make_token(request.idempotency_key, scope_of(*request.target, 'b'),
                               std::string(request.body), at));
}

result<std::string> prepare(const schema& s, const transaction_request& request, const stamp& at) {
  const auto document = json_document::parse(request.body);
  if (!document) {
    return tl::make_unexpected(malformed(document.error()));
  }
  const auto operations = find_operations(*document);
  if (!operations) {
    return tl::make_unexpected(
        invalid({{"", "type", "The body is {\"operations\": [...]} and nothing else."}}));
  }
  collector all(s, command_shape::transaction, at);
  std::size_t count = 0;
  document->for_each_element(*operations, [&](std::uint32_t position) {
    if (count < max_operations) {
      operation_reader(s, *document, all)
          .read(position, "operations[" + std::to_string(count) + ']');
    }
    ++count;
  });
  if (count > max_operations) {
    all.fail(too_many("operations"));
  }
  // All transactions share one scope.
  return all.encode(make_token(request.idempotency_key, "txn", std::string(request.body), at));
}

}  // namespace lithair::models
