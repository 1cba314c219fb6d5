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
#include "models/query/item_options.hpp"
#include "models/query/list_query.hpp"
#include "models/typed/typed_json.hpp"

/// The models of a node as C++ types, in its own process. What HTTP promises holds here: a write is
/// answered once a majority has it on disk, and refused with the same words.
namespace lithair {

/// An item and its version, the log index of its last change: what `If-Match` takes.
template <class T>
struct stored {
  T item{};
  std::uint64_t version = 0;
};

/// How much a read may lag behind.
struct read_options {
  consistency level = consistency::linearizable;
  /// Waits, at most 5 s, until the answering node has applied this much
  std::uint64_t min_index = 0;
};

struct write_options {
  std::uint64_t if_version = 0;      ///< only when the item is at this version, else 412; 0: at any
  std::string idempotency_key = {};  ///< a request of the same key is carried out once; empty: none
};

/// A list as in a query string: filters, `sort`, `skip`, `take`, `after`, `total`.
using list_words = std::vector<std::pair<std::string, std::string>>;

template <class T>
struct page {
  std::vector<T> items;
  std::uint64_t total = 0;          ///< of all matches, unless `total` was "false"
  std::optional<std::string> next;  ///< for `after`, when there are more
  std::uint64_t applied = 0;        ///< the log index that the page is as of
};

template <class T>
using call = actors::call<T>;

template <class T>
using key_of = models::key_type_of<T>;

/// The items of one model. A cheap handle, copied freely; thread-safe. Reads give hidden fields
/// too; in the answer of a write they are as they were given, and those that were not, as in `T{}`.
template <class T>
class collection {
 public:
  /// Throws std::runtime_error with one sentence when the node does not serve the model as `T`
  /// declares it.
  explicit collection(caller through) : through_(std::move(through)), c_(find(through_.schema())) {}
  explicit collection(actors::node& to) : collection(caller(to)) {}

  call<stored<T>> get(const key_of<T>& key, read_options how = {}) const {
    auto asked = models::item_query(*c_, models::text_of_key<T>(*c_, key));
    if (asked) {
      models::item_options all;
      all.wanted.assign(c_->fields.size(), true);
      asked->item = std::make_shared<const models::item_options>(std::move(all));
    }
    return read<stored<T>>(std::move(asked), how,
                           [c = c_](const actors::reply& x) { return item_in(*c, x, T{}); });
  }

  call<page<T>> list(const list_words& words = {}, read_options how = {}) const {
    return read<page<T>>(list_query(words), how,
                         [c = c_](const actors::reply& x) { return page_in(*c, x); });
  }

  /// Without a key of its own (a uuid of zeroes) the item is given one.
  call<stored<T>> create(const T& item, write_options how = {}) const {
    return write(models::operation::create, {}, models::to_json_of_new(*c_, item), std::move(how),
                 item);
  }
  /// Replaces the item of the same key, if there is one. With `only_new` it creates instead: 412 if
  /// there is one.
  call<stored<T>> replace(const T& item, write_options how = {}, bool only_new = false) const {
    return write(models::operation::replace, models::text_of_item_key(*c_, item),
                 models::to_json(*c_, item), std::move(how), item, only_new);
  }
  call<stored<T>> update(const key_of<T>& key, const patch<T>& changes,
                         write_options how = {}) const {
    return write(models::operation::patch, models::text_of_key<T>(*c_, key), changes.to_json(*c_),
                 std::move(how), T{});
  }
  /// The log index of the deletion.
  call<std::uint64_t> remove(const key_of<T>& key, write_options how = {}) const {
    auto made = prepare(models::operation::remove, models::text_of_key<T>(*c_, key), {},
                        std::move(how), false);
    return {through_, [through = through_, command = std::move(made)](auto answer) {
              if (!command) return answer(tl::make_unexpected(command.error()));
              through.submit(*command, [answer](actors::reply&& x) {
                auto wrong = problem_of_write(x);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(x.index);
              });
            }};
  }

