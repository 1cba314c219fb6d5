#include "models/declaration/declared.hpp"

namespace lithair::models {

std::string to_string(const declaration_error& x) {
  std::string text = x.where.file;
  // As compilers print places, so that editors find them.
  if (x.where.line != 0) {
    text += ':' + std::to_string(x.where.line) + ':' + std::to_string(x.where.column);
  }
  for (const auto& part : {x.subject, x.message}) {
    text += (text.empty() || part.empty() ? "" : ": ") + part;
  }
  return text;
}

}  // namespace lithair::models
