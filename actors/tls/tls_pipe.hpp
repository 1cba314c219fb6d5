#pragma once

#include <string>
#include <string_view>

struct bio_st;

namespace lithair::actors {

/// In place of a socket: OpenSSL reads where the bytes lie, and writes behind what waits to be
/// sent. It stays where it is made, and outlives the connection that uses it.
class tls_pipe {
 public:
  tls_pipe() = default;
  tls_pipe(const tls_pipe&) = delete;
  tls_pipe& operator=(const tls_pipe&) = delete;

  /// Both ends of it, for OpenSSL to free; none: there is no memory.
  bio_st* end();

  std::string_view input;  ///< not read yet; more may come
  std::string output;

 private:
  static int read(bio_st* from, char* into, int size);
  static int write(bio_st* to, const char* bytes, int size);
};

}  // namespace lithair::actors
