#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/command/command_answer.hpp"
#include "models/command/decide.hpp"
#include "models/command/executor.hpp"
#include "models/command/idempotency.hpp"
#include "models/command/merges_ahead.hpp"
#include "models/derived/change_recorder.hpp"

namespace lithair::models {

/// One command on its way into the state, see `apply`. What has many items is done bit by bit: so
/// whoever applies it can do other work in between, as long as the state stays as it is.
///
///     read ─▶ known? ─▶ answered before? ─▶ operation by operation, all or none ─▶ feed ─▶ answer
///                             └─▶ recalled part by part ──────────────────────────────────┘
class application {
 public:
  /// `bytes`, `s` and `state` must live and stay as they are until it is done.
  application(const schema& s, std::uint64_t index, std::string_view bytes, const state_view& state,
              bool want_body, std::int64_t log_time_us);
  application(const application&) = delete;
  application& operator=(const application&) = delete;

  /// Once it is done: false for what this node can't apply, see `apply`. Nothing else is to be
  /// called then.
  bool is_known() const { return what_.has_value(); }
  /// Whether it may have many items, or changes much. Its changes are `take_changes` then, else
  /// `few_changes`. Known once it is done.
  bool is_long() const { return long_; }
  /// Works until it is done, or `is_late`, which is asked between two items. Whether it is done.
  bool go_on(const std::function<bool()>& is_late);

  // Once it is done:

  /// The answer; its body is there only if it was wanted.
  outcome take_outcome() { return std::move(outcome_); }
  /// What it changes; the later of two changes of one pair counts.
  change_set& few_changes() { return few_; }
  /// What a long one changes; of each pair the last.
  pair_map take_changes() { return std::move(many_); }
  /// Gives back the memory of what was not taken, which may be much, before its destructor does.
  /// Whether all of it is.
  bool clear(const std::function<bool()>& is_late);

 private:
  enum class stage : std::uint8_t {
    reading,
    recalling,
    merging,
    executing,
    telling,
    answering,
    done
  };

  const collection& collection_of(std::size_t operation) const;
  bool has_parts() const;
  // Each stage; whether it is done.
  stage take_command();
  stage begin();
  bool recall(const std::function<bool()>& is_late);
  bool execute(const std::function<bool()>& is_late);
  bool tell(const std::function<bool()>& is_late);
  bool answer(const std::function<bool()>& is_late);
  void finish_answer();
  void run_short();
  // What becomes of operations and command.
  void note(decision&& made);
  void accept(std::uint16_t status);
  void refuse(const problem& why);
  void keep();
  void gather();

  command_reader reader_;
  std::optional<command> what_;  // its views lie in the bytes
  change_recorder recorder_;
  merges_ahead merges_;
  setting with_;
  const state_view& state_;
  bool want_body_;
  std::int64_t log_time_us_;
  bool long_ = false;
  stage now_ = stage::reading;
  std::optional<executor> executor_;  // of a long one
  bool operating_ = false;            // on the operation `next_`
  std::size_t next_ = 0;              // operation, or part of the answer
  bool accepted_ = false;
  std::size_t kept_bytes_ = 0;        // of records in `kept_`
  kept_answer kept_;                  // recalled, or to be kept
  std::vector<kept_part> discarded_;  // of one that was refused
  std::vector<written_part> written_;
  std::optional<answer_writer> writer_;
  outcome outcome_;
  change_set few_;
  pair_map many_;
};

}  // namespace lithair::models
