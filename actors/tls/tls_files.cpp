#include "actors/tls/tls_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace lithair::actors {

namespace {

constexpr std::size_t largest_pem = std::size_t{1} << 20;

// A file that is closed with the object.
struct opened_pem {
  int number;
  ~opened_pem() {
    if (number >= 0) ::close(number);
  }
};

tl::expected<tls_material::text, std::string> read_pem(const std::string& path, bool secret) {
  // Not blocking: a pipe in the place of the file must not hold up the start.
  const opened_pem file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat about {};
  if (file.number < 0 || ::fstat(file.number, &about) != 0)
    return tl::unexpected(path + " can't be read: " + std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return tl::unexpected(path + " is not a file");
  // A group may read it, as Debian's ssl-cert does; nobody else, and only its owner writes it.
  if (secret && (about.st_mode & 027) != 0)
    return tl::unexpected(path + " is open to other users; say chmod 600 " + path);
  tls_material::text result{path, std::string(largest_pem + 1, '\0')};
  std::size_t size = 0;
  while (size < result.pem.size()) {
    const auto n = ::read(file.number, result.pem.data() + size, result.pem.size() - size);
    if (n < 0) return tl::unexpected(path + " can't be read: " + std::strerror(errno));
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > largest_pem) return tl::unexpected(path + " is larger than 1 MiB");
  result.pem.resize(size);
  return result;
}

}  // namespace

tl::expected<tls_material, tls_problem> read_tls_files(const tls_files& from) {
  using part = tls_problem::part;
  tls_material result;
  const auto take = [](const std::string& path, part of,
                       tls_material::text& into) -> std::optional<tls_problem> {
    auto text = read_pem(path, of == part::key);
    if (!text) return tls_problem{of, text.error()};
    into = std::move(*text);
    return std::nullopt;
  };
  if (auto wrong = take(from.certificate, part::certificate, result.certificates))
    return tl::unexpected(std::move(*wrong));
  if (auto wrong = take(from.key, part::key, result.key)) return tl::unexpected(std::move(*wrong));
  if (!from.authorities) return result;
  if (auto wrong = take(*from.authorities, part::authorities, result.authorities.emplace()))
    return tl::unexpected(std::move(*wrong));
  return result;
}

}  // namespace lithair::actors
