#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors/embedded/call.hpp"
#include "models/model.hpp"
#include "models/typed/typed_json.hpp"

/// The models of a node as C++ types, in its own process. What HTTP promises holds here: a write is
/// answered once a majority has it on disk, and refused with the same words. Nothing here waits but
/// `call::get`.
namespace lithair {

/// An item and its version, the log index of its last change: what `If-Match` takes. Whoever read
/// this version and writes with it changes nothing that somebody else wrote meanwhile.
template <class T>
struct stored {
  T item{};                   ///< as it is as of the version
  std::uint64_t version = 0;  ///< the index since which it is so
};

/// How much a read may lag behind. What it costs goes by it: a linearizable one asks a majority
/// whether the leader still leads (unless the leader has a lease), a local one asks nobody.
///
/// To see one's own write at any node without that:
///
///     notes.get(id, {.level = lithair::consistency::local, .min_index = made->version})
struct read_options {
  /// Linearizable: it sees every write that was confirmed before it began. The leader's view: where
  /// this node leads, what it has committed, without asking whether it still leads; elsewhere as
  /// linearizable. Local: whatever this node has applied
  consistency level = consistency::linearizable;
  /// Waits, at most 5 s, until the answering node has applied this much; 0: as it is. An index of
  /// another timeline (from before a restore) is a 412
  std::uint64_t min_index = 0;
};

/// What a write depends on, and how it may be repeated. After a 504 nobody knows whether it took
/// effect; with a key it may be sent again, and takes effect once:
///
///     const lithair::write_options once{.idempotency_key = "order 4711"};
///     auto made = orders.create(x, once).get();
///     if (!made && made.error().status == 504) made = orders.create(x, once).get();
struct write_options {
  /// Only when the item is at this version, else 412; 0: at any
  std::uint64_t if_version = 0;
  /// A request of the same key is carried out once within 24 h, and told the same again when it is
  /// repeated; with another content it is refused (422). Empty: none
  std::string idempotency_key = {};
};

/// A list as in a query string: filters (a field and what it must be, such as `>5`), `sort`,
/// `skip`, `take` (1 to 1000), `after`, `total`. `fields` and `explain` are refused: an item is
/// given whole. To go through all that match, page by page:
///
///     lithair::list_words words{{"state", "open"}, {"take", "1000"}, {"total", "false"}};
///     for (auto some = orders.list(words).get(); some; some = orders.list(words).get()) {
///       use(some->items);
///       if (!some->next) break;
///       std::erase_if(words, [](auto& x) { return x.first == "after"; });
///       words.emplace_back("after", *some->next);
///     }
///
/// Each page is as of an index of its own, so what changes meanwhile may be missed or seen twice; a
/// projection sees each change once.
using list_words = std::vector<std::pair<std::string, std::string>>;

/// One page of a list, as of one index.
template <class T>
struct page {
  std::vector<T> items;  ///< in the order that was asked for
  /// Of all matches, unless `total` was "false": then 0
  std::uint64_t total = 0;
  /// For `after`, to go on behind this page; none: it is the last
  std::optional<std::string> next;
  /// The log index that the page is as of: what a projection or a subscription may begin behind
  std::uint64_t applied = 0;
};

/// A request that has not begun; see call.hpp.
template <class T>
using call = actors::call<T>;

/// The type of a model's primary key.
template <class T>
using key_of = models::key_type_of<T>;

/// The items of one model:
///
///     const lithair::collection<note> notes{node};
///     auto made = notes.create({{}, "hello"}).get();    // an item and its version, or why not
///     if (!made) return complain(made.error().detail);
///     notes.update(made->item.id, lithair::patch<note>().set<&note::text>("bye"),
///                  {made->version})                     // 412 when somebody was faster
///         .then([](auto changed) { ... });              // on a loop: must not wait
///     auto some = notes.list({{"text", "bye"}, {"sort", "text"}, {"take", "10"}}).get();
///
/// A cheap handle, copied freely; thread-safe. It must not outlive the node, which may have
/// stopped. It passes access rules by; `acting_for` keeps them. Reads give hidden fields too; in
/// the answer of a write they are as they were given, and those that were not, as in `T{}`.
///
/// No method asks anything before its call is begun. What each may be told besides its own answers:
/// 422 for what is against the model's rules, 409 for a unique value that another item has, 503 and
/// 504 as in call.hpp.
///
///     | of an item                 | create | replace | replace, only_new | update | remove |
///     |----------------------------|--------|---------|-------------------|--------|--------|
///     | that is there              | 409    | done    | 412               | done   | done   |
///     | that is not there          | done   | 404     | done              | 404    | 404    |
///     | at another version         | -      | 412     | -                 | 412    | 412    |
template <class T>
class collection {
 public:
  /// Throws std::runtime_error with one sentence when the node does not serve the model as `T`
  /// declares it.
  explicit collection(caller through) : through_(std::move(through)), c_(find(through_.schema())) {}
  /// The same through a caller of its own. Of several collections one caller may do.
  explicit collection(actors::node& to) : collection(caller(to)) {}

