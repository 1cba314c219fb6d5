#include "apps/lithair/authority_keeper.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

#include "actors/tls/sealing.hpp"
#include "apps/lithair/node_certifier.hpp"

namespace lithair::apps {
namespace {

using office = http::certificate_office;
using stages = authority_change::stages;

office::authorities refused(int status, std::string why) {
  if (why.ends_with('.')) why.pop_back();
  office::authorities made;
  made.status = status;
  made.detail = std::move(why);
  return made;
}

office::authorities put_off() {
  return refused(503, "the cluster can't be asked for its authority now; ask again");
}

office::authorities::one told_of(const std::string& certificate) {
  if (certificate.empty()) return {};
  const auto facts = actors::facts_of(certificate);
  return facts ? office::authorities::one{facts->fingerprint, facts->not_after}
               : office::authorities::one{};
}

std::string names_of(const std::vector<std::uint64_t>& nodes) {
  std::string made;
  for (const auto each : nodes) made += (made.empty() ? "" : ", ") + std::to_string(each);
  return (nodes.size() == 1 ? "node " : "nodes ") + made;
}

}  // namespace

authority_keeper::authority_keeper(secure_files kept, std::shared_ptr<node_certifier> by,
                                   surroundings of)
    : by_(std::move(by)), of_(std::move(of)), files_(std::move(kept)) {
  const auto own = files_.now();
  use_files(!own.other.empty() || !own.request.empty());
  worker_ = std::make_unique<worker>([this] { return go_on(); });
  worker_->wake();
}

// Its jobs use all of this.
authority_keeper::~authority_keeper() { worker_->end(); }

std::function<void(office::authority_order, authority_keeper::on_answer)>
authority_keeper::orders() {
  return [this, jobs = worker_->jobs()](office::authority_order what, on_answer done) {
    jobs([this, what, done = std::move(done)](bool ended) {
      done(ended ? put_off() : attempt(what));
    });
  };
}

void authority_keeper::with_files(const std::function<void()>& what) {
  const std::lock_guard guard{files_in_use_};
  what();
}

// -- looking -------------------------------------------------------------------------------------

bool authority_keeper::is_as_it_was() {
  if (!settled_at_) return false;
  const auto here = worker_->await<models::result<record_access::record>>(of_.record.glance);
  return here && *here && (*here)->version == *settled_at_;
}

std::optional<authority_keeper::seen> authority_keeper::look() {
  const auto read = worker_->await<models::result<record_access::record>>(of_.record.read);
  if (!read || !*read) return std::nullopt;
  auto change = authority_change::parse((*read)->value);
  if (!change) throw std::runtime_error(change.error());
  seen made{std::move(*change), (*read)->version, {}, of_.members()};
  if (made.members.empty()) return std::nullopt;
  const std::lock_guard guard{files_in_use_};
  made.own = files_.now();
  return made;
}

// While nothing can be told, or something is under way, it is looked at again.
std::optional<std::chrono::milliseconds> authority_keeper::go_on() {
  try {
    if (!is_as_it_was()) do_steps();
  } catch (const std::exception& error) {
    say_once(std::string("the authority of the cluster: ") + error.what(), true);
  }
  if (settled_at_) return std::nullopt;
  return of_.between_looks;
}

void authority_keeper::do_steps() {
  settled_at_.reset();
  for (int left = record_access::most_attempts; left > 0; --left) {
    auto now = look();
    if (!now) return;
    const bool put_off = now->change.is_under_way() && now->change.concerns(now->own);
    if (!use_files(put_off)) return;
    tell(*now);
    const auto step = now->change.step_of(of_.self, now->own, now->members);
    const bool is_over = step == change_step::rest || step == change_step::lost;
    if (is_over && !put_off) settled_at_ = now->version;
    if (!perform(step, *now)) return;
  }
}

// -- its steps -----------------------------------------------------------------------------------

bool authority_keeper::perform(change_step step, seen& now) {
  switch (step) {
    case change_step::rest:
      return false;
    case change_step::offer:
      return offer(now, false);
    case change_step::make:
      return make(now);
    case change_step::trust:
      return trust(now);
    case change_step::say_trusts:
      now.change.entry_of(of_.self).trusts = true;
      return writes(now);
    case change_step::seal:
      return seal(now);
    case change_step::certify: {
      const std::lock_guard guard{files_in_use_};
      are_files_used_ = false;
      files_.adopt(of_.certify);
      return true;
    }
    case change_step::say_certified: {
      auto& own = now.change.entry_of(of_.self);
      own.trusts = own.certified = true;
      return writes(now);
    }
    case change_step::end:
      return end(now);
    case change_step::settle:
    case change_step::forget: {
      const std::lock_guard guard{files_in_use_};
      are_files_used_ = false;
      files_.settle();
      say_once(step == change_step::settle
                   ? "the next authority is the cluster's now, and the one before counts no more"
                   : "the cluster's authority stays; the next one is not to be",
               false);
      return true;
    }
    case change_step::lost:
      say_once(
          "the cluster has another authority since, and this node was not there: remove it from "
          "the cluster, and let it join anew with an empty directory",
          true);
      return false;
  }
  return false;
}

bool authority_keeper::offer(seen& now, bool anew) {
  std::string request;
  {
    const std::lock_guard guard{files_in_use_};
    request = files_.offer(anew);
  }
  now.change.entry_of(of_.self) = {of_.self, std::move(request), {}, false, false};
  return writes(now);
}

// Each member that sees that all have offered makes one; that of the first to write it counts.
bool authority_keeper::make(seen& now) {
  const auto next = actors::cluster_authority::make(of_.now());
  now.change.keep_only(now.members);
  for (auto& each : now.change.members)
    each.sealed = actors::base64url(next.sealed_key_for(each.request));
  now.change.next = next.certificate();
  now.change.stage = stages::trusting;
  return writes(now);
}

bool authority_keeper::seal(seen& now) {
  const auto next = [&] {
    const std::lock_guard guard{files_in_use_};
    return now.own.current == now.change.next ? files_.current() : files_.other();
  }();
  for (auto* each : now.change.unsealed(now.members))
    each->sealed = actors::base64url(next.sealed_key_for(each->request));
  return writes(now);
}

bool authority_keeper::trust(seen& now) {
  {
    const std::lock_guard guard{files_in_use_};
    are_files_used_ = false;
    if (files_.trust(now.change.next, now.change.entry_of(of_.self).sealed)) return true;
  }
  return offer(now, true);
}

bool authority_keeper::end(seen& now) {
  // They would not count in any case: but a list of them would say that they do.
  const auto revoked =
      worker_->await<office::tokens>([this](std::function<void(office::tokens)> done) {
        by_->revoke_tokens({}, std::move(done));
      });
  if (!revoked || revoked->status != 200) return false;
  now.change.stage = stages::done;
  now.change.members.clear();
  return writes(now);
}

authority_keeper::written authority_keeper::write(const seen& now) {
  using outcome = models::result<std::uint64_t>;
  const auto said = worker_->await<outcome>([&](std::function<void(outcome)> done) {
    of_.record.write(now.change.text(), now.version, std::move(done));
  });
  if (said && *said) return written::done;
  const bool is_overtaken = said && said->error().status == record_access::another_was_faster;
  return is_overtaken ? written::overtaken : written::failed;
}

bool authority_keeper::use_files(bool put_off) {
  const std::lock_guard guard{files_in_use_};
  const auto own = files_.now();
  std::optional<actors::cluster_authority> other;
  if (!own.other.empty()) other = files_.other();
  by_->use_authorities(files_.current(), std::move(other), put_off);
  if (are_files_used_) return true;
  if (const auto why = of_.reload(); !why.empty()) {
    say_once(why, true);
    return false;
  }
  return are_files_used_ = true;
}

// -- what people are told ------------------------------------------------------------------------

void authority_keeper::tell(const seen& now) {
  const auto& change = now.change;
  if (!change.is_under_way() || !change.concerns(now.own)) return;
  const auto missing = change.waits_for(now.members);
  if (change.stage == stages::trusting && missing.empty())
    return say_once(
        "all members trust the next authority, too: give clients the new ca.pem of DIR/tls, which "
        "has both, then say lithair_node authority --finish",
        false);
  // Then it goes on at once.
  if (missing.empty()) return;
  const auto waits_for = names_of(missing);
  if (change.stage == stages::gathering)
    say_once("another authority is to take the place of the cluster's, and waits for " + waits_for,
             false);
  else if (change.stage == stages::trusting)
    say_once("all members are to trust the next authority, too; it waits for " + waits_for, false);
  else if (now.own.current == change.next)
    say_once("this node shows a certificate of the next authority, and waits for " + waits_for,
             false);
}

void authority_keeper::say_once(const std::string& what, bool is_trouble) {
  if (what == std::exchange(said_, what)) return;
  if (is_trouble)
    spdlog::error("{}", what);
  else
    spdlog::info("{}", what);
}

office::authorities authority_keeper::told(const seen& now) const {
  office::authorities made;
  const auto& change = now.change;
  const bool is_under_way = change.is_under_way() && change.concerns(now.own);
  const bool is_settled = now.own.other.empty() && now.own.request.empty();
  made.stage = is_under_way ? name_of(change.stage) : is_settled ? "settled" : "settling";
  made.current = told_of(now.own.current);
  if (!is_under_way) return made;
  made.next = told_of(change.next);
  made.begun = change.begun;
  made.begun_by = change.begun_by;
  made.waits_for = change.waits_for(now.members);
  return made;
}

office::authorities authority_keeper::attempt(office::authority_order what) {
  try {
    return carry_out(what);
  } catch (const std::exception& error) {
    return refused(503, error.what());
  }
}

office::authorities authority_keeper::carry_out(office::authority_order what) {
  for (int left = record_access::most_attempts; left > 0; --left) {
    auto now = look();
    if (!now) return put_off();
    // It came with the data of another cluster.
    if (!now->change.concerns(now->own)) now->change = {};
    const auto before = now->change;
    std::string why;
    switch (what) {
      case office::authority_order::look:
        break;
      case office::authority_order::rotate:
        why = now->change.begin(of_.self, now->own, of_.now());
        break;
      case office::authority_order::finish:
        why = now->change.finish(now->members);
        break;
      case office::authority_order::cancel:
        why = now->change.cancel();
        break;
    }
    if (!why.empty()) return refused(409, std::move(why));
    if (now->change == before) return told(*now);
    settled_at_.reset();
    const auto how = write(*now);
    if (how == written::failed) return put_off();
    if (how == written::done) what = office::authority_order::look;
  }
  return put_off();
}

}  // namespace lithair::apps
