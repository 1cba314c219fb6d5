#pragma once

#include <cstdint>
#include <string>

namespace lithair::actors {

/// Whether this process could listen there now: empty, or what is in the way, as a sentence. Asked
/// before anything is created, so that a taken port leaves nothing behind; nobody listens there
/// when it returns. Looks the host's name up, which may take its time.
std::string why_not_listen(const std::string& host, std::uint16_t port);

}  // namespace lithair::actors
