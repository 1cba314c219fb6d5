#pragma once

/// toml++ for files that users write. It asserts that a value does not begin with ',' or ']', which
/// a mistyped file may well do; without the assertion it reports the place as it should. So every
/// file that reads TOML includes this header, and all see the library alike. Needs
/// lithair_deps::toml.
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
