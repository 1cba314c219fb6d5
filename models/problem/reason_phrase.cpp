#include "models/problem/reason_phrase.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lithair::models {

namespace {

// In order of the status.
constexpr std::pair<std::uint16_t, std::string_view> phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

}  // namespace

std::string_view reason_phrase(std::uint16_t status) {
  const auto* at =
      std::ranges::lower_bound(phrases, status, {}, [](auto& each) { return each.first; });
  const bool known = at != std::end(phrases) && at->first == status;
  return known ? at->second : std::string_view();
}

}  // namespace lithair::models
