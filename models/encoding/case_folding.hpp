#pragma once

#include <vector>

namespace lithair::models {

/// Simple case folding: the character that stands for all that differ from it by case alone, as
/// Unicode 14.0 has it (CaseFolding.txt, statuses C and S): one character for one, in no language's
/// way, so "SS" is not "ß". The version is a part of what projections count by and never changes.
/// Of a number that is no character the number itself. Folding twice changes nothing more.
char32_t fold_case(char32_t c);

/// The characters that fold to this one, itself among them when it does.
std::vector<char32_t> characters_that_fold_to(char32_t folded);

}  // namespace lithair::models
