#include <iterator>

#include "models/answers.hpp"
#include "models/executor.hpp"
#include "models/key_text.hpp"
#include "models/problems.hpp"
#include "models/service.hpp"

namespace lithair::models {

namespace {

outcome refuse(const problem& x, bool want_body) {
  outcome made;
  made.status = x.status;
  if (want_body) {
    made.body = to_json(x);
  }
  return made;
}

void append_item(std::string& out, const collection& c, const decision& x) {
  stored_record record;
  if (read_record(x.bytes, record)) {
    append_json(out, c, record.fields);
  }
}

/// Executes one command; which way is a matter of its shape.
class application {
 public:
  application(const schema& s, const command& what, std::uint64_t index, const state_view& state,
              bool want_body)
      : with_{s, {index, what.time_us}}, what_(what), state_(state), want_body_(want_body) {}

  outcome run(change_set& out) {
    switch (what_.shape) {
      case command_shape::single:
        return run_single(out);
      case command_shape::bulk:
        return run_all(out, "", [this] { return bulk_answer(); });
      case command_shape::transaction:
        break;
    }
    return run_all(out, "operations", [this] { return transaction_answer(); });
  }

 private:
  const collection& collection_of(const operation_part& part) const {
    return *with_.models.find(part.collection_id);
  }

  outcome run_single(change_set& out) {
    const auto& part = what_.operations.front();
    const collection& c = collection_of(part);
    if (part.op == operation::remove && !c.referrers.empty()) {
      executor all(with_, state_);
      const auto made = all.run(c, part);
      if (made) {
        out = all.take_changes();
      }
      return answer(c, made);
    }
    return answer(c, decide(with_, c, part, state_, out));
  }

  outcome answer(const collection& c, const result<decision>& x) const {
    if (!x) {
      return refuse(x.error(), want_body_);
    }
    outcome made;
    made.status = x->status;
    made.version = x->status == 204 ? 0 : with_.at.index;
    if (want_body_ && x->status != 204) {
      append_item(made.body, c, *x);
    }
    if (want_body_ && x->status == 201) {
      made.location = key_in_path(c, x->key);
    }
    return made;
  }

  template <class Answer>
  outcome run_all(change_set& out, const std::string& name, Answer accepted) {
    executor all(with_, state_);
    for (std::size_t i = 0; i < what_.operations.size(); ++i) {
      const auto& part = what_.operations[i];
      auto made = all.run(collection_of(part), part);
      if (!made) {
        return refuse(of_part(std::move(made.error()), name + '[' + std::to_string(i) + ']'),
                      want_body_);
      }
      if (want_body_) {
        done_.push_back(std::move(*made));
      }
    }
    out = all.take_changes();
    return accepted();
  }

  outcome bulk_answer() const {
    outcome made;
    made.status = 201;
    for (std::size_t i = 0; i < done_.size(); ++i) {
      made.body += i == 0 ? "[" : ",";
      append_item(made.body, collection_of(what_.operations[i]), done_[i]);
    }
    made.body += done_.empty() ? (want_body_ ? "[]" : "") : "]";
    return made;
  }

  outcome transaction_answer() const {
    outcome made;
    made.status = 200;
    if (!want_body_) {
      return made;
    }
    const std::string index = std::to_string(with_.at.index);
    made.body = "{\"index\":" + index + ",\"results\":[";
    for (std::size_t i = 0; i < done_.size(); ++i) {
      made.body += (i == 0 ? "" : ",");
      made.body += "{\"status\":" + std::to_string(done_[i].status);
      if (done_[i].status != 204) {
        made.body += ",\"version\":" + index + ",\"item\":";
        append_item(made.body, collection_of(what_.operations[i]), done_[i]);
      }
      made.body += '}';
    }
    made.body += "]}";
    return made;
  }

  const setting with_;
  const command& what_;
  const state_view& state_;
  const bool want_body_;
  std::vector<decision> done_;
};

bool all_known(const schema& s, const command& what) {
  for (const auto& part : what.operations) {
    if (s.find(part.collection_id) == nullptr) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<outcome> apply(const schema& s, std::uint64_t index, std::string_view bytes,
                             const state_view& state, bool want_body, change_set& out) {
  const auto what = read_command(bytes);
  if (!what || !all_known(s, *what)) {
    return std::nullopt;
  }
  if (what->token) {
    if (auto given = find_answer(*what->token, what->time_us, state)) {
      return given;
    }
  }
  change_set changes;
  auto made = application(s, *what, index, state, want_body || what->token).run(changes);
  if (what->token) {
    keep_answer(*what->token, what->time_us, made, state, changes);
  }
  out.insert(out.end(), std::make_move_iterator(changes.begin()),
             std::make_move_iterator(changes.end()));
  return made;
}

}  // namespace lithair::models
