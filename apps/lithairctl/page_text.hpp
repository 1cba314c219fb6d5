#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lithair::ctl {

/// A page of a list, as text: numbers and order stay as the node wrote them.
struct page_text {
  std::vector<std::string_view> items;  ///< each in JSON, as it stands in the page
  std::string next;                     ///< what `after` takes; empty: it was the last
};

/// Takes a page apart without a look into its items. The views are of `page`. Throws `failure`
/// where it is none.
page_text read_page(std::string_view page);

}  // namespace lithair::ctl
