#include "actors/state/feed.hpp"

#include <algorithm>
#include <chrono>

#include <caf/send.hpp>

#include "actors/mutants.hpp"

namespace lithair::actors {

namespace {

// Of the latest changes kept in memory, and of one answer; an answer with a bigger change has that
// alone.
constexpr std::size_t cache_bytes = 8 << 20;
constexpr std::size_t batch_bytes = 128 << 10;

// While no leader is known, a position ahead is not judged.
constexpr std::chrono::milliseconds check_again_after{250};

// How long streams go on although nobody can say whether the log has gone on elsewhere.
constexpr std::chrono::seconds patience_in_doubt{10};

constexpr auto elsewhere_text =
    "This event is not of this log: it was told before the data were restored from a backup. Read "
    "the collection anew, then follow from the X-Applied-Index of that answer.";

constexpr auto ahead_text =
    "The log does not go as far as this event, which must have been told by another one, before "
    "the data were restored. Read the collection anew, then follow from the X-Applied-Index of "
    "that answer.";

// Pairs in order, until the answer is full.
class batch {
 public:
  explicit batch(const models::feed_position& after) { reply_.through = after; }

  // False when it is full, and then to be called no more.
  bool add(const feed_pair& pair) {
    reply_.changes.push_back(pair);
    reply_.through = {pair.index, 0};
    bytes_ += pair.bytes();
    return bytes_ < batch_bytes;
  }

  // `through`: the index up to which all pairs were added, unless it was full before.
  followed finish(std::optional<std::uint64_t> through) {
    if (through && *through > reply_.through.whole()) reply_.through = {*through, 0};
    return std::move(reply_);
  }

