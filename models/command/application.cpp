#include "models/command/application.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/problem/problems.hpp"
#include "models/state/key_text.hpp"
#include "models/state/keys.hpp"

namespace lithair::models {

namespace {

/// Changes that are made in one go, and bytes of them.
constexpr std::size_t max_few = 256;
constexpr std::size_t max_few_bytes = 256 << 10;

/// Ends what a container holds, bit by bit. Whether that is all.
template <class Container, class End>
bool empty(Container& from, const std::function<bool()>& is_late, End end) {
  // Asked behind some of them, so that every call comes further.
  while (!from.empty()) {
    for (int i = 0; i < 64 && !from.empty(); ++i) {
      end(from);
    }
    if (is_late()) {
      return from.empty();
    }
  }
  return true;
}

}  // namespace

application::application(const schema& s, std::uint64_t index, std::string_view bytes,
                         const state_view& state, bool want_body, std::int64_t log_time_us)
    : reader_(bytes),
      with_{s, {index, 0}, &recorder_, &merges_},
      state_(state),
      want_body_(want_body),
      log_time_us_(log_time_us) {}

/// The next stage; none for what this node can't apply.
application::stage application::take_command() {
  what_ = reader_.take();
  // Never skipped: a node that applies less than others would differ for ever.
  auto rights = what_ && models::is_known(with_.models, *what_)
                    ? read_rights(with_.models, what_->rights)
                    : std::nullopt;
  if (!rights) {
    what_.reset();
    return stage::done;
  }
  with_.rights = std::move(*rights);
  with_.at.by = what_->by;
  // A majority's clocks decide what expires, not the clock of who made the command.
  if (log_time_us_ != 0) {
    what_->time_us = log_time_us_;
  }
  with_.at.time_us = what_->time_us;
  with_.max_item = what_->most.item_bytes;
  with_.tells = want_body_ || what_->token;
  // One operation, but a deletion may reach items that refer to the item.
  long_ =
      what_->shape != command_shape::single ||
      (what_->operations.front().op == operation::remove && !collection_of(0).referrers.empty());
  return begin();
}

bool application::go_on(const std::function<bool()>& is_late) {
  if (now_ == stage::reading) {
    if (!reader_.go_on(is_late)) {
      return false;
    }
    now_ = take_command();
  }
  if (now_ == stage::merging && merges_.go_on(is_late)) {
    run_short();
    now_ = stage::telling;
  }
  if (now_ == stage::recalling && recall(is_late)) {
    now_ = stage::answering;
  }
  if (now_ == stage::executing && execute(is_late)) {
    now_ = stage::telling;
  }
  if (now_ == stage::telling && tell(is_late)) {
    now_ = stage::answering;
    // One large item takes about a turn.
    if (long_ && is_late()) {
      return false;
    }
  }
  if (now_ == stage::answering && answer(is_late)) {
    now_ = stage::done;
  }
  return now_ == stage::done;
}

application::stage application::begin() {
  kept_.index = with_.at.index;
  if (what_->token) {
    if (auto found = find_answer(*what_->token, what_->time_us, state_)) {
      // Nothing is done twice: the answer is that of the first time, or refuses the key.
      kept_ = std::move(*found);
      outcome_ = kept_.given;
      return kept_.is_whole ? stage::done : stage::recalling;
    }
  }
  if (long_) {
    executor_.emplace(with_, state_);
    return stage::executing;
  }
  merges_.begin(collection_of(0), what_->operations.front(), state_);
  return stage::merging;
}

const collection& application::collection_of(std::size_t operation) const {
  return *with_.models.find(what_->operations[operation].collection_id);
}

bool application::has_parts() const {
  return std::ranges::any_of(what_->operations, [this](const operation_part& part) {
    return with_.models.find(part.collection_id)->holds != extent::whole;
  });
}

bool application::recall(const std::function<bool()>& is_late) {
  // The same request gives the same operations; nobody asks for the answer elsewhere.
  const auto count = want_body_ ? std::min(kept_.parts.size(), what_->operations.size()) : 0;
  while (next_ < count) {
    written_.push_back(
        recollection(collection_of(next_), kept_, state_).recall(kept_.parts[next_]));
    if (++next_ < count && is_late()) {
      return false;
    }
  }
  return true;
}

void application::run_short() {
  auto made = decide(with_, collection_of(0), what_->operations.front(), state_, few_);
  const auto is_too_long = [](const change& each) { return each.key.size() > max_pair_key; };
  if (made && std::ranges::any_of(few_, is_too_long)) {
    few_.clear();
    made = tl::make_unexpected(key_too_long());
  }
  if (!made) {
    return refuse(made.error());
  }
  const auto status = made->status;
  note(std::move(*made));
  accept(status);
}

bool application::execute(const std::function<bool()>& is_late) {
  const auto& operations = what_->operations;
  while (next_ < operations.size()) {
    if (!std::exchange(operating_, true)) {
      executor_->begin(collection_of(next_), operations[next_]);
    }
    if (!executor_->go_on(is_late)) {
      return false;
    }
    operating_ = false;
    auto& made = executor_->made();
    if (!made) {
      // The first refusal decides, with its place; what was done before it is thrown away.
      const std::string name = what_->shape == command_shape::bulk ? "" : "operations";
      refuse(what_->shape == command_shape::single
                 ? made.error()
                 : of_part(std::move(made.error()), name + '[' + std::to_string(next_) + ']'));
      return true;
    }
    if (what_->shape == command_shape::single) {
      outcome_.status = made->status;
    }
    note(std::move(*made));
    if (++next_ < operations.size() && is_late()) {
      return false;
    }
  }
  many_ = executor_->take_changes();
  executor_.reset();
  accept(what_->shape == command_shape::single ? outcome_.status
         : what_->shape == command_shape::bulk ? 201
                                               : 200);
  return true;
}

/// What the answer needs of an operation, now or when it is asked for again.
void application::note(decision&& made) {
  if (what_->token) {
    auto& part = kept_.parts.emplace_back();
    part = {made.status, std::move(made.key), made.created, made.version, {}};
    kept_bytes_ += made.size;
    if (kept_bytes_ <= max_kept_records) {
      part.record = made.bytes;
    }
  }
  if (want_body_) {
    written_.push_back({made.status, std::move(made.bytes)});
  }
}

void application::accept(std::uint16_t status) {
  outcome_.status = status;
  accepted_ = true;
}

/// What was accepted goes to the feed, and the answer to whoever asks again.
bool application::tell(const std::function<bool()>& is_late) {
  const auto layout = what_->is_of_format_1 ? feed_layout::one_pair : feed_layout::pieces;
  for (bool all = !accepted_; !all;) {
    all = recorder_.write(with_.at, state_, layout, few_, is_late, what_->most.feed_bytes);
    // One item and its feed can be much, too.
    const auto size = [](std::size_t sum, const change& each) {
      return sum + (each.value ? each.value->size() : 0);
    };
    long_ = long_ || few_.size() > max_few ||
            std::accumulate(few_.begin(), few_.end(), std::size_t{0}, size) > max_few_bytes;
    gather();
    if (!all && is_late()) {
      return false;
    }
  }
  keep();
  return true;
}

void application::refuse(const problem& why) {
  few_.clear();
  // May be many, and are let go of bit by bit.
  discarded_ = std::exchange(kept_.parts, {});
  outcome_.status = why.status;
  if (want_body_ || what_->token) {
    outcome_.body = to_json(why);
  }
  // A refused command leaves no trace but this, and none in the feed.
}

/// Refusals are kept too: the outcome of a key never changes.
void application::keep() {
  if (what_->token) {
    kept_.given.status = outcome_.status;
    // All or none: half of the items would be no help.
    if (kept_bytes_ > max_kept_records) {
      for (auto& part : kept_.parts) {
        part.record.clear();
      }
    }
    keep_answer(*what_->token, what_->time_us, kept_, outcome_.body, state_, few_);
  }
  gather();
}

/// Of each pair the last change, if it is long.
void application::gather() {
  if (!long_) {
    return;
  }
  for (auto& each : few_) {
    many_.insert_or_assign(std::move(each.key), std::move(each.value));
  }
  few_.clear();
}

/// What is written, for the client or for who puts it together with another group's part.
bool application::answer(const std::function<bool()>& is_late) {
  if (outcome_.status >= 400 || !want_body_) {
    return true;
  }
  // A deletion has no body.
  const bool has_body = outcome_.status != 204;
  if (has_body && !writer_) {
    writer_.emplace(with_.models, *what_, kept_.index);
    const auto size = [](std::size_t sum, const written_part& part) {
      return sum + part.record.size() + part.record.size() / 8 + 64;
    };
    writer_->reserve(std::accumulate(written_.begin(), written_.end(), std::size_t{0}, size));
  }
  while (has_body && writer_->size() < written_.size()) {
    writer_->add(written_[writer_->size()]);
    if (writer_->size() < written_.size() && is_late()) {
      return false;
    }
  }
  finish_answer();
  return true;
}

bool application::clear(const std::function<bool()>& is_late) {
  const auto last = [](auto& from) { from.pop_back(); };
  const auto first = [](auto& from) { from.erase(from.begin()); };
  if (!empty(many_, is_late, first) || !empty(written_, is_late, last) ||
      !empty(kept_.parts, is_late, last) || !empty(discarded_, is_late, last)) {
    return false;
  }
  if (executor_ && !executor_->clear(is_late)) {
    return false;
  }
  return !what_ || empty(what_->operations, is_late, last);
}

void application::finish_answer() {
  if (writer_) {
    outcome_.minimal = writer_->is_minimal();
    outcome_.body = writer_->finish();
  }
  if (writer_ && what_->shape == command_shape::single) {
    outcome_.version = writer_->version();
    outcome_.variant = writer_->variant();
  }
  if (what_->shape == command_shape::single && outcome_.status == 201) {
    const auto& part = what_->operations.front();
    outcome_.location =
        key_in_path(collection_of(0), kept_.parts.empty() ? part.key : kept_.parts.front().key);
  }
  if (has_parts()) {
    outcome_.parts = std::move(written_);
  }
}

}  // namespace lithair::models
