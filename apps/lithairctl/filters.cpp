#include "apps/lithairctl/filters.hpp"

#include "apps/lithairctl/document.hpp"
#include "apps/lithairctl/failure.hpp"

namespace lithair::ctl {

void query_text::add(std::string_view name, std::string_view value) {
  text_ += (text_.empty() ? "?" : "&") + percent_encoded(name) + '=' + percent_encoded(value);
}

void query_text::add_known(std::string_view name, std::string_view value) {
  if (!value.empty()) add(name, value);
}

void query_text::add_filter(std::string_view text) {
  const auto at = text.find_first_of("=!<>~");
  if (at == 0 || at == std::string_view::npos)
    throw failure(exit_status::usage, "\"" + std::string(text) +
                                          "\" is no filter; write state=live, 'price>=3', "
                                          "'name~tea' or 'state=in(draft,live)'");
  auto value = std::string(text.substr(at));
  // In a URL the operator stands behind the = that separates name and value.
  if (value.starts_with("!="))
    value.erase(1, 1);
  else if (value.starts_with('='))
    value.erase(0, 1);
  add(text.substr(0, at), value);
}

void query_text::add_filters(const std::vector<std::string>& all) {
  for (const auto& each : all) add_filter(each);
}

}  // namespace lithair::ctl
