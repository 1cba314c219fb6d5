#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lithair::actors {
class tls_context;
}

namespace lithair::bench {

/// The bytes of an HTTP request with room for a decimal number that differs each time.
struct request_template {
  std::string bytes;
  std::size_t at = 0;     ///< where the number's digits stand
  std::size_t width = 0;  ///< of the number; 0: the request is always the same
  int expected = 200;     ///< the status of success
};

/// Builds one; the number replaces the run of `#` in target or body.
request_template make_request(const std::string& method, const std::string& target,
                              const std::string& body, int expected);

/// The same request with another header: "Name: value".
request_template with_header(request_template x, const std::string& header);

/// What load is driven, from one thread over connections that stay open and have one request under
/// way each.
struct load_plan {
  std::vector<std::uint16_t>
      ports;  ///< on loopback; connection i goes to port i modulo their number
  std::size_t connections = 64;
  request_template write;
  request_template read;
  unsigned read_percent = 0;
  std::uint64_t readable = 1;      ///< reads ask for numbers below this
  std::uint64_t first_number = 0;  ///< of the writes
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds measured{5000};
  std::shared_ptr<const actors::tls_context> secure;  ///< as whom it speaks HTTPS; none: HTTP
  std::function<void()> on_begin;                     ///< when measuring begins
  std::function<void()> on_end;
};

struct load_result {
  std::uint64_t answered = 0;      ///< with the expected status, while measuring
  std::uint64_t failed = 0;        ///< another status or a lost connection, warm-up included
  int first_failure = 0;           ///< its status; 0: the connection was lost
  std::uint64_t writes = 0;        ///< numbers used, warm-up included
  std::uint64_t answer_bytes = 0;  ///< of the last answer, with its head
  double seconds = 0;
  std::chrono::milliseconds client_cpu{0};
  std::vector<std::uint32_t> latencies_us;  ///< sorted

  double rate() const { return static_cast<double>(answered) / seconds; }
  /// The latency in ms below which `share` of the requests stayed.
  double percentile(double share) const;
};

/// Throws std::runtime_error when a connection can't be made.
load_result run_load(const load_plan& plan);

}  // namespace lithair::bench
