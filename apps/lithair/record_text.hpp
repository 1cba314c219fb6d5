#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <tl/expected.hpp>

/// What records of the cluster have in common: an object in JSON, of which an empty text is the
/// default, and of which a later version may write what this one does not know.
namespace lithair::apps {

/// `what`: "book of join tokens". `read(object, made)` throws where it is not so.
template <class T, class Read>
tl::expected<T, std::string> read_record(std::string_view text, std::string_view what, Read read) {
  T made;
  if (text.empty()) return made;
  try {
    const auto all = boost::json::parse(boost::json::string_view{text.data(), text.size()});
    read(all.as_object(), made);
  } catch (const std::exception&) {
    return tl::unexpected("the cluster's " + std::string{what} +
                          " is not as this version writes it");
  }
  return made;
}

/// Throws where there is no text of this name.
inline std::string text_at(const boost::json::object& of, std::string_view name) {
  return std::string{of.at(name).as_string()};
}

}  // namespace lithair::apps
