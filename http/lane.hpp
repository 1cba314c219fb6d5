#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/runtime/handshakes.hpp"
#include "actors/runtime/random_words.hpp"
#include "http/admission.hpp"
#include "http/backend.hpp"
#include "http/budget.hpp"
#include "http/exchange.hpp"
#include "http/holdings.hpp"
#include "http/metrics.hpp"
#include "http/openapi.hpp"
#include "http/router.hpp"
#include "http/server_options.hpp"
#include "models/declaration/model_text.hpp"

namespace lithair::actors {
class loop;
}

namespace lithair::http {

class lane;
class session;
class stream_hub;

/// How many of something are open. Any thread.
class open_count {
 public:
  /// Counts one more, unless there are `most`. False then; `end_one` is owed for each true.
  bool begin_one(std::size_t most) {
    auto open = open_.load(std::memory_order_relaxed);
    while (open < most)
      if (open_.compare_exchange_weak(open, open + 1, std::memory_order_relaxed)) return true;
    return false;
  }
  void end_one() { open_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> open_ = 0;
};

/// What all sessions of a server know. Immutable but for `publisher` and what is counted, so any
/// loop reads it without a lock. Outlives all sessions.
struct common {
  common(backend b, const server_options& o)
      : node(std::move(b)),
        options(o),
        routes(*node.schema),
        openapi(openapi_text(*node.schema, o.published)),
        model_text(models::to_model_text(*node.schema)),
        hosts(node.names, o.allowed_hosts),
        others(o.shared_with),
        served_by(std::to_string(node.node_id)),
        limiter(o.each_client.requests == 0 ? nullptr
                                            : std::make_unique<rate_limiter>(o.each_client)),
        bodies(o.max_bodies),
        unsent(o.max_unsent) {}

  /// Views into this object.
  site served() const {
    return {node.schema,
            &routes,
            openapi,
            options.cluster_token ? &*options.cluster_token : nullptr,
            &options.published,
            &hosts,
            &others,
            false,
            {false, options.peer_tls != nullptr, options.insecure},
            options.certificates.get(),
            options.access.get(),
            options.identities.get(),
            options.metrics_for_all,
            model_text};
  }

  /// As of now. Any thread.
  holdings held() const;
  /// Has each lane make room. Any thread; it is done later.
  void make_room(const admission::shortage& of) const;

  const backend node;                  ///< what answers
  const server_options options;        ///< limits and secrets
  const router routes;                 ///< from paths to endpoints
  const std::string openapi;           ///< the description, rendered once
  const std::string model_text;        ///< the models as a file, likewise
  const host_names hosts;              ///< as which this node may be asked
  const shared_origins others;         ///< whose pages may ask, too
  const std::string served_by;         ///< X-Served-By: the node's id
  actors::publisher_handle publisher;  ///< from start to stop, if anything is published
  /// Holds clients to `options.each_client`; none: they are held to nothing
  const std::unique_ptr<rate_limiter> limiter;
  admission sessions;                             ///< open connections; any thread
  open_count streams;                             ///< open streams of changes; any thread
  open_count live;                                ///< pages that look at the node; any thread
  budget bodies;                                  ///< of requests until their outcome is known
  budget unsent;                                  ///< of answers, expected ones too
  std::vector<lane*> lanes;                       ///< complete before the first session
  std::vector<const lane_metrics*> metrics;       ///< of each lane; likewise
  std::vector<const actors::loop_meters*> loops;  ///< of each lane's loop; likewise
};

/// What the sessions of one loop share: a buffer to read into, the date, ids. Only on the loop's
/// thread.
class lane {
 public:
  /// Both references outlive it.
  lane(common& all, actors::loop& home);

  common& all() { return all_; }                ///< what all lanes share
  lane_metrics& metrics() { return metrics_; }  ///< raised here, read on any thread
  actors::loop& home() { return home_; }        ///< the loop that it belongs to

  using bytes = std::array<char, 64 << 10>;
  /// Where a socket's bytes are read to; free again when the read callback returns.
  bytes& buffer() { return *buffer_; }
  /// Where what they say is opened to, under TLS; free again when that is taken. Only then.
  bytes& opened() { return *opened_; }
  /// Those under way here, of a server that speaks HTTPS.
  actors::handshakes& shaking() { return shaking_; }
  /// Now as an IMF-fixdate, exact to the second.
  std::string_view date();
  /// A new request id, of 13 characters. In base32, so that it can be read out; unique enough for
  /// logs, not secret. Everybody may see these, so they tell nothing of the ids of items.
  std::string new_request_id();
  /// 16 bytes of a UUIDv7 of this moment, whose chance nobody can guess.
  std::string new_uuid();

  /// A session that has opened.
  void add(session& who);
  /// It has closed all that it had: it is not counted any more.
  void remove(session& who);
  /// The sessions that live here now.
  const std::vector<session*>& sessions() const { return sessions_; }
  /// Soon closes, of the sessions here, the longest silent ones, as many as are asked for (of one
  /// address, if so), and each that is behind the pace at which bytes must move. Any thread. All
  /// are looked at, so that is done ten times a second at most; what is asked between is dropped.
  void make_room(const admission::shortage& of);
  /// The node is about to stop: everything is answered, connections are ended one by one.
  bool leaving() const { return leaving_; }
  /// From now on each answer ends its connection where nothing else has come behind its request,
  /// and streams end.
  void leave();
  /// No request is taken any more; answers close their connections.
  bool draining() const { return draining_; }
  /// Tells each session, which answers what is under way and closes, also what has arrived and was
  /// not read yet.
  void drain();
  /// Closes each session now.
  void close_all();
  /// Begins, before the first session, and ends, after the last, what streams ask the feeds by.
  void begin_hub();
  void end_hub();
  /// While there are sessions.
  stream_hub& hub() { return *hub_; }

 private:
  void end_streams();
  void close_some(const admission::shortage& of);

  common& all_;
  actors::loop& home_;
  std::unique_ptr<bytes> buffer_;
  std::unique_ptr<bytes> opened_;  // under TLS
  actors::handshakes shaking_;
  std::int64_t date_of_ = -1;  // seconds since 1970 that `date_` says
  std::string date_;
  actors::random_words id_words_;   // for what must not be guessed
  std::uint64_t request_id_state_;  // of a SplitMix64 of its own
  std::vector<session*> sessions_;
  lane_metrics metrics_;
  std::atomic<bool> room_asked_for_{false};
  std::uint64_t room_made_ms_ = 0;  // of the loop's clock
  bool leaving_ = false;
  bool draining_ = false;
  caf::actor hub_actor_;
  stream_hub* hub_ = nullptr;  // it, on this thread
};

}  // namespace lithair::http
