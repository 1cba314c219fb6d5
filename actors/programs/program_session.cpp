#include "actors/programs/program_session.hpp"

#include <uv.h>

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/programs/program_preparation.hpp"
#include "models/declaration/model_text.hpp"
#include "models/problem/problems.hpp"
#include "models/query/whole_query.hpp"

namespace lithair::actors {

/// To itself: a command that another thread has prepared.
struct program_session::prepared_write {
  std::uint64_t token = 0;
  models::result<std::string> command;
};

namespace {

/// To itself: its connection is over.
struct program_left {
  std::string why;
};

program_outcome outcome_of(const models::problem& why) {
  program_outcome made;
  made.result.status = why.status;
  made.result.body = models::to_json(why);
  return made;
}

models::problem not_now(std::string detail) { return {503, "unavailable", std::move(detail), {}}; }

}  // namespace

}  // namespace lithair::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::program_session::prepared_write)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(lithair::actors::program_left)

namespace lithair::actors {

program_session::program_session(caf::actor_config& cfg, loop* home,
                                 const std::shared_ptr<setup>& s)
    : hosted_actor(cfg, home),
      over_(std::move(s->over)),
      nodes_(std::move(s->nodes)),
      limits_(s->limits),
      to_(std::move(s->to)) {
  const auto name = over_->program();
  who_ = name.empty() ? "at " + over_->address() : name + " at " + over_->address();
}

caf::behavior program_session::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_exit_handler([this](const caf::exit_msg&) {
    if (link_) return link_->end("this node stops");
    quit();
  });
  open();
  return behavior_of<handle_type>(
      [this](program_request& what) { take(what); },
      [this](prepared_write& made) { prepared(made); },
      [this](submitted& said) {
        finish(said.token, {said.what, std::move(said.reason), said.index, std::move(said.result)});
      },
      [this](answered& said) {
        finish(said.token,
               {said.what, std::move(said.reason), said.applied, std::move(said.result)});
      },
      [this](const program_left& news) {
        spdlog::info("the link with the program {} is over: {}", who_, news.why);
        quit();
      });
}

void program_session::on_exit() {
  link_.reset();
  over_.reset();
  under_way_.clear();
  drop_handles(to_.writes, to_.reads, to_.local_reads);
}

// What the link tells comes on this loop, outside of turns: so it only sends.
void program_session::open() {
  actor_channel::setup what;
  what.system = &system();
  what.nodes = nodes_;
  what.messages = program_shapes();
  what.offered = caf::actor_cast<caf::strong_actor_ptr>(this);
  what.interface = system().message_types(handle_type{});
  what.most = program_limits();
  try {
    link_ = std::make_unique<program_link>(
        *home(), std::move(over_), std::move(what), limits_,
        program_link::listener{.met = [](const auto&, const auto&) {},
                               .ended =
                                   [this](const std::string& why) {
                                     link_.reset();
                                     send(this, program_left{why});
                                   }});
    spdlog::info("the program {} is let in", who_);
  } catch (const std::exception& error) {
    send(this, program_left{error.what()});
  }
}

// -- requests ------------------------------------------------------------------------------------

void program_session::take(program_request& what) {
  if (!link_) return;
  if (!current_message_id().is_request()) return link_->end("it asks and waits for no answer");
  if (link_->unanswered() > 2 * most_program_requests)
    return link_->end("it asks for more at a time than it may");
  const auto token = ++last_token_;
  auto& made = under_way_[token];
  made.answer = make_response_promise<program_answer>();
  made.number = what.number;
  if (what.version != program_version)
    return refuse(token,
                  {400,
                   "other_version",
                   fmt::format("This node speaks version {} of what programs say, and not {}.",
                               program_version, what.version),
                   {}});
  if (auto why = why_not_now(); !why.empty()) return refuse(token, not_now(std::move(why)));
  auto call = decode_call(what.bytes);
  if (!call) return refuse(token, models::malformed("The request can't be read."));
  begin(token, *call);
}

// Of the answers that were given the last ones are those that have not left.
std::string program_session::why_not_now() {
  if (under_way_.size() > most_program_requests)
    return fmt::format("The program has {} requests under way, and no more may be.",
                       most_program_requests);
  const auto open = link_->unanswered();
  const auto waiting = open > under_way_.size() ? open - under_way_.size() : 0;
  while (answered_.size() > waiting) {
    answered_bytes_ -= answered_.front();
    answered_.pop_front();
  }
  if (answered_bytes_ > most_unsent) return "The program takes its answers too slowly.";
  return {};
}

void program_session::begin(std::uint64_t token, program_call& call) {
  if (const auto* read = std::get_if<items_read>(&call)) return begin_read(token, *read);
  if (!std::holds_alternative<models_asked>(call)) return begin_write(token, std::move(call));
  program_outcome said;
  said.result.status = 200;
  said.result.body = models::to_model_text(*to_.models);
  finish(token, std::move(said));
}

void program_session::begin_write(std::uint64_t token, program_call call) {
  under_way_[token].is_write = true;
  auto work = std::make_unique<program_preparation>(to_.models, std::move(call), to_.most);
  if (work->size() <= long_body) {
    prepared_write made{token, work->make()};
    return prepared(made);
  }
  program_preparation::start(
      *home(), std::move(work),
      [self = caf::actor_cast<caf::actor>(this), token](models::result<std::string> command) {
        caf::anon_send(caf::actor_cast<taking<prepared_write>>(self),
                       prepared_write{token, std::move(command)});
      });
}

void program_session::prepared(prepared_write& made) {
  if (!link_) return;
  if (!made.command) return refuse(made.token, made.command.error());
  send(to_.writes, submit{made.token, std::move(*made.command)});
}

void program_session::begin_read(std::uint64_t token, const items_read& what) {
  const auto* target = to_.models->find(what.collection);
  if (target == nullptr) return refuse(token, program_preparation::no_collection(what.collection));
  auto query =
      models::whole_query(what.what, *target, what.key, what.parameters,
                          models::rights_to_ask_for(*to_.models, *target, what.bound.get()));
  if (!query) return refuse(token, query.error());
  if (query->what == models::query::kind::list) {
    if (lists_ >= most_lists)
      return refuse(token, not_now("The program has as many lists under way as may be."));
    ++lists_;
    under_way_[token].is_list = true;
  }
  ask question;
  question.token = token;
  question.level = what.level;
  question.min_index = what.min_index;
  question.what = std::move(*query);
  send(what.level == consistency::local ? to_.local_reads : to_.reads, std::move(question));
}

void program_session::refuse(std::uint64_t token, const models::problem& why) {
  finish(token, outcome_of(why));
}

// A write is done, whatever its answer looks like; a read that is too long is not.
void program_session::finish(std::uint64_t token, program_outcome said) {
  const auto found = under_way_.find(token);
  if (found == under_way_.end()) return;
  auto to = std::move(found->second);
  under_way_.erase(found);
  if (to.is_list) --lists_;
  auto bytes = encode(said);
  if (bytes.size() > longest_program_answer) {
    const bool changed = said.index != 0 && to.is_write;
    if (changed) {
      said.result.body.clear();
      said.result.minimal = true;
    } else {
      said = outcome_of({413,
                         "answer_too_large",
                         "The answer is longer than what programs are given; ask over HTTP.",
                         {}});
    }
    bytes = encode(said);
  }
  answered_.push_back(bytes.size());
  answered_bytes_ += bytes.size();
  to.answer.deliver(program_answer{program_version, to.number, std::move(bytes)});
}

}  // namespace lithair::actors