 private:
  std::size_t bytes_ = 0;
  followed reply_;
};

}  // namespace

feed::feed(caf::actor_config& cfg, loop* home, setup s)
    : hosted_actor(cfg, home), setup_(std::move(s)), cache_(cache_bytes) {}

caf::behavior feed::make_behavior() {
  set_default_handler(caf::drop);
  set_error_handler([](caf::error&) {});
  set_down_handler([this](caf::down_msg& news) { forget(news.source.id()); });
  return behavior_of<handle_type>([this](follow& request) { on_follow(request); },
                                  [this](const nudge& request) {
                                    on_nudge({current_sender()->id(), request.token});
                                  },
                                  [this](const unfollow& request) {
                                    drop({current_sender()->id(), request.token});
                                  },
                                  [this](const feed_stops& news) { on_stop(news.reason); },
                                  [this](const feed_begins& news) {
                                    if (!asked_) return;
                                    attended_ = true;
                                    cache_.begin(news.applied);
                                    numbers_ = news.numbers;
                                    forget_streams();
                                    start_waiting();
                                  },
                                  [this](const feed_consults& order) { raft_ = order.raft; },
                                  [this](const readiness& answer) { on_checked(answer); },
                                  [this](check_again) {
                                    checking_ = false;
                                    check_those_who_wait();
                                  },
                                  [this](go_on_streaming) { go_on(); },
                                  [this](feed_grew& news) { on_grown(news); },
                                  [this](feed_read& answer) { on_read(answer); });
}

void feed::on_follow(follow& request) {
  auto asker = handle(current_sender());
  follower_id id{asker.id(), request.token};
  auto at = followers_.find(id);
  // Those who follow already are served on; only new ones are refused.
  if (at == followers_.end() && !request.stream && followers_.size() >= setup_.max_followers) {
    followed reply;
    reply.token = request.token;
    reply.what = followed::result::unavailable;
    reply.reason = "Too many follow the changes of this node.";
    return send(asker, std::move(reply));
  }
  if (at == followers_.end()) {
    if (!follows(asker.id())) monitor(asker);
    at = followers_.emplace(id, follower{std::move(asker), phase::busy, {}}).first;
  }
  auto& to = at->second;
  leave_stream(id, to);
  // A subscription may be used for another position, which has to be judged anew.
  to.is_of_this_log = false;
  to.what = std::move(request);
  to.now = phase::starting;
  // Else it is served once the aggregate has said where the feed begins.
  if (attended_) return serve(id, to);
  if (!std::exchange(asked_, true)) send(setup_.aggregate, attend_feed{true});
}

// One that is busy has its answer on the way.
void feed::on_nudge(const follower_id& id) {
  auto at = followers_.find(id);
  if (at == followers_.end() || at->second.now == phase::busy) return;
  auto& who = at->second;
  who.what.at_once = true;
  // Programs of this node have nowhere else to go.
  if (who.what.stream && raft_ && !checking_) begin_check();
  if (who.now != phase::parked) return;
  followed reply;
  reply.through = who.at != nullptr ? who.at->reader.reached() : *who.what.after;
  leave_stream(id, who);
  answer(who, std::move(reply));
}

// Those who came before it was known where the feed begins, and those whose place in the cache is
// gone with it.
void feed::start_waiting() {
  for (auto at = followers_.begin(); at != followers_.end();) {
    auto& [id, x] = *at++;
    if (x.now == phase::starting || x.now == phase::parked) serve(id, x);
  }
}

// One that is busy has its answer on the way. When it asks on, so is the aggregate, which still has
// its reason or not.
void feed::on_stop(const std::string& reason) {
  end_if([](const follower&) { return true; }, reason);
  asked_ = attended_ = false;
}

void feed::end_if(bool (*wanted)(const follower&), const std::string& reason) {
  for (auto at = followers_.begin(); at != followers_.end();) {
    auto& [id, x] = *at++;
    if (x.now != phase::busy && wanted(x))
      end(follower_id{id}, followed::result::unavailable, reason);
  }
}

void feed::on_grown(feed_grew& news) {
  if (!attended_) return;
  cache_.grow(std::move(news));
  const auto applied = cache_.applied();
  for (auto at = followers_.begin(); at != followers_.end();) {
    auto& [id, each] = *at++;
    const bool is_here_now = each.now == phase::checking && each.what.after->index <= applied;
    const bool waits = each.now == phase::parked && !each.what.stream;
    if (waits || is_here_now) serve(id, each);
  }
  // Streams have their turn later, so that what applying leads to goes before.
  for (auto& [text, all] : readings_)
    for (auto& each : all)
      if (!each.waiting.empty()) line_up(each);
}

// From memory if it reaches back so far, from the state else; first of all it must be of this log.
void feed::serve(const follower_id& id, follower& who) {
  auto& after = who.what.after;
  if (!after) after = models::feed_position{cache_.applied(), 0};
  if (numbers_.is_elsewhere(after->index) && !mutated(mutant::resumes_across_restores))
    return end(follower_id{id}, followed::result::gone, elsewhere_text);
  if (after->index > cache_.applied() && !who.is_of_this_log && raft_) return check(who);
  if (who.what.stream) return serve_stream(id, who);
  if (after->whole() >= cache_.floor()) return serve_from_cache(who);
  read_changes(id, who);
}

std::string feed::gone_text() {
  return "The changes behind this event are not kept any more. Read the collection anew, then "
         "follow "
         "from the X-Applied-Index of that answer.";
}

void feed::read_changes(const follower_id& id, follower& who) {
  auto& after = who.what.after;
  who.now = phase::reading;
  reads_[next_read_] = id;
  send(setup_.aggregate, read_feed{next_read_++, after->whole(), batch_bytes});
}

// A position ahead of what is applied here may be one that another node told, or one that no log
// here ever had.
void feed::check(follower& who) {
  who.now = phase::checking;
  if (!checking_) begin_check();
}

void feed::begin_check() {
  checking_ = true;
  check_began_ = clock().now();
  ++check_;
  for (auto& [id, x] : followers_)
    if (x.now == phase::checking) x.checked_by = check_;
  send(raft_, probe_ready{check_});
}

// What any node told before was committed by then, and a read that began later sees it: so those
// who came while it was under way need one of their own.
void feed::on_checked(const readiness& answer) {
  if (answer.token != check_) return;
  if (!answer.ready) return on_doubt(answer.reason);
  checking_ = false;
  in_doubt_since_.reset();
  for (auto at = followers_.begin(); at != followers_.end();) {
    auto& [id, each] = *at++;
    if (each.now != phase::checking || each.checked_by != answer.token) continue;
    if (each.what.after->index > answer.applied) {
      end(follower_id{id}, followed::result::gone, ahead_text);
    } else {
      each.is_of_this_log = true;
      serve(id, each);
    }
  }
  check_those_who_wait();
}

// Those who come back to this node begin with the same patience.
void feed::on_doubt(const std::string& reason) {
  if (!in_doubt_since_) in_doubt_since_ = check_began_;
  if (clock().now() - *in_doubt_since_ >= patience_in_doubt) {
    in_doubt_since_.reset();
    end_if([](const follower& each) { return each.what.stream != nullptr; },
           "This node does not know what is new (" + reason + "); go on at another one.");
  }
  delayed_send(this, check_again_after, check_again{});
}

void feed::check_those_who_wait() {
  const auto waits = [this](const auto& each) {
    return in_doubt_since_ || each.second.now == phase::checking;
  };
  if (!checking_ && raft_ && std::any_of(followers_.begin(), followers_.end(), waits))
    begin_check();
}

void feed::serve_from_cache(follower& who) {
  auto& after = *who.what.after;
  batch made{after};
  auto at = cache_.behind(after.whole());
  bool full = false;
  for (; at != cache_.end() && !full; ++at) full = !made.add(*at);
  auto reply = made.finish(full ? std::nullopt : std::optional{cache_.applied()});
  if (!reply.changes.empty() || who.what.at_once) return answer(who, std::move(reply));
  after = reply.through;
  who.now = phase::parked;
}

// The state may have lost what lies behind the position meanwhile.
void feed::on_read(feed_read& said) {
  if (auto of_stream = state_reads_.find(said.token); of_stream != state_reads_.end()) {
    auto& one = *of_stream->second;
    state_reads_.erase(of_stream);
    return on_stream_read(one, said);
  }
  auto read = reads_.find(said.token);
  if (read == reads_.end()) return;
  auto id = read->second;
  reads_.erase(read);
  auto at = followers_.find(id);
  if (at == followers_.end()) return;
  auto& to = at->second;
  if (!said.failed.empty()) return end(id, followed::result::unavailable, std::move(said.failed));
  if (to.what.after->whole() < said.dropped) return end(id, followed::result::gone, gone_text());
  batch made{*to.what.after};
  bool full = false;
  for (auto each = said.pairs.begin(); each != said.pairs.end() && !full; ++each)
    full = !made.add(*each);
  auto reply = made.finish(full ? std::nullopt : std::optional{said.through});
  if (!reply.changes.empty() || to.what.at_once) return answer(to, std::move(reply));
  to.what.after = reply.through;
  serve(id, to);
}

// Busy until it asks on: that is what bounds its memory.
void feed::answer(follower& who, followed&& reply) {
  who.now = phase::busy;
  reply.token = who.what.token;
  send(who.asker, std::move(reply));
}

void feed::end(const follower_id& id, followed::result why, std::string reason) {
  auto& x = followers_.at(id);
  followed reply;
  reply.token = x.what.token;
  reply.what = why;
  reply.reason = std::move(reason);
  send(x.asker, std::move(reply));
  drop(id);
}

void feed::drop(const follower_id& id) {
  const auto at = followers_.find(id);
  if (at == followers_.end()) return;
  leave_stream(id, at->second);
  const auto asker = std::move(at->second.asker);
  followers_.erase(at);
  if (!follows(asker.id())) demonitor(asker);
  // Only the last one ends the gathering of changes, which would be for nothing then.
  if (!followers_.empty() || !asked_) return;
  asked_ = attended_ = false;
  in_doubt_since_.reset();
  reads_.clear();
  forget_streams();
  cache_.begin(0);
  send(setup_.aggregate, attend_feed{false});
}

// They stand together, since an id begins with its asker.
bool feed::follows(caf::actor_id asker) const {
  const auto at = followers_.lower_bound({asker, 0});
  return at != followers_.end() && at->first.first == asker;
}

// It has ended, and may not have said so.
void feed::forget(caf::actor_id asker) {
  while (follows(asker)) drop(follower_id{followers_.lower_bound({asker, 0})->first});
}

void feed::on_exit() {
  forget_streams();
  followers_.clear();
  drop_handles(setup_.aggregate, raft_);
}

}  // namespace lithair::actors