  /// The item of that key; 404: there is none.
  call<stored<T>> get(const key_of<T>& key, read_options how = {}) const {
    actors::question asked;
    asked.key = models::text_of_key<T>(*c_, key);
    return read<stored<T>>(std::move(asked), how, [c = c_](const actors::reply& answer) {
      return item_in(*c, answer, T{});
    });
  }

  /// A page of the items that pass all filters; without words the first hundred by their keys.
  call<page<T>> list(const list_words& words = {}, read_options how = {}) const {
    actors::question asked;
    asked.what = models::query::kind::list;
    asked.parameters = words;
    return read<page<T>>(std::move(asked), how,
                         [c = c_](const actors::reply& answer) { return page_in(*c, answer); });
  }

  /// Adds an item; 409: one of that key is there. Without a key of its own (a uuid of zeroes) it is
  /// given one. The answer is the item as it is stored, defaults filled in.
  call<stored<T>> create(const T& item, const write_options& how = {}) const {
    return write(models::operation::create, {}, models::to_json_of_new(*c_, item), how, item);
  }
  /// Replaces the item of the same key; 404: there is none. With `only_new` it creates the item
  /// instead; 412 if there is one.
  call<stored<T>> replace(const T& item, const write_options& how = {},
                          bool only_new = false) const {
    return write(models::operation::replace, models::text_of_item_key(*c_, item),
                 models::to_json(*c_, item), how, item, only_new);
  }
  /// Changes the fields that `changes` sets or clears, as each field's merge rule has it; 404:
  /// there is none. The answer is the item since.
  call<stored<T>> update(const key_of<T>& key, const patch<T>& changes,
                         const write_options& how = {}) const {
    return write(models::operation::patch, models::text_of_key<T>(*c_, key), changes.to_json(*c_),
                 how, T{});
  }
  /// Deletes the item, and what refers to it as `on_delete` has it; 404: there is none. The answer
  /// is the log index of the deletion.
  call<std::uint64_t> remove(const key_of<T>& key, const write_options& how = {}) const {
    // As `write`, but that there is no item to be read from the answer.
    auto made =
        prepare(models::operation::remove, models::text_of_key<T>(*c_, key), {}, how, false);
    return {through_, [through = through_, command = std::move(made)](auto answer) {
              if (!command) return answer(tl::make_unexpected(command.error()));
              through.submit(*command, [answer](actors::reply&& said) {
                auto wrong = problem_of_write(said);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(said.index);
              });
            }};
  }

  /// What the node serves under this model; valid as long as the node, stopped
  /// or not.
  const models::collection& declared() const { return *c_; }
  /// The same for somebody whom access rules bind; see caller::acting_for.
  ///
  ///     const auto hers = orders.acting_for({.id = "ann", .roles = {"customer"}});
  collection acting_for(models::subject who) const {
    auto made = *this;
    made.through_ = through_.acting_for(std::move(who));
    return made;
  }
  /// Whom it asks through.
  const caller& through() const { return through_; }

