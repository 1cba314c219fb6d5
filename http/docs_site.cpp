#include "http/docs_site.hpp"

namespace lithair::http {

std::string docs_text(const docs_part& of) {
  std::string made;
  if (of.title.empty()) return made.append(of.body);
  const auto& frame = docs_frame_of_pages();
  return made.append(frame.before_title)
      .append(of.title)
      .append(frame.before_body)
      .append(of.body)
      .append(frame.behind);
}

}  // namespace lithair::http
