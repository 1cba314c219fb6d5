#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/schema/subject.hpp"

/// Access rules, items and callers at random, and what the words of a rule mean: an evaluator that
/// knows nothing of how rules are bound and judged. Within a property of RapidCheck.
namespace lithair::models::test {

using texts = std::vector<std::string>;

/// An item of a collection with these fields; those that are absent are not there.
struct row {
  std::string key;
  std::map<std::string, std::string> text;  ///< a and b
  std::optional<int> number;                ///< n
  texts tags;

  std::string json() const;
};

/// Of what is not known of the caller nothing holds, and nothing does not hold.
enum class truth { no, unknown, yes };

/// A term with its text, and what it means: of who asks, the item before and the item after.
struct term {
  std::string text;
  std::function<truth(const subject&, const row*, const row*)> holds;
};

/// Which sides of a change a rule knows; a name without a mark is that before, if there is one.
struct sides {
  bool has_old = true;
  bool has_new = true;
};

/// Items of another collection `members`, by `who` and `a`.
using member_list = std::vector<std::pair<std::string, std::string>>;

/// `members` must outlive the term.
term any_term(const sides& which, int depth, const member_list& members);
row any_row(std::string key);
/// Without an id only where `may_be_nobody` lets it.
subject any_caller(bool may_be_nobody = true);
member_list any_members();

/// Rules of one collection; `members` must outlive them.
struct random_rules {
  random_rules(std::string of, const member_list& members);

  std::string name;
  term read, create, update, remove;
  bool indexed = false;

  /// The collection in a model file.
  std::string model_text() const;
};
/// The collection that the rules look into.
std::string members_model_text();

}  // namespace lithair::models::test
