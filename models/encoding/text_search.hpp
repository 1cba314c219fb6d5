#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace lithair::models {

/// Looks for a text within texts, ignoring case by `fold_case`, in time that is linear in the text
/// whatever both are (Knuth, Morris, Pratt). Immutable, so any thread may use it.
class text_search {
 public:
  /// Where a search stands within one text.
  struct progress {
    std::size_t at = 0;       ///< in bytes
    std::size_t matched = 0;  ///< characters of the part that lie right before it
    /// What it took so far: at most two for each byte looked at, some nanoseconds each.
    std::uint64_t steps = 0;
  };
  enum class finding : std::uint8_t { found, missing, unfinished };

  /// The part is UTF-8. An empty one is in every text.
  explicit text_search(std::string_view part);

  /// Goes on for about so many steps, which are not 0. A text that is no UTF-8 is searched too:
  /// what is no character in it is part of nothing.
  finding go_on(std::string_view text, progress& where, std::uint64_t steps) const;
  /// All of it at once.
  bool is_in(std::string_view text) const;

 private:
  /// On to where the part may begin, but not behind `end`.
  void pass_over(std::string_view text, progress& where, std::size_t end) const;

  std::vector<char32_t> part_;         // folded
  std::vector<std::size_t> fallback_;  // of so many characters, how many of the last begin the part
  std::array<bool, 256> begins_{};     // the bytes that a text in which it is may begin with
};

}  // namespace lithair::models
