#pragma once

#include <cstdint>
#include <span>
#include <string>

/// The ways in which one item can be written over HTTP, so that a test can say the same in all of
/// them.
namespace lithair::test {

/// What is written: an item of a collection, as an object without its key.
struct write_target {
  std::string collection;
  std::uint64_t id = 0;
  std::string members;  ///< `"x":1`, or empty
  std::string
      companion;  ///< members of an item that is created along with it, where the way has several
  std::string
      /// Another collection of the same group, for what a transaction creates along with it
      witness;
};

struct http_request {
  std::string method;
  std::string path;
  std::string headers;
  std::string body;
};

enum class column { create, replace, patch };

/// One way of writing.
struct way_of_writing {
  const char* name;
  column judged_as;          ///< what it does with the item
  int success;               ///< status
  const char* prefix;        ///< of the item's fields in `errors[].field`
  const char* item_pointer;  ///< where the answer has the item, as RFC 6901 says; "" is all of it
  http_request (*make)(const write_target&);
  /// What is written along with the item: a path, or empty.
  std::string (*companion)(const write_target&);
};

std::span<const way_of_writing> ways_of_writing();

/// `{"id":7,"x":1}` of `7` and `"x":1`.
std::string item_json(std::uint64_t id, const std::string& members);

}  // namespace lithair::test
