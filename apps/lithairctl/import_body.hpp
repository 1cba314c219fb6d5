#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/lithairctl/csv.hpp"
#include "apps/lithairctl/item_model.hpp"
#include "apps/lithairctl/record_source.hpp"

namespace lithair::ctl {

/// A record that can't be imported.
struct rejection {
  file_record record;
  std::string field;  ///< empty: all of it
  std::string why;    ///< a sentence
};

/// `Line 12: price: Must be at least 0.01.`
std::string to_string(const rejection& x);

/// Makes the items of records, in JSON. Any thread; it is not changed.
class item_writer {
 public:
  /// Of NDJSON: each record is an item.
  item_writer() = default;
  /// Of CSV: `head` are the fields' names. Throws `failure` (usage) where it is no head.
  item_writer(std::string_view head, item_model model);

  /// An item in JSON, checked to be an object and nothing else; where it is none, `wrong` says why
  /// and in which field.
  std::string item_of(std::string_view record, rejection& wrong) const;

 private:
  std::string item_of_cells(std::string_view record, rejection& wrong) const;

  std::vector<std::string> columns_;  // none: NDJSON
  item_model model_;
};

/// A body for `_bulk`: the items of `which`, a line each, in their order; what is no item goes to
/// `rejected` instead, and `sent` has the others.
std::string body_of(const file_batch& from, std::span<const file_record> which,
                    const item_writer& by, std::vector<file_record>& sent,
                    std::vector<rejection>& rejected);

/// Which records a refusal of such a body is about; none: that can't be told.
std::vector<rejection> blamed_in(std::string_view problem, std::span<const file_record> sent);

}  // namespace lithair::ctl
