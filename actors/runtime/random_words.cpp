#include "actors/runtime/random_words.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace lithair::actors {

void fill_from_system(std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto got = ::getrandom(into.data(), into.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_word_of_system() {
  std::array<std::uint64_t, 1> word{};
  fill_from_system({reinterpret_cast<std::uint8_t*>(word.data()), sizeof word});
  return word.front();
}

random_words::random_words(source from) : from_(std::move(from)) {}

std::uint64_t random_words::operator()() {
  if (left_ == 0) {
    from_({reinterpret_cast<std::uint8_t*>(words_.data()), sizeof words_});
    left_ = words_.size();
  }
  return std::exchange(words_[--left_], 0);
}

}  // namespace lithair::actors
