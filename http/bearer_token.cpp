#include "http/bearer_token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "http/request.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::http {

namespace {

constexpr std::string_view white_space = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

// A file that is closed with the object.
struct descriptor {
  int number;
  ~descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

tl::expected<small_file, std::string> read_small_file(const std::string& path, std::size_t most) {
  // Not blocking: a pipe in the place of the file must not hold up the start.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat about {};
  if (file.number < 0 || ::fstat(file.number, &about) != 0)
    return tl::unexpected(path + " can't be read: " + std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return tl::unexpected(path + " is not a file");
  // One byte more than allowed is enough to notice.
  std::string content(most + 1, '\0');
  const auto size = ::read(file.number, content.data(), content.size());
  if (size < 0) return tl::unexpected(path + " can't be read: " + std::strerror(errno));
  content.resize(static_cast<std::size_t>(size));
  return small_file{std::move(content), about.st_mode};
}

tl::expected<std::string, std::string> read_private_file(const std::string& path,
                                                         std::size_t most) {
  auto file = read_small_file(path, most);
  if (!file) return tl::unexpected(file.error());
  // Or it is no secret.
  if (file->is_open_to_others())
    return tl::unexpected(path + " is open to other users; say chmod 600 " + path);
  return std::move(file->content);
}

tl::expected<std::string, std::string> bearer_token::secret_in(const std::string& path) {
  const auto content = read_private_file(path, largest_size);
  if (!content) return tl::unexpected(content.error());
  const auto secret = trimmed(*content);
  if (secret.size() < least_size)
    return tl::unexpected(path + " must hold a token of at least " + std::to_string(least_size) +
                          " characters");
  // What a header can carry.
  constexpr auto visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (content->size() > largest_size || !std::ranges::all_of(secret, visible))
    return tl::unexpected(path + " must hold one token of visible characters and nothing else");
  return std::string{secret};
}

tl::expected<bearer_token, std::string> bearer_token::read(const std::string& path) {
  const auto secret = secret_in(path);
  if (!secret) return tl::unexpected(secret.error());
  return bearer_token{*secret};
}

bearer_token::bearer_token(std::string_view secret) : digest_(models::sha256(secret)) {}

// Digests have one length, and every byte is looked at.
bool bearer_token::accepts(std::string_view offered) const {
  const auto theirs = models::sha256(offered);
  unsigned difference = 0;
  for (std::size_t i = 0; i < digest_.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(digest_[i] ^ theirs[i]));
  return difference == 0;
}

std::string_view bearer_of(std::string_view authorization) {
  const auto space = authorization.find(' ');
  // RFC 6750 §2.1: one scheme, one token.
  if (space == std::string_view::npos || !same_name(authorization.substr(0, space), "Bearer"))
    return {};
  return trimmed(authorization.substr(space));
}

}  // namespace lithair::http
