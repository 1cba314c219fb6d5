#pragma once

#include <cstdint>
#include <string_view>

namespace lithair::models {

/// The reason phrase of a status (RFC 9110 §15), which RFC 7807 §4.2 asks for as the title of
/// "about:blank". Empty for one that nothing here answers with.
std::string_view reason_phrase(std::uint16_t status);

}  // namespace lithair::models
