#include "models/encoding/text_search.hpp"

#include <algorithm>

#include "models/encoding/case_folding.hpp"
#include "models/encoding/utf8.hpp"

namespace lithair::models {

namespace {

/// Most text is ASCII, and need not be looked up.
inline char32_t take_folded(std::string_view text, std::size_t& at) {
  const char c = text[at];
  if ((c & 0x80) != 0) {
    return fold_case(next_character(text, at));
  }
  ++at;
  return static_cast<char32_t>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

}  // namespace

text_search::text_search(std::string_view part) {
  for (std::size_t at = 0; at < part.size();) {
    part_.push_back(fold_case(next_character(part, at)));
  }
  fallback_.resize(part_.size());
  for (std::size_t i = 1, matched = 0; i < part_.size(); ++i) {
    while (matched > 0 && part_[matched] != part_[i]) {
      matched = fallback_[matched - 1];
    }
    matched += part_[matched] == part_[i] ? 1 : 0;
    fallback_[i] = matched;
  }
  if (!part_.empty()) {
    for (const char32_t c : characters_that_fold_to(part_.front())) {
      begins_[static_cast<std::uint8_t>(first_byte_of(c))] = true;
    }
  }
}

text_search::finding text_search::go_on(std::string_view text, progress& where,
                                        std::uint64_t steps) const {
  const std::uint64_t last = where.steps + steps;
  while (where.matched < part_.size()) {
    if (where.matched == 0) {
      pass_over(text, where, std::min(text.size() - where.at, last - where.steps) + where.at);
    }
    if (where.at == text.size()) {
      return finding::missing;
    }
    if (where.steps >= last) {
      return finding::unfinished;
    }
    const char32_t c = take_folded(text, where.at);
    ++where.steps;
    // What is matched already is never read again: only its own beginnings are left of it.
    while (where.matched > 0 && part_[where.matched] != c) {
      where.matched = fallback_[where.matched - 1];
      ++where.steps;
    }
    where.matched += part_[where.matched] == c ? 1 : 0;
  }
  return finding::found;
}

bool text_search::is_in(std::string_view text) const {
  progress where;
  return go_on(text, where, std::numeric_limits<std::uint32_t>::max()) == finding::found;
}

void text_search::pass_over(std::string_view text, progress& where, std::size_t end) const {
  const std::size_t begin = where.at;
  while (where.at < end && !begins_[static_cast<std::uint8_t>(text[where.at])]) {
    ++where.at;
  }
  where.steps += where.at - begin;
}

}  // namespace lithair::models
