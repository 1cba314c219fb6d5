#include "models/command/apply.hpp"

#include <algorithm>
#include <iterator>

#include "models/command/command_answer.hpp"
#include "models/command/executor.hpp"
#include "models/command/idempotency.hpp"
#include "models/derived/feed.hpp"
#include "models/problem/problems.hpp"
#include "models/state/key_text.hpp"

namespace lithair::models {

namespace {

outcome refuse(const problem& why, bool want_body) {
  outcome made;
  made.status = why.status;
  if (want_body) {
    made.body = to_json(why);
  }
  return made;
}

/// Executes one command; which way is a matter of its shape.
class application {
 public:
  application(const schema& s, const command& what, std::uint64_t index, const state_view& state,
              bool want_body)
      : with_{s, {index, what.time_us}, &recorder_},
        what_(what),
        state_(state),
        want_body_(want_body) {}

  outcome run(change_set& out) {
    auto made = decide_all(out);
    // A refused command leaves no trace in the feed.
    if (made.status < 400) {
      recorder_.write(with_.at, state_, out);
    }
    return made;
  }

 private:
  outcome decide_all(change_set& out) {
    switch (what_.shape) {
      case command_shape::single:
        return run_single(out);
      case command_shape::bulk:
        return run_all(out, "");
      case command_shape::transaction:
        break;
    }
    return run_all(out, "operations");
  }

  const collection& collection_of(const operation_part& part) const {
    return *with_.models.find(part.collection_id);
  }

  outcome run_single(change_set& out) {
    const auto& part = what_.operations.front();
    const collection& c = collection_of(part);
    // One operation, but a deletion may reach items that refer to the item.
    if (part.op == operation::remove && !c.referrers.empty()) {
      executor all(with_, state_);
      auto made = all.run(c, part);
      // Only now: a refusal must leave `out` as it was.
      if (made) {
        out = all.take_changes();
      }
      return answer(c, std::move(made));
    }
    return answer(c, decide(with_, c, part, state_, out));
  }

  outcome answer(const collection& c, result<decision>&& decided) {
    if (!decided) {
      return refuse(decided.error(), want_body_);
    }
    outcome made;
    made.status = decided->status;
    // A 204 has no item, so no version.
    made.version = decided->status == 204 ? 0 : decided->version;
    if (want_body_ && decided->status == 201) {
      made.location = key_in_path(c, decided->key);
    }
    // Nobody asks for the record where no answer is rendered.
    if (want_body_) {
      done_.push_back({decided->status, std::move(decided->bytes)});
      tell(made, decided->status != 204);
    }
    return made;
  }

  outcome run_all(change_set& out, const std::string& name) {
    executor all(with_, state_);
    for (std::size_t i = 0; i < what_.operations.size(); ++i) {
      const auto& part = what_.operations[i];
      auto made = all.run(collection_of(part), part);
      if (!made) {
        // The first refusal decides, with its place; what was done before it is thrown away.
        return refuse(of_part(std::move(made.error()), name + '[' + std::to_string(i) + ']'),
                      want_body_);
      }
      if (want_body_) {
        done_.push_back({made->status, std::move(made->bytes)});
      }
    }
    out = all.take_changes();
    outcome made;
    made.status = what_.shape == command_shape::bulk ? 201 : 200;
    if (want_body_) {
      tell(made, true);
    }
    return made;
  }

  /// What is written, for the client or for who puts it together with another group's part.
  void tell(outcome& made, bool has_body) {
    if (has_body) {
      tell_written(with_.models, what_, with_.at.index, done_, made);
    }
    const auto is_part = [this](const operation_part& part) {
      return collection_of(part).holds != extent::whole;
    };
    if (std::ranges::any_of(what_.operations, is_part)) {
      made.parts = std::move(done_);
    }
  }

  change_recorder recorder_;
  const setting with_;
  const command& what_;
  const state_view& state_;
  const bool want_body_;
  std::vector<written_part> done_;
};

}  // namespace

std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out,
                             std::int64_t log_time_us) {
  auto what = read_command(bytes);
  // Never skipped: a node that applies less than others would differ for ever.
  if (!what || !is_known(s, *what)) {
    return std::nullopt;
  }
  // A majority's clocks decide what expires, not the clock of who made the command.
  if (log_time_us != 0) {
    what->time_us = log_time_us;
  }
  if (what->token) {
    if (auto given = find_answer(*what->token, what->time_us, state)) {
      // Nothing is done twice: the answer is that of the first time, or refuses the key.
      return given;
    }
  }
  change_set changes;
  // An answer that is kept needs its body, whoever waits for it.
  auto made = application(s, *what, index, state, want_body || what->token).run(changes);
  // Refusals are kept too: the outcome of a key never changes.
  if (what->token) {
    keep_answer(*what->token, what->time_us, made, state, changes);
  }
  out.insert(out.end(), std::make_move_iterator(changes.begin()),
             std::make_move_iterator(changes.end()));
  return made;
}

}  // namespace lithair::models
