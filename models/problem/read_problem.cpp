#include "models/problem/read_problem.hpp"

#include "models/encoding/json_document.hpp"

namespace lithair::models {

namespace {

using kind = json_document::kind;

field_error read_error(const json_document& document, std::uint32_t object) {
  field_error made;
  if (document.at(object).what != kind::object) {
    return made;
  }
  document.for_each_member(object, [&](std::string_view name, std::uint32_t at) {
    if (document.at(at).what != kind::string) {
      return;
    }
    if (name == "field") {
      made.field = document.text(at);
    } else if (name == "code") {
      made.code = document.text(at);
    } else if (name == "message") {
      made.message = document.text(at);
    }
  });
  return made;
}

}  // namespace

problem read_problem(std::uint16_t status, std::string_view text) {
  // What is said when the text is none: all of it.
  problem made{status, "error", std::string(text), {}};
  const auto document = json_document::parse(text);
  if (!document || document->at(json_document::root).what != kind::object) {
    return made;
  }
  document->for_each_member(json_document::root, [&](std::string_view name, std::uint32_t at) {
    const auto what = document->at(at).what;
    if (name == "detail" && what == kind::string) {
      made.detail = document->text(at);
    } else if (name == "error" && what == kind::string) {
      made.code = document->text(at);
    } else if (name == "errors" && what == kind::array) {
      document->for_each_element(
          at, [&](std::uint32_t each) { made.errors.push_back(read_error(*document, each)); });
    }
  });
  return made;
}

}  // namespace lithair::models
