#pragma once

#include <functional>

namespace lithair::models {

/// Asked between two steps of a reading, each of some microseconds: whether it is to pause here.
/// True: pause. It is asked often, so it should only look at a clock or a counter.
using pause = std::function<bool()>;

}  // namespace lithair::models
