#include "actors/storage/archivist.hpp"

#include <utility>

#include <caf/send.hpp>

#include "actors/storage/file_reader.hpp"
#include "persistence/pace.hpp"

namespace lithair::actors {

caf::behavior archivist::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      [this](const take_backup& order) {
        // Those who come later may have seen writes that the one being made lacks: they get the
        // next.
        waiting_.push_back({current_sender(), order.token, order.pace});
        if (!order.pace && pace_) pace_->hurry();
        if (served_.empty()) begin();
      },
      [this](const checkpointed& news) { on_checkpointed(news); },
      [this](const snapshot_made& made) {
        made_ = {};
        made_.failed = made.failed;
        made_.meta = made.meta;
        made_.cluster = setup_.cluster();
        if (!made.failed.empty()) return finish(std::move(made_));
        send(setup_.reader, open_file{made.path});
      },
      [this](file_opened& answer) {
        made_.file = std::move(answer.file);
        made_.failed = std::move(answer.failed);
        finish(std::move(made_));
      });
}

void archivist::on_exit() {
  drop_handles(setup_.aggregate, setup_.checkpointer, setup_.reader);
  waiting_.clear();
  served_.clear();
}

// All that wait by now share this one.
void archivist::begin() {
  served_ = std::exchange(waiting_, {});
  pace_ = persistence::pace_for(served_);
  if (served_.empty()) return;
  checkpoints_left_ = 2;
  send(setup_.aggregate, checkpoint_now{});
}

// Only the second certainly began after the askers came.
void archivist::on_checkpointed(const checkpointed& news) {
  if (!news.failed.empty()) {
    backup_taken failed;
    failed.failed = news.failed;
    return finish(std::move(failed));
  }
  if (--checkpoints_left_ > 0)
    send(setup_.aggregate, checkpoint_now{});
  else
    // As of that checkpoint or later: it holds all that they have seen.
    send(setup_.checkpointer, make_snapshot{news.index, pace_});
}

// The same file for all; each holds it as long as it reads.
void archivist::finish(backup_taken made) {
  for (auto& each : std::exchange(served_, {})) {
    made.token = each.token;
    send(handle(each.who), made);
  }
  begin();
}

}  // namespace lithair::actors
