// A part and a text, whatever their bytes: found where a plain search finds it, in linear work.

#include <algorithm>

#include "models/encoding/case_folding.hpp"
#include "models/encoding/text_search.hpp"
#include "models/encoding/utf8.hpp"
#include "test/models/fuzz.hpp"

namespace {

using namespace lithair::models;
using lithair::fuzz::expect;

std::vector<char32_t> folded(std::string_view text) {
  std::vector<char32_t> made;
  for (std::size_t at = 0; at < text.size();) {
    made.push_back(fold_case(next_character(text, at)));
  }
  return made;
}

}  // namespace

std::vector<std::string> lithair::fuzz::seeds() {
  return {"aab\naabaaaab", "K\nthe \u212a sign", "\u00c9\nchez \u00e9mile", "\n",
          "\U00010400\nx\U00010428"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = lithair::fuzz::as_text(data, size);
  const auto part = input.substr(0, input.find('\n'));
  const auto text = input.substr(std::min(part.size() + 1, input.size()));
  const auto wanted = folded(part);
  const auto all = folded(text);
  const bool is_in = wanted.empty() ||
                     std::search(all.begin(), all.end(), wanted.begin(), wanted.end()) != all.end();
  text_search::progress where;
  const auto found = text_search(part).go_on(text, where, 2 * size + 1);
  // A search looks for characters only: what is none is not looked for by any filter.
  if (is_utf8(part)) {
    expect((found == text_search::finding::found) == is_in, "a search finds what is there");
  }
  expect(found != text_search::finding::unfinished, "two steps a byte suffice");
  expect(where.steps <= 2 * text.size(), "a search is linear in the text");
  return 0;
}
