#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace lithair::actors {

/// Fills in bytes that nobody can predict, from the system's generator (getrandom(2)). Any thread;
/// waits at most until the machine has gathered some chance after it was started.
void fill_from_system(std::span<std::uint8_t> into);

/// 64 bits of the same.
std::uint64_t random_word_of_system();

/// Words for ids that nobody may guess, whatever they have seen of others. They come from the
/// system's generator in blocks, so that a word costs no system call; each is given out once and
/// then forgotten. For one thread.
class random_words {
 public:
  /// Fills all of what it is given; tests plant one.
  using source = std::function<void(std::span<std::uint8_t>)>;

  /// Nothing is drawn yet.
  explicit random_words(source from = fill_from_system);

  /// The next one.
  std::uint64_t operator()();

 private:
  static constexpr std::size_t block = 128;

  source from_;
  std::array<std::uint64_t, block> words_{};
  std::size_t left_ = 0;  // words not given out yet; they lie at the front
};

}  // namespace lithair::actors
