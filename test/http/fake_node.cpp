#include "test/http/fake_node.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "persistence/files.hpp"
#include "protocol/print.hpp"

namespace lithair::http::test {

void script::set(mode x) {
  const std::lock_guard guard{mutex_};
  mode_ = x;
}

script::mode script::now() const {
  const std::lock_guard guard{mutex_};
  return mode_;
}

void script::saw_command() {
  const std::lock_guard guard{mutex_};
  ++commands_;
}

void script::saw_read(actors::consistency level) {
  const std::lock_guard guard{mutex_};
  ++reads_[static_cast<std::size_t>(level)];
}

void script::saw_change(const actors::change_members& x) {
  const char* const words[] = {"", "add", "promote", "remove", "transfer", "abort", "move"};
  const std::lock_guard guard{mutex_};
  change_ = words[static_cast<std::size_t>(x.what)] + (' ' + std::to_string(x.node));
  if (x.what == actors::change_members::action::add ||
      x.what == actors::change_members::action::move)
    change_ += ' ' + x.host + ' ' + std::to_string(x.http_port) + ' ' + std::to_string(x.peer_port);
  if (x.force) change_ += " force";
}

std::string script::last_change() const {
  const std::lock_guard guard{mutex_};
  return change_;
}

void script::saw_call(const actors::raft_call& x) {
  const std::lock_guard guard{mutex_};
  call_ = std::to_string(x.cluster) + ' ' + std::to_string(x.group.value) + ' ' +
          std::to_string(x.from.value) + ' ' + std::to_string(x.to.value) + ": " +
          to_string(x.content);
}

std::string script::last_call() const {
  const std::lock_guard guard{mutex_};
  return call_;
}

void script::set_backup(std::string bytes) {
  const std::lock_guard guard{mutex_};
  backup_ = std::move(bytes);
}

std::string script::backup() const {
  const std::lock_guard guard{mutex_};
  return backup_;
}

std::size_t script::commands() const {
  const std::lock_guard guard{mutex_};
  return commands_;
}

std::size_t script::reads(actors::consistency level) const {
  const std::lock_guard guard{mutex_};
  return reads_[static_cast<std::size_t>(level)];
}

void script::keep(std::function<void()> answer) {
  const std::lock_guard guard{mutex_};
  kept_.push_back(std::move(answer));
  changed_.notify_all();
}

std::vector<std::function<void()>> script::take_kept(std::size_t count) {
  std::unique_lock guard{mutex_};
  const auto enough = [this, count] { return kept_.size() >= count; };
  if (!changed_.wait_for(guard, std::chrono::seconds{20}, enough))
    throw std::runtime_error("the requests did not arrive at the node");
  return std::exchange(kept_, {});
}

fake_node::fake_node(caf::actor_config& cfg, actors::loop* home, const models::schema* schema,
                     std::shared_ptr<script> how)
    : actors::hosted_actor(cfg, home), schema_(schema), script_(std::move(how)) {}

caf::behavior fake_node::make_behavior() {
  set_default_handler(caf::drop);
  return {
      [this](const actors::submit& x) {
        script_->saw_command();
        reply_to(current_sender(), [this, x](const caf::actor& to) { send(to, carry_out(x)); });
      },
      [this](const actors::ask& x) {
        script_->saw_read(x.level);
        reply_to(current_sender(), [this, x](const caf::actor& to) { send(to, look_up(x)); });
      },
      [this](const actors::inspect_node& x) {
        actors::node_status status;
        status.token = x.token;
        status.raft.id = status.raft.leader = protocol::node_id{1};
        status.raft.now = protocol::role::leader;
        status.raft.term = protocol::term_t{3};
        status.raft.commit = protocol::index_t{index_};
        status.leader_addr = "127.0.0.1:8080";
        send(caf::actor_cast<caf::actor>(current_sender()), std::move(status));
      },
      [this](const actors::change_members& x) {
        script_->saw_change(x);
        const bool known = x.node < 9;
        send(caf::actor_cast<caf::actor>(current_sender()),
             actors::members_changed{x.token, static_cast<std::uint16_t>(known ? 200 : 409),
                                     !known    ? "Another change is under way."
                                     : x.force ? "Nobody is there."
                                               : ""});
      },
      [this](const actors::raft_call& x) {
        script_->saw_call(x);
        send(caf::actor_cast<caf::actor>(current_sender()), say(x));
      },
      [this](const actors::take_backup& x) {
        send(caf::actor_cast<caf::actor>(current_sender()), archive(x));
      },
      [this](const actors::probe_ready& x) {
        const bool ready = script_->now() == script::mode::answer && x.min_index <= index_;
        send(caf::actor_cast<caf::actor>(current_sender()),
             actors::readiness{x.token, ready, ready ? "" : "No leader is known.", index_});
      },
  };
}

void fake_node::reply_to(const caf::strong_actor_ptr& asker,
                         std::function<void(const caf::actor&)> answer) {
  auto to = caf::actor_cast<caf::actor>(asker);
  if (script_->now() == script::mode::hold)
    script_->keep([to, answer] { answer(to); });
  else
    answer(to);
}

actors::submitted fake_node::carry_out(const actors::submit& x) {
  actors::submitted result;
  result.token = x.token;
  switch (script_->now()) {
    case script::mode::unavailable:
      result.what = actors::disposition::unavailable;
      result.reason = "No leader is known.";
      return result;
    case script::mode::unknown:
      result.what = actors::disposition::unknown;
      result.reason = "The leader did not answer.";
      return result;
    default:
      break;
  }
  models::change_set changes;
  result.index = ++index_;
  result.result = models::apply(*schema_, index_, x.command, state_, true, changes).value();
  state_.apply(changes);
  return result;
}

// A file that has no name any more, as one that was replaced while it is sent.
actors::backup_taken fake_node::archive(const actors::take_backup& x) const {
  actors::backup_taken result;
  result.token = x.token;
  result.cluster = 0xff;
  const auto bytes = script_->backup();
  if (bytes.empty()) {
    result.failed = "the disk is full";
    return result;
  }
  const auto path =
      std::filesystem::temp_directory_path() / ("lithair-backup-" + std::to_string(::getpid()));
  persistence::file made{path, persistence::file::mode::create};
  made.write(0, bytes);
  result.file = std::make_shared<const persistence::file>(path, persistence::file::mode::read);
  std::filesystem::remove(path);
  result.meta = {protocol::index_t{41}, protocol::term_t{3}, {}, bytes.size(), 0xabc};
  return result;
}

// Votes for 2, matches everything, and takes messages of no later term than 9.
actors::raft_answered fake_node::say(const actors::raft_call& x) {
  actors::raft_answered result{x.token, 200, {}, {}, x.cluster, x.group, x.to, x.from, {}};
  if (const auto* vote = std::get_if<protocol::vote_request>(&x.content)) {
    result.content = protocol::vote_response{vote->term, x.from.value == 2, vote->pre};
    if (vote->term.value > 9) {
      result.status = 422;
      result.code = "impossible_message";
      result.detail = "Its term is too far ahead.";
    }
  } else if (const auto* append = std::get_if<protocol::append_request>(&x.content)) {
    result.content = protocol::append_response{
        append->term, true, append->prev_index + append->entries.size(), {}, {}, {}, append->round};
  } else if (const auto* beat = std::get_if<protocol::heartbeat>(&x.content)) {
    result.content = protocol::heartbeat_response{beat->term, beat->round, protocol::index_t{4}};
  } else if (const auto* chunk = std::get_if<protocol::snapshot_request>(&x.content)) {
    result.content = protocol::snapshot_response{
        chunk->term, chunk->meta.index, chunk->offset + chunk->data.size(), chunk->done, false};
  }
  return result;
}

actors::answered fake_node::look_up(const actors::ask& x) {
  actors::answered result;
  result.token = x.token;
  result.applied = index_;
  switch (script_->now()) {
    case script::mode::unavailable:
      result.what = actors::disposition::unavailable;
      result.reason = "No leader is known.";
      break;
    case script::mode::unknown:
      result.what = actors::disposition::unknown;
      result.reason = "The index was not reached in time.";
      break;
    default:
      result.result = models::run(*schema_, x.what, state_, 7);
  }
  return result;
}

}  // namespace lithair::http::test
