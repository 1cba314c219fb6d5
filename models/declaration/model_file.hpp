#pragma once

#include <filesystem>
#include <string_view>

#include "models/declaration/declared.hpp"

namespace lithair::models {

/// Reads a TOML model file. Every error names the file, line, column and field; as many are found
/// at once as can be told apart. At most 4 MiB are read. Blocks on the file; everything else here
/// is pure.
declared<schema> load_model_file(const std::filesystem::path& file);

/// The same from text; `filename` is what errors say. Never throws for what is in the text.
declared<schema> parse_model_text(std::string_view text, std::string_view filename);

}  // namespace lithair::models