 private:
  // The collection of the model's name, whose fields are those of the struct; else it throws.
  static const models::collection* find(const models::schema& s) {
    // By name, as the models of the node may come from a file.
    const auto name = model<T>::declaration.name;
    const auto* found = s.find(name);
    auto wrong = found == nullptr ? std::string(name) + " is not served"
                                  : models::why_not_model_of<T>(*found);
    if (!wrong.empty()) throw std::runtime_error("the node has other models: " + wrong);
    return found;
  }

  // An answer that can't be read: the schema was checked at construction, so it should not happen.
  static models::problem not_of_model() {
    return {500, "other_model", "The item is not one of the model that was declared in C++.", {}};
  }

  // Reads an answer over `item`, which stays as it was where the answer is silent (hidden fields).
  static models::result<stored<T>> item_in(const models::collection& c, const actors::reply& answer,
                                           T item) {
    const auto document = models::json_document::parse(answer.result.body);
    if (!document || !models::read_item(c, *document, models::json_document::root, item))
      return tl::make_unexpected(not_of_model());
    return stored<T>{std::move(item), answer.result.version};
  }

  // Reads {"data": [...], "total": n, "next": "..."}.
  static models::result<page<T>> page_in(const models::collection& c, const actors::reply& answer) {
    page<T> made;
    made.applied = answer.index;
    const auto document = models::json_document::parse(answer.result.body);
    bool good = document.has_value();
    if (good) {
      // Members that are not known are passed over.
      document->for_each_member(models::json_document::root, [&](std::string_view name,
                                                                 std::uint32_t at) {
        if (name == "data") {
          document->for_each_element(at, [&](std::uint32_t each) {
            good = models::read_item(c, *document, each, made.items.emplace_back()) && good;
          });
        } else if (name == "total") {
          // Our own server's JSON: the number has digits only.
          made.total = std::stoull(std::string(document->text(at)));
        } else if (name == "next" && document->at(at).what == models::json_document::kind::string) {
          made.next = std::string(document->text(at));
        }
      });
    }
    if (!good) return tl::make_unexpected(not_of_model());
    return made;
  }

  template <class Made, class Read>
  call<Made> read(actors::question asked, read_options how, Read made_of) const {
    asked.of = c_;
    asked.level = how.level;
    asked.min_index = how.min_index;
    return {through_, [through = through_, asked = std::move(asked), made_of](auto answer) {
              through.ask(asked, [answer, made_of](actors::reply&& said) {
                auto wrong = problem_of_read(said);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(made_of(said));
              });
            }};
  }

  // Encodes the command at once: its time and ids are those of when it was asked for, not begun.
  models::result<std::string> prepare(models::operation op, std::string key, std::string_view body,
                                      const write_options& how, bool only_new) const {
    models::write_request request;
    request.op = op;
    request.target = c_;
    request.key = std::move(key);
    request.body = body;
    // Version 0 is no item's, so it stands for any.
    if (how.if_version != 0) request.conditions.if_match = {how.if_version};
    request.conditions.if_none_match_any = only_new;
    request.idempotency_key = how.idempotency_key;
    return through_.prepare(request);
  }

  // `given`: what the answer is read over.
  call<stored<T>> write(models::operation op, std::string key, const std::string& body,
                        const write_options& how, T given, bool only_new = false) const {
    auto made = prepare(op, std::move(key), body, how, only_new);
    return {through_, [through = through_, c = c_, command = std::move(made),
                       given = std::move(given)](auto answer) {
              if (!command) return answer(tl::make_unexpected(command.error()));
              through.submit(*command, [answer, c, given](actors::reply&& said) {
                auto wrong = problem_of_write(said);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(item_in(*c, said, given));
              });
            }};
  }

  caller through_;
  const models::collection* c_;
};

}  // namespace lithair
