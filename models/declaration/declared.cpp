#include "models/declaration/declared.hpp"

namespace lithair::models {

std::string to_string(const declaration_error& error) {
  std::string text = error.where.file;
  // As compilers print places, so that editors find them.
  if (error.where.line != 0) {
    text += ':' + std::to_string(error.where.line) + ':' + std::to_string(error.where.column);
  }
  for (const auto& part : {error.subject, error.message}) {
    text += (text.empty() || part.empty() ? "" : ": ") + part;
  }
  return text;
}

}  // namespace lithair::models
