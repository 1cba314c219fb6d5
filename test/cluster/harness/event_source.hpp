#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lithair::test {

/// One event of a stream.
struct stream_event {
  std::string id;
  std::string type;
  std::string data;

  bool operator==(const stream_event&) const = default;
};

/// A subscriber to Server-Sent Events on loopback, which remembers the last id as browsers do. Used
/// by one thread.
class event_source {
 public:
  /// `last_id`: where to go on; empty: from now on. `token`: is shown; empty: none is.
  event_source(std::uint16_t port, std::string target, std::string last_id = {},
               const std::string& token = {});
  ~event_source() { disconnect(); }
  event_source(const event_source&) = delete;
  event_source& operator=(const event_source&) = delete;

  /// Whether the stream is open; false: nobody listens, or the answer was not 200.
  bool opened() const { return status_ == 200; }
  /// Of the answer; 0: there was none.
  int status() const { return status_; }
  /// The answer's headers, and the body of one that is no stream.
  const std::string& answer() const { return head_; }

  /// The next event; none when the stream has ended or nothing came within `limit`.
  std::optional<stream_event> next(std::chrono::milliseconds limit);
  const std::string& last_id() const { return last_id_; }
  void disconnect();

 private:
  bool more(std::chrono::milliseconds limit);
  std::optional<stream_event> take();

  int fd_ = -1;
  int status_ = 0;
  std::string head_;
  std::string bytes_;
  std::string last_id_;
};

}  // namespace lithair::test
