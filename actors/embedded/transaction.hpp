#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/embedded/collection.hpp"

namespace lithair {

/// What became of one operation of a transaction. All of them took effect, or there would be a
/// problem in place of all results.
struct operation_result {
  std::uint16_t status = 200;
  std::uint64_t version = 0;  ///< of the item; 0: it is gone
  std::string item;           ///< as JSON; empty: it is gone
};

/// What became of a transaction.
struct committed {
  std::uint64_t index = 0;                   ///< in the log: all of it is one entry
  std::vector<operation_result> operations;  ///< in the order in which they were added
};

/// Writes to several collections, done in their order, all or none, in one entry of the log:
///
///     auto done = lithair::transaction(here)
///                     .update(stock, tea, lithair::patch<product>().set<&product::stock>(3),
///                             version)
///                     .create(orders, bought)
///                     .commit().get();
///     if (!done) return complain(done.error());            // nothing was written, or 504
///     const auto of_tea = done->operations.front().version;  // the entry's index, as of all
///
/// An `if_version` that is not 0 is what the item's version must be, else nothing is done and the
/// answer is 412. Each operation sees what those before it left. The first that is refused refuses
/// all. Collections that different groups keep can't be written together: 422.
///
/// A builder for one thread; nothing is asked before the call that `commit` gives is begun. It may
/// be committed again: that is another transaction, unless the idempotency key is the same.
class transaction {
 public:
  /// All collections must be of the caller's node.
  explicit transaction(caller through) : through_(std::move(through)) {}

  /// Adds an item; a key of zeroes (uuid) is given one, as in collection::create.
  template <class T>
  transaction& create(const collection<T>& in, const T& item) {
    return add("create", in, {}, models::to_json_of_new(in.declared(), item), 0);
  }
  /// Replaces the item of the same key, which must be there.
  template <class T>
  transaction& replace(const collection<T>& in, const T& item, std::uint64_t if_version = 0) {
    return add("replace", in, models::text_of_item_key(in.declared(), item),
               models::to_json(in.declared(), item), if_version);
  }
  /// Changes some fields of an item, as in collection::update.
  template <class T>
  transaction& update(const collection<T>& in, const key_of<T>& key, const patch<T>& changes,
                      std::uint64_t if_version = 0) {
    return add("patch", in, models::text_of_key<T>(in.declared(), key),
               changes.to_json(in.declared()), if_version);
  }
  /// Deletes an item, as in collection::remove.
  template <class T>
  transaction& remove(const collection<T>& in, const key_of<T>& key, std::uint64_t if_version = 0) {
    return add("delete", in, models::text_of_key<T>(in.declared(), key), {}, if_version);
  }

  /// Encodes what was added. `idempotency_key`: as in write_options.
  call<committed> commit(std::string_view idempotency_key = {}) const;

 private:
  // `op` is the operation's word in the JSON of POST /api/_txn.
  template <class T>
  transaction& add(std::string_view op, const collection<T>& in, const std::string& key,
                   const std::string& item, std::uint64_t if_version) {
    append(op, in.declared().name, key, item, if_version);
    return *this;
  }
  // Not a template: the JSON is the same for all models.
  void append(std::string_view op, std::string_view in, const std::string& key,
              const std::string& item, std::uint64_t if_version);

  caller through_;
  std::string operations_;  // their JSON, one behind the other
};

}  // namespace lithair
