#include "actors/storage/snapshot_writer.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "actors/runtime/background.hpp"
#include "persistence/lmdb_state_store.hpp"
#include "persistence/snapshot_file.hpp"
#include "persistence/storage_error.hpp"

namespace lithair::actors {

namespace {

snapshot_written write(const write_snapshot& order) {
  snapshot_written out;
  const at_leisure so(order.pace != nullptr);
  try {
    const auto header = persistence::write_snapshot(*order.what, order.group, order.cluster,
                                                    order.path, order.pace.get());
    out.made = {persistence::meta_of(header), order.path.string(), {}};
    out.bytes = header.length;
    spdlog::info("wrote a snapshot as of {}, {} bytes", header.point.index.value, header.length);
  } catch (const persistence::storage_error& e) {
    out.made.failed = e.what();
    out.made.damaged = e.code() == persistence::storage_errc::damaged;
    // Full also says that it was cancelled: both pass.
    out.made.later = e.code() == persistence::storage_errc::full;
  } catch (const std::exception& e) {
    out.made.failed = e.what();
  }
  return out;
}

}  // namespace

caf::behavior snapshot_writer::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>([this](write_snapshot& order) {
    auto written = write(order);
    // Whoever hears of it may close the state at once.
    order = {};
    send(handle(current_sender()), std::move(written));
  });
}

}  // namespace lithair::actors
