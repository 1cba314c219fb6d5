#pragma once

/// The face of this room towards HTTP and the actors: requests become commands before consensus,
/// commands become changes and answers after it, queries become JSON. All of it pure.
#include "models/command/apply.hpp"
#include "models/command/request.hpp"
#include "models/query/query.hpp"
