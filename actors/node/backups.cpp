#include "actors/node/backups.hpp"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/storage/base_keeper.hpp"
#include "actors/storage/log_archiver.hpp"

namespace lithair::actors {

backups::backups(const setup& s, const group& of) : group_(of.id()) {
  keeper_ =
      spawn_at_disk<base_keeper>(s.where, base_keeper::setup{s.config.directory, s.config.keep});
  log_archiver::setup made;
  made.config = s.config;
  made.node = s.node;
  made.group = of.id();
  made.models = s.models;
  made.cluster = s.cluster;
  made.log = s.log;
  made.log_margin = s.log_margin;
  made.meters = of.meters();
  made.archivist = of.archivist();
  made.keeper = keeper_;
  made.now_ms = s.where.now_ms;
  made.wall_us = s.where.wall_us;
  made.board = s.board;
  made.reached = s.reached;
  archiver_ = spawn_at_disk<log_archiver>(s.where, std::move(made));
}

std::vector<caf::actor> backups::actors() const { return {untyped(archiver_), untyped(keeper_)}; }

void backups::settle(caf::scoped_actor& self, std::uint32_t limit_ms) {
  using clock = std::chrono::steady_clock;
  const auto until = clock::now() + std::chrono::milliseconds{limit_ms};
  self->send(archiver_, archive_rest{});
  // What another archiver said too late is not this one's answer.
  for (bool over = false; !over;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    self->receive([&](const rest_archived& x) { over = x.group == group_; },
                  caf::after(std::max(left, std::chrono::milliseconds{0})) >>
                      [&] {
                        spdlog::warn("backups: stopped before the end of the log was archived");
                        over = true;
                      });
  }
}

void backups::end(caf::scoped_actor& self) {
  end_actors(self, {untyped(archiver_), untyped(keeper_)});
  drop_handles(archiver_, keeper_);
}

}  // namespace lithair::actors
