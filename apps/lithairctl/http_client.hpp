#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/lithairctl/endpoint.hpp"

namespace lithair::ctl {

using milliseconds = std::chrono::milliseconds;

/// As whom the program comes, and whom it trusts. All are names of files; empty: none.
struct credentials {
  std::string authorities;  ///< who certifies the nodes; empty: whom the system trusts
  std::string certificate;
  std::string key;
  std::string token_file;  ///< its first line is the token, read again for each connection
};

struct reply {
  long status = 0;       ///< 0: nobody answered, or not to the end
  bool sent = false;     ///< of no answer: whether the request may have reached somebody
  bool stopped = false;  ///< the sink wanted no more
  std::string why;       ///< of no answer, without a full stop
  std::string body;      ///< at most 256 MiB
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case

  /// The header's value; empty: it is absent.
  std::string header(std::string_view name) const;
};

struct request {
  std::string method = "GET";
  std::string target = "/";  ///< path and query
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string media = "application/json";  ///< of the body
  /// Takes the body of an answer of 2xx a piece at a time, with what is known of the answer so far;
  /// false ends it. None: it is kept.
  std::function<bool(std::string_view piece, const reply& so_far)> sink = {};
  /// Called before each attempt: what the sink was given before does not count.
  std::function<void()> begin = {};
  /// The only limit is that nothing comes for so long, instead of one of time; 0: it is not so.
  std::chrono::seconds silence{0};

  /// Whether doing it twice does no harm: reads, and what has an Idempotency-Key.
  bool repeatable() const;
};

/// Speaks HTTP/1.1 with nodes, and keeps connections. Blocks. One thread at a time; several
/// objects may be used by as many threads.
class http_client {
 public:
  explicit http_client(credentials as);
  ~http_client();
  http_client(http_client&&) noexcept;
  http_client& operator=(http_client&&) noexcept;

  /// Never throws for what the other end does. Throws `failure` (usage) where the token or
  /// certificate can't be read.
  reply send(const endpoint& to, const request& what, milliseconds limit);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace lithair::ctl
