#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/declaration/model_file.hpp"
#include "models/service.hpp"
#include "models/state/memory_state.hpp"
#include "models/state/multiversion.hpp"

namespace lithair::models {

/// The schema of a model text that must be right.
schema schema_from(std::string_view toml);

/// One node's models room over a state in memory: requests go in, are prepared, applied at the next
/// log index and answered. A refused request leaves no trace, which every call checks.
class service_fixture {
 public:
  explicit service_fixture(std::string_view toml);

  outcome post(std::string_view collection_name, std::string_view body,
               preconditions conditions = {});
  outcome put(std::string_view collection_name, std::string key, std::string_view body,
              preconditions conditions = {});
  outcome patch(std::string_view collection_name, std::string key, std::string_view body,
                preconditions conditions = {});
  outcome remove(std::string_view collection_name, std::string key, preconditions conditions = {});
  outcome get(std::string_view collection_name, std::string_view key) const;
  outcome list(std::string_view collection_name,
               std::vector<std::pair<std::string, std::string>> parameters = {}) const;
  outcome ask(query::kind what, std::string_view collection_name,
              std::vector<std::pair<std::string, std::string>> parameters = {},
              std::uint64_t random = 0) const;

  outcome write(const write_request& request);
  outcome bulk(std::string_view collection_name, std::string_view body,
               std::string_view idempotency_key = {});
  outcome transact(std::string_view body, std::string_view idempotency_key = {});
  outcome get(std::string_view collection_name, std::string_view key,
              std::vector<std::pair<std::string, std::string>> parameters) const;
  outcome history(std::string_view collection_name, std::string_view key,
                  std::vector<std::pair<std::string, std::string>> parameters = {}) const;

  const memory_state& state() const { return state_; }
  /// The state without the change feed, which only grows.
  std::map<std::string, std::string> items_and_what_follows() const;
  std::uint64_t index() const { return index_; }
  const schema& models() const { return schema_; }
  const collection* find(std::string_view name) const { return schema_.find(name); }

  /// Whom access rules bind; none: nobody. And as whom the history knows who asks.
  std::shared_ptr<const subject> bound;
  std::string by;
  /// Somebody asks from now on.
  void ask_as(std::string id, std::vector<std::string> roles = {},
              std::map<std::string, std::vector<std::string>, std::less<>> claims = {});
  void ask_as_admin() { bound = nullptr; }

  /// Of the last write that reached the log.
  std::string last_command;
  /// The clock of the node that proposes; every request is a millisecond later.
  std::int64_t time_us = 1'800'000'000'000'000;
  /// What an item may take, as the node says that proposes.
  std::uint64_t max_item = default_max_item;
  std::uint64_t max_feed = max_feed_bytes;
  /// The time that the log gives each entry; 0: none, as in logs of earlier versions.
  std::int64_t log_time_us = 0;
  /// For tests that read as of a moment while the state goes on.
  multiversion past;
  /// For tests that play a bad disk.
  memory_state& mutable_state() { return state_; }

 private:
  rights_to_ask rights(const collection& c) const;
  template <class Request>
  outcome run_request(const Request& request);

  schema schema_;
  memory_state state_;
  std::uint64_t index_ = 0;
  std::uint64_t uuids_ = 0;
};

/// The value of a member of a JSON object as JSON text; "" when it is not there.
std::string member(std::string_view json, std::string_view name);
/// The `field` of each of a problem's errors with its code: "price:min name:required".
std::string errors_in(const outcome& x);
/// The values of one member over the rows of a list, separated by blanks.
std::string column(const outcome& list, std::string_view name);

}  // namespace lithair::models
