#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What the contract promises of two collections, written down a second time: plainly, over maps,
/// and knowing nothing of how the product does it. One `reference` stands for a whole cluster.
namespace lithair::test {

/// Field name to JSON text.
using item = std::map<std::string, std::string>;

/// One operation on one item; `body` is what the request says, `null` included.
struct operation {
  std::string op;  ///< create, replace, patch, delete
  std::string collection;
  std::string key;
  item body = {};
  std::optional<std::uint64_t> if_version = {};
  bool only_new = false;  ///< a replace with `If-None-Match: *`
};

enum class shape { single, bulk, transaction };

/// One request, which is done all or none.
struct command {
  shape what = shape::single;
  std::vector<operation> operations;
};

/// What a client is told.
struct told {
  int status = 0;
  std::set<std::string> errors = {};  ///< of a refusal: "field:code"
  std::vector<item> items = {};       ///< as each operation leaves its item; nothing of a deletion
};

class reference {
 public:
  /// The model that it describes, for a node.
  static std::string model_text();

  struct stored {
    item fields;  ///< the key and local fields not among them
    std::uint64_t version = 0;
  };
  using item_table = std::map<std::string, stored>;

  /// Whether the request is refused for what it is, whatever the state.
  std::optional<told> refuse(const command& x) const;
  /// Decides one that is not, at an index of the log, for a client of a node.
  told decide(const command& x, std::uint64_t index, std::uint64_t node);

  const item_table& items(const std::string& collection) const { return tables_.at(collection); }
  /// The item as a node shows it: with its own local fields, and without hidden ones.
  item shown(const std::string& collection, const std::string& key, std::uint64_t node) const;
  /// The events of an item whose history is kept, also behind its deletion: its type and the
  /// changes.
  const std::vector<std::pair<std::string, item>>& history(const std::string& key) const;

 private:
  using state = std::map<std::string, item_table>;

  std::optional<told> run(const operation& x, std::uint64_t index);
  std::set<std::string> merge(const operation& x, const item& before, item& after) const;
  void put(const std::string& collection, const std::string& key, const item& fields,
           std::uint64_t index);
  std::optional<told> erase(const std::string& collection, const std::string& key,
                            std::uint64_t index);
  void write_local(const operation& x, std::uint64_t node);
  void note(const std::string& key, const std::string& type, item changes);

  state tables_{{"accounts", {}}, {"owners", {}}};
  std::map<std::string, std::vector<std::pair<std::string, item>>> events_;  // of owners
  std::map<std::pair<std::uint64_t, std::string>, std::string>
      memos_;  // of accounts, by node and key
};

}  // namespace lithair::test
