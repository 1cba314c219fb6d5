#pragma once

#include <cstdint>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "test/http/reply.hpp"

namespace lithair::http::test {

/// Writes every exchange of this process into the file that LITHAIR_EXCHANGES names, a line of JSON
/// each, for `test/description` to hold them to what the server says of itself:
///
///     {"document": 1, "api": {...}}
///     {"document": 1, "method": "GET", "target": "/api/products", "headers": BASE64,
///      "body": BASE64, "status": 200, "answer_headers": {...}, "answer": BASE64}
///
/// A description is written when it is first seen, and an exchange that was written before is not
/// written again. Any thread.
class recorder {
 public:
  /// None when no file is named.
  static recorder* of_process();

  /// The number of this description, the text of /openapi.json.
  std::uint64_t number_of(const std::string& description);
  /// A server of this process at `port` says that of itself: its clients need not ask. Until it
  /// `ends`.
  void serves(std::uint16_t port, const std::string& description);
  void ends(std::uint16_t port);
  /// None: nobody told.
  std::optional<std::uint64_t> description_at(std::uint16_t port);
  void add(std::uint64_t document, std::string_view method, std::string_view target,
           std::string_view headers, std::string_view body, const reply& answer);

 private:
  explicit recorder(const char* path) : out_(path, std::ios::trunc) {}

  std::mutex mutex_;
  std::ofstream out_;
  std::unordered_map<std::string, std::uint64_t> numbers_;
  std::unordered_map<std::uint16_t, std::uint64_t> served_;  // by port
  std::unordered_set<std::size_t> written_;                  // hashes of lines
};

}  // namespace lithair::http::test
