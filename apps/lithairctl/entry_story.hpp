#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// What became of an entry, of what each node saw of it. Pure.
namespace lithair::ctl {

/// What one node tells of an entry.
struct node_told {
  std::uint64_t id = 0;      ///< 0: not known
  std::string addr;          ///< where it was asked
  std::string why_not;       ///< a sentence why it tells nothing; empty: it tells something
  boost::json::object page;  ///< as `GET /_admin/explain/{index}` answers
};

/// Puts them into the order of a write's way, as far as that is known without their clocks: the
/// node whose client asked, who led, the others by their ids, who tells nothing.
void put_in_order(std::vector<node_told>& all);

/// For people, in lines: what the entry is, and a part for each node, whose times count from what
/// that node saw first. Several entries where nodes have another one there.
std::string story_of(const std::vector<node_told>& all);

/// The same for programs.
boost::json::object story_json(std::uint64_t index, const std::vector<node_told>& all);

}  // namespace lithair::ctl
