#include "actors/tls/tls_pipe.hpp"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace lithair::actors {

BIO* tls_pipe::end() {
  // One for the whole process, for its life.
  static BIO_METHOD* const method = [] {
    auto* made = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "lithair");
    if (made == nullptr) return made;
    BIO_meth_set_read(made, read);
    BIO_meth_set_write(made, write);
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long {
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    BIO_meth_set_create(made, [](BIO* x) {
      BIO_set_init(x, 1);
      return 1;
    });
    return made;
  }();
  auto* result = method == nullptr ? nullptr : BIO_new(method);
  if (result != nullptr) BIO_set_data(result, this);
  return result;
}

int tls_pipe::read(BIO* from, char* into, int size) {
  auto& input = static_cast<tls_pipe*>(BIO_get_data(from))->input;
  BIO_clear_retry_flags(from);
  if (input.empty()) {
    // More may come.
    BIO_set_retry_read(from);
    return -1;
  }
  const auto n = std::min(input.size(), static_cast<std::size_t>(size));
  std::memcpy(into, input.data(), n);
  input.remove_prefix(n);
  return static_cast<int>(n);
}

int tls_pipe::write(BIO* to, const char* bytes, int size) {
  BIO_clear_retry_flags(to);
  try {
    static_cast<tls_pipe*>(BIO_get_data(to))->output.append(bytes, static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return -1;  // No exception may pass through OpenSSL.
  }
  return size;
}

}  // namespace lithair::actors
