#pragma once

/// Uses what it does not include.
inline std::size_t planted() { return 0; }
