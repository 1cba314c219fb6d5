#include "actors/storage/note_taker.hpp"

#include <utility>

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include "persistence/files.hpp"

namespace lithair::actors {

caf::behavior note_taker::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  return behavior_of<handle_type>(
      // Written when the turn ends: of several only the last, which holds all that the others do.
      [this](take_note& order) {
        text_ = std::move(order.text);
        written_ = false;
      },
      // Not waited for: what is not written now is written by a later start.
      [this](const take_models& order) {
        try {
          persistence::replace_file(setup_.models_file, order.text);
        } catch (const std::exception& e) {
          spdlog::error("the models can't be noted: {}", e.what());
        }
      },
      [this](const join_cluster& order) {
        try {
          return setup_.join(order.cluster, order.founds) ? noted{}
                                                          : noted{"it belongs to another cluster"};
        } catch (const std::exception& e) {
          spdlog::error("the cluster can't be noted: {}", e.what());
          return noted{e.what()};
        }
      },
      // What was handed over before is in `text_` by now.
      [this](await_notes) { return noted{write()}; });
}

// What failed stays to be written, and is tried with every turn.
std::string note_taker::write() {
  if (written_) return {};
  std::string failed;
  try {
    persistence::replace_file(setup_.file, text_);
    written_ = true;
  } catch (const std::exception& e) {
    failed = e.what();
  }
  if (!failed.empty() && failed != told_)
    spdlog::error("what is known of the peers can't be noted: {}", failed);
  // The log tells each trouble once.
  told_ = failed;
  return failed;
}

}  // namespace lithair::actors
