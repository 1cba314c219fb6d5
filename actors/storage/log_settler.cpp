#include "actors/storage/log_settler.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "persistence/log_store.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

caf::behavior log_settler::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>([this](settle_log) {
    try {
      store_->settle();
    } catch (const persistence::storage_error& e) {
      // Nothing is lost by it. The next write finds the same, and tells those who must know.
      if (e.code() != persistence::storage_errc::full)
        spdlog::error("the log can't be settled: {}", e.what());
    }
    return log_settled{};
  });
}

}  // namespace lithair::actors
