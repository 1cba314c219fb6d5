#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/backend.hpp"
#include "http/exchange.hpp"
#include "http/metrics.hpp"
#include "http/openapi.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"

namespace lithair::actors {
class loop;
}

namespace lithair::http {

class session;

/// How many sessions are open. Any thread.
class session_count {
 public:
  /// Counts one more, unless there are `limit`. False then; `end_one` is owed for each true.
  bool begin_one(std::size_t limit) {
    const std::lock_guard guard{mutex_};
    if (open_ >= limit) return false;
    ++open_;
    return true;
  }
  /// Wakes those who wait when it was the last.
  void end_one() {
    const std::lock_guard guard{mutex_};
    if (--open_ == 0) none_.notify_all();
  }
  /// For metrics; it may have changed when it is looked at.
  std::size_t now() const {
    const std::lock_guard guard{mutex_};
    return open_;
  }
  /// Waits until none is open, for at most `limit`. Whether that came about.
  bool wait_until_none(std::optional<std::chrono::milliseconds> limit) {
    std::unique_lock guard{mutex_};
    const auto none = [this] { return open_ == 0; };
    if (limit) return none_.wait_for(guard, *limit, none);
    none_.wait(guard, none);
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable none_;
  std::size_t open_ = 0;  // guarded by mutex_
};

/// What all sessions of a server know. Immutable but for `publisher` and the count, so any loop
/// reads it without a lock. Outlives all sessions.
struct common {
  common(backend b, const server_options& o)
      : node(std::move(b)),
        options(o),
        routes(*node.schema),
        openapi(openapi_text(*node.schema, o.published)),
        served_by(std::to_string(node.node_id)) {}

  /// Views into this object.
  site served() const {
    return {node.schema,
            &routes,
            openapi,
            options.cluster_token ? &*options.cluster_token : nullptr,
            &options.published,
            options.insecure};
  }

  const backend node;                        ///< what answers
  const server_options options;              ///< limits and secrets
  const router routes;                       ///< from paths to endpoints
  const std::string openapi;                 ///< the description, rendered once
  const std::string served_by;               ///< X-Served-By: the node's id
  actors::publisher_handle publisher;        ///< from start to stop, if anything is published
  session_count sessions;                    ///< open connections; any thread
  std::vector<const lane_metrics*> metrics;  ///< of each lane; complete before the first session
};

/// What the sessions of one loop share: a buffer to read into, the date, ids. Only on the loop's
/// thread.
class lane {
 public:
  /// `seed` makes its ids differ from those of other lanes; both references outlive it.
  lane(common& all, actors::loop& home, std::uint64_t seed);

  common& all() { return all_; }                ///< what all lanes share
  lane_metrics& metrics() { return metrics_; }  ///< raised here, read on any thread
  actors::loop& home() { return home_; }        ///< the loop that it belongs to

  /// Where a socket's bytes are read to; free again when the read callback returns.
  std::array<char, 64 * 1024>& buffer() { return *buffer_; }
  /// Now as an IMF-fixdate, exact to the second.
  std::string_view date();
  /// A new request id, of 13 characters. In base32, so that it can be read out; unique enough for
  /// logs, not secret.
  std::string new_request_id();
  /// 16 bytes of a UUIDv7 of this moment.
  std::string new_uuid();

  /// A session that has opened.
  void add(session& who);
  /// It has closed all that it had: it is not counted any more.
  void remove(session& who);
  /// The sessions that live here now.
  const std::vector<session*>& sessions() const { return sessions_; }
  /// No request is taken any more; answers close their connections.
  bool draining() const { return draining_; }
  /// Tells each session, which answers what is under way and closes.
  void drain();
  /// Closes each session now.
  void close_all();

 private:
  std::uint64_t random();  ///< SplitMix64

  common& all_;
  actors::loop& home_;
  std::unique_ptr<std::array<char, 64 * 1024>> buffer_;
  std::int64_t date_of_ = -1;  // seconds since 1970 that `date_` says
  std::string date_;
  std::uint64_t random_state_;
  std::vector<session*> sessions_;
  lane_metrics metrics_;
  bool draining_ = false;
};

}  // namespace lithair::http
