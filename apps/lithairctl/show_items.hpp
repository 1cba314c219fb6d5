#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <vector>

#include "apps/lithairctl/table.hpp"

namespace lithair::ctl {

/// A table of items: a column for each field that some of them have, in the order in which they
/// come. A cell has at most `widest` columns.
table table_of(const boost::json::array& items, std::size_t widest);
/// One item, a line for each field.
std::string lines_of(const boost::json::object& item);

}  // namespace lithair::ctl
