#include "apps/lithair/node_certifier.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/sealing.hpp"
#include "models/encoding/sha256.hpp"

namespace lithair::apps {
namespace {

using office = http::certificate_office;

// Each may have taken as long as a request may.
constexpr int most_unknown = 2;

office::token as_told(const booked_token& of) {
  office::token made{of.number, of.expires, of.made, of.made_by, of.uses, {}, {}};
  for (const auto& each : of.used) made.nodes.push_back(each.node);
  return made;
}

office::tokens as_told(const token_book& of) {
  office::tokens made;
  for (const auto& each : of.tokens()) made.all.push_back(as_told(each));
  return made;
}

/// A sentence without a full stop.
office::verdict put_off(std::string why) {
  if (why.ends_with('.')) why.pop_back();
  return {503, std::move(why)};
}

std::string digest_of_text(std::string_view text) {
  return actors::base64url(models::sha256(text));
}

}  // namespace

/// A change of the book on its way.
struct node_certifier::change {
  decision by;
  std::function<void(verdict)> done;
  record_access book;
  int attempts = 0;
  int unknown = 0;
};

node_certifier::node_certifier(actors::cluster_authority by, std::uint64_t self,
                               std::function<std::int64_t()> now)
    : self_(self),
      now_(std::move(now)),
      by_(std::make_shared<held_authorities>(held_authorities{std::move(by), {}, false})),
      counted_at_(now_()) {}

void node_certifier::use_authorities(actors::cluster_authority current,
                                     std::optional<actors::cluster_authority> other, bool put_off) {
  auto made = std::make_shared<held_authorities>(
      held_authorities{std::move(current), std::move(other), put_off});
  const std::lock_guard guard{mutex_};
  by_ = std::move(made);
}

std::shared_ptr<const node_certifier::held_authorities> node_certifier::held() const {
  const std::lock_guard guard{mutex_};
  return by_;
}

void node_certifier::use_keeper(authority_keeper keeper) {
  const std::lock_guard guard{mutex_};
  keeper_ = std::move(keeper);
}

void node_certifier::order(authority_order what, std::function<void(authorities)> done) {
  authority_keeper keeper;
  {
    const std::lock_guard guard{mutex_};
    keeper = keeper_;
  }
  if (keeper) return keeper(what, std::move(done));
  authorities none;
  static_cast<verdict&>(none) = put_off("the node is not ready for that; ask again");
  done(std::move(none));
}

std::optional<office::verdict> node_certifier::put_off_by_change() const {
  if (!held()->put_off) return std::nullopt;
  return put_off(
      "another authority takes the place of the cluster's, and nobody joins until it has; see "
      "lithair_node authority on a member");
}

void node_certifier::use_book(std::optional<record_access> through) {
  const std::lock_guard guard{mutex_};
  book_ = std::move(through);
}

std::optional<record_access> node_certifier::book() const {
  const std::lock_guard guard{mutex_};
  return book_;
}

bool node_certifier::takes_one(std::int64_t now) {
  const std::lock_guard guard{mutex_};
  const auto more = std::clamp<std::int64_t>((now - counted_at_) / seconds_of_one, 0, at_once);
  left_ = std::min(at_once, left_ + static_cast<int>(more));
  // Clocks may be set back.
  if (more > 0 || now < counted_at_) counted_at_ = now;
  if (left_ == 0) return false;
  --left_;
  return true;
}

// -- certificates --------------------------------------------------------------------------------

void node_certifier::certify(wish of, std::function<void(outcome)> done) {
  const auto now = now_();
  if (!takes_one(now))
    return done({{429, "too many want to be certified; ask again in a second"}, {}, {}});
  if (auto later = put_off_by_change()) return done({std::move(*later), {}, {}});
  const auto by = held();
  if (auto why = by->current.why_not(of.token, now); !why.empty())
    return done({{403, std::move(why)}, {}, {}});
  outcome ready;
  try {
    auto made = by->current.certify(
        of.request, {"node " + std::to_string(of.node), actors::node_uri(of.node), of.hosts}, now);
    if (!made) return done({{422, std::move(made.error())}, {}, {}});
    ready = {{}, std::move(*made), actors::base64url(by->current.sealed_key_for(of.request))};
  } catch (const std::exception& error) {
    return done({{422, error.what()}, {}, {}});
  }
  const auto number = actors::read_token(of.token)->number;
  const token_use who{of.node, actors::base64url(actors::key_digest_of(of.request))};
  decide(
      [this, number, digest = digest_of_text(of.token), who](token_book& book) -> verdict {
        auto why = book.use(number, digest, who, now_());
        return why.empty() ? verdict{} : verdict{403, std::move(why)};
      },
      [ready = std::move(ready), done = std::move(done)](verdict said) {
        // Nobody has it but this: what was not granted ends here.
        if (said.status == 200) return done(ready);
        done({std::move(said), {}, {}});
      });
}

bool node_certifier::admits(std::string_view proof) {
  const auto by = held();
  const auto now = now_();
  return by->current.proves(proof, now) || (by->other && by->other->proves(proof, now));
}

// -- tokens --------------------------------------------------------------------------------------

booked_token node_certifier::booked(const std::string& text, std::uint64_t uses) const {
  const auto facts = *actors::read_token(text);
  return {facts.number, digest_of_text(text), facts.expires, now_(), self_, uses, {}};
}

std::string node_certifier::make_first(std::int64_t expires) {
  auto text = held()->current.make_token(token_book{}.next(), expires);
  const std::lock_guard guard{mutex_};
  first_ = booked(text, founding_uses);
  return text;
}

void node_certifier::enter_first(std::function<void(verdict)> done) {
  decide([](token_book&) { return verdict{}; }, std::move(done));
}

void node_certifier::make_token(token_wish of, std::function<void(tokens)> done) {
  if (auto later = put_off_by_change()) return done({std::move(*later), {}});
  const auto made = std::make_shared<tokens>();
  decide(
      [this, of, made](token_book& book) -> verdict {
        const auto text = held()->current.make_token(book.next(), now_() + of.seconds);
        const auto entry = booked(text, of.uses);
        if (auto why = book.add(entry); !why.empty()) return {409, std::move(why)};
        made->all = {as_told(entry)};
        made->all.front().text = text;
        return {};
      },
      [made, done = std::move(done)](verdict said) {
        if (said.status != 200) made->all.clear();
        static_cast<verdict&>(*made) = std::move(said);
        done(std::move(*made));
      });
}

void node_certifier::list_tokens(std::function<void(tokens)> done) {
  const auto made = std::make_shared<tokens>();
  decide(
      [made](token_book& book) {
        *made = as_told(book);
        return verdict{};
      },
      [made, done = std::move(done)](verdict said) {
        static_cast<verdict&>(*made) = std::move(said);
        done(std::move(*made));
      });
}

void node_certifier::revoke_tokens(std::optional<std::uint64_t> number,
                                   std::function<void(tokens)> done) {
  const auto made = std::make_shared<tokens>();
  decide(
      [made, number](token_book& book) -> verdict {
        *made = as_told(book);
        if (!number) {
          book.revoke_all();
          return {};
        }
        std::erase_if(made->all, [number](const token& each) { return each.number != *number; });
        if (book.revoke(*number)) return {};
        return {404, "there is no token " + std::to_string(*number) + " that counts"};
      },
      [made, done = std::move(done)](verdict said) {
        static_cast<verdict&>(*made) = std::move(said);
        done(std::move(*made));
      });
}

// -- the book ------------------------------------------------------------------------------------

void node_certifier::decide(decision by, std::function<void(verdict)> done) {
  auto through = book();
  if (!through) return done(put_off("the node is not ready to certify; ask again"));
  go_on(
      std::make_shared<change>(change{std::move(by), std::move(done), std::move(*through), 0, 0}));
}

void node_certifier::go_on(const std::shared_ptr<change>& with) {
  if (++with->attempts > record_access::most_attempts)
    return with->done(put_off("too many change the cluster's join tokens; ask again"));
  const auto& read = with->book.read;
  read([self = shared_from_this(), with](models::result<record_access::record> got) {
    self->on_book(with, std::move(got));
  });
}

bool node_certifier::enter_first_into(token_book& book) {
  const std::lock_guard guard{mutex_};
  if (!first_) return false;
  const bool is_behind = book.next() > first_->number;
  if (is_behind && first_tried_) {
    // An earlier attempt was told to be of unknown outcome, and was written.
    first_.reset();
    return false;
  }
  // The data come from a backup, and the book from the cluster it was made of: of its tokens none
  // counts for this authority.
  if (is_behind) book = {};
  static_cast<void>(book.add(*first_));
  return first_tried_ = true;
}

void node_certifier::on_book(const std::shared_ptr<change>& with,
                             models::result<record_access::record> read) {
  if (!read) return with->done(put_off(read.error().detail));
  auto book = token_book::parse(read->value);
  if (!book) return with->done(put_off(book.error()));
  auto before = *book;
  // By the time of who proposes: whoever applies it has no clock.
  before.purge(now_());
  *book = before;
  const bool enters = enter_first_into(*book);
  auto said = with->by(*book);
  if (said.status != 200 || *book == before) return with->done(std::move(said));
  write(with, *book, read->version, std::move(said), enters);
}

void node_certifier::write(const std::shared_ptr<change>& with, const token_book& book,
                           std::uint64_t version, verdict said, bool enters) {
  const auto& write = with->book.write;
  write(book.text(), version,
        [self = shared_from_this(), with, said = std::move(said),
         enters](const models::result<std::uint64_t>& written) {
          if (!written) return self->on_failed(with, written.error());
          if (enters) {
            const std::lock_guard guard{self->mutex_};
            self->first_.reset();
          }
          with->done(said);
        });
}

// What may have been written is there when it is looked at again, and counted once.
void node_certifier::on_failed(const std::shared_ptr<change>& with, const models::problem& why) {
  const bool again =
      why.status == record_access::another_was_faster ||
      (why.status == record_access::outcome_unknown && ++with->unknown < most_unknown);
  if (again) return go_on(with);
  with->done(put_off(why.detail));
}

}  // namespace lithair::apps
