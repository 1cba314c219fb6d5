#pragma once

/// What a file with model declarations needs, and nothing that takes long to compile.
#include "models/model.hpp"
