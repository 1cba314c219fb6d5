#include "actors/embedded/projection.hpp"

#include <spdlog/spdlog.h>

namespace lithair::actors {

void log_built_anew(const models::collection& of) {
  spdlog::info("a projection of {} has fallen behind and is built anew", of.name);
}

void log_not_kept_up(const models::collection& of, const models::problem& why) {
  spdlog::warn("a projection of {} is not kept up any more: {}", of.name, why.detail);
}

}  // namespace lithair::actors