  const models::collection& declared() const { return *c_; }
  const caller& through() const { return through_; }

 private:
  static const models::collection* find(const models::schema& s) {
    const auto name = model<T>::declaration.name;
    const auto* found = s.find(name);
    auto wrong = found == nullptr ? std::string(name) + " is not served"
                                  : models::why_not_model_of<T>(*found);
    if (!wrong.empty()) throw std::runtime_error("the node has other models: " + wrong);
    return found;
  }

  static models::problem not_of_model() {
    return {500, "other_model", "The item is not one of the model that was declared in C++.", {}};
  }

  static models::result<stored<T>> item_in(const models::collection& c, const actors::reply& x,
                                           T item) {
    const auto document = models::json_document::parse(x.result.body);
    if (!document || !models::read_item(c, *document, models::json_document::root, item))
      return tl::make_unexpected(not_of_model());
    return stored<T>{std::move(item), x.result.version};
  }

  static models::result<page<T>> page_in(const models::collection& c, const actors::reply& x) {
    page<T> made;
    made.applied = x.index;
    const auto document = models::json_document::parse(x.result.body);
    bool good = document.has_value();
    if (good) {
      document->for_each_member(models::json_document::root, [&](std::string_view name,
                                                                 std::uint32_t at) {
        if (name == "data") {
          document->for_each_element(at, [&](std::uint32_t each) {
            good = models::read_item(c, *document, each, made.items.emplace_back()) && good;
          });
        } else if (name == "total") {
          made.total = std::stoull(std::string(document->text(at)));
        } else if (name == "next" && document->at(at).what == models::json_document::kind::string) {
          made.next = std::string(document->text(at));
        }
      });
    }
    if (!good) return tl::make_unexpected(not_of_model());
    return made;
  }

  models::result<models::query> list_query(const list_words& words) const {
    for (const auto& [name, text] : words)
      if ((name == "fields" || name == "explain") && c_->find(name) == nullptr)
        return tl::make_unexpected(models::problem{
            400, "bad_parameter", "A list of typed items takes no \"" + name + "\".", {}});
    auto asked = models::parse_query(*c_, models::query::kind::list, words);
    if (!asked) return asked;
    auto all = *asked->list;
    all.wanted.assign(c_->fields.size(), true);
    asked->list = std::make_shared<const models::list_query>(std::move(all));
    return asked;
  }

  template <class Made, class Read>
  call<Made> read(models::result<models::query> asked, read_options how, Read made_of) const {
    return {through_, [through = through_, asked = std::move(asked), how, made_of](auto answer) {
              if (!asked) return answer(tl::make_unexpected(asked.error()));
              through.ask(how.level, how.min_index, *asked, [answer, made_of](actors::reply&& x) {
                auto wrong = problem_of_read(x);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(made_of(x));
              });
            }};
  }

  models::result<std::string> prepare(models::operation op, std::string key, std::string_view body,
                                      write_options how, bool only_new) const {
    models::write_request request;
    request.op = op;
    request.target = c_;
    request.key = std::move(key);
    request.body = body;
    if (how.if_version != 0) request.conditions.if_match = {how.if_version};
    request.conditions.if_none_match_any = only_new;
    request.idempotency_key = how.idempotency_key;
    return models::prepare(through_.schema(), request, through_.stamp());
  }

  call<stored<T>> write(models::operation op, std::string key, const std::string& body,
                        write_options how, T given, bool only_new = false) const {
    auto made = prepare(op, std::move(key), body, std::move(how), only_new);
    return {through_, [through = through_, c = c_, command = std::move(made),
                       given = std::move(given)](auto answer) {
              if (!command) return answer(tl::make_unexpected(command.error()));
              through.submit(*command, [answer, c, given](actors::reply&& x) {
                auto wrong = problem_of_write(x);
                if (wrong) return answer(tl::make_unexpected(std::move(*wrong)));
                answer(item_in(*c, x, given));
              });
            }};
  }

  caller through_;
  const models::collection* c_;
};

}  // namespace lithair
