#include "actors/storage/base_keeper.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/runtime/background.hpp"
#include "persistence/files.hpp"

namespace lithair::actors {

caf::behavior base_keeper::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>([this](keep_base& order) {
    const at_leisure so(true);
    auto kept = keep(order);
    // Whoever has it open keeps its room.
    order.file.reset();
    send(handle(current_sender()), std::move(kept));
  });
}

base_kept base_keeper::keep(const keep_base& order) {
  base_kept made;
  made.index = order.name.index.value;
  const auto path = setup_.directory / to_string(order.name);
  try {
    for (const auto& each : persistence::unfinished_bases(setup_.directory, order.name))
      persistence::remove_file(each);
    persistence::keep_base(*order.file, path, *order.pace);
    made.bytes = order.file->size();
  } catch (const std::exception& e) {
    made.failed = e.what();
    return made;
  }
  remove_superseded(order.name);
  return made;
}

// They only take room: that is no reason to call the new one failed.
void base_keeper::remove_superseded(const persistence::backup_name& of) const {
  try {
    const auto all = persistence::backup_files(setup_.directory);
    for (const auto& each : persistence::superseded_backups(all, of, setup_.keep)) {
      persistence::remove_file(each);
      spdlog::info("backups: removed {}, which newer ones have superseded",
                   each.filename().string());
    }
  } catch (const std::exception& e) {
    spdlog::warn("backups: old ones can't be removed: {}", e.what());
  }
}

}  // namespace lithair::actors
