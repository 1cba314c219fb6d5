#pragma once

#include <vector>

#include "models/schema/access.hpp"
#include "models/schema/schema.hpp"
#include "models/schema/subject.hpp"

/// From an access rule and who asks to what has to hold of an item.
namespace lithair::models {

/// What a rule comes to for somebody, as filters of which all must hold. What is compared with
/// something of the caller that is not known does not hold, and its negation does not either.
filter_list bind(const schema& s, const collection& c, const rule& what, const subject& who);
/// The same of a collection's rule; what has none is for nobody.
filter_list bind(const schema& s, const collection& c, access_kind what, const subject& who);

/// What somebody may read of a collection.
struct reading_rights {
  filter_list allowed;      ///< of items
  std::vector<bool> shown;  ///< per field
};
/// The collection has rules.
reading_rights rights_to_read(const schema& s, const collection& c, const subject& who);
/// Per field: whether it may be set and changed.
std::vector<bool> rights_to_change(const collection& c, const subject& who);

}  // namespace lithair::models
