#include "http/docs_site.hpp"

namespace lithair::http {

std::string docs_text(const docs_part& of) {
  if (of.title.empty()) return of.body.text();
  const auto& frame = docs_frame_of_pages();
  std::string made;
  return made.append(frame.before_title)
      .append(of.title)
      .append(frame.before_body)
      .append(of.body.text())
      .append(frame.behind);
}

}  // namespace lithair::http
