#include "apps/lithair/access_keeper.hpp"

#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "actors/tls/sealing.hpp"
#include "models/encoding/sha256.hpp"
#include "persistence/files.hpp"

namespace lithair::apps {
namespace {

namespace fs = std::filesystem;
using http::access_office;
using http::access_role;
using write_result = models::result<std::uint64_t>;

constexpr std::string_view token_prefix = "lithair_";
constexpr std::size_t token_bytes = 32;
constexpr std::chrono::milliseconds until_asked_again{100};
constexpr std::chrono::hours longest_pause{24};

std::string new_token() {
  std::string bytes(token_bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1)
    throw std::runtime_error("there is no chance to make a token of");
  return std::string{token_prefix} + actors::base64url(bytes);
}

std::string booked_digest(const std::string& token) {
  return actors::base64url(models::sha256(token));
}

access_office::token as_told(const booked_access& of) {
  return {of.number, of.name, of.role, of.collections, of.made, of.expires, {}, of.own_role};
}

access_office::outcome denied(int status, std::string why) {
  if (why.ends_with('.')) why.pop_back();
  return {status, std::move(why), {}};
}

access_office::outcome ask_later() {
  return denied(503, "the cluster can't be asked for its access tokens now; ask again");
}

booked_access booked(const access_book& book, const access_office::wish& of,
                     const std::string& token, std::int64_t now) {
  return {book.next(),
          of.name,
          booked_digest(token),
          of.role,
          of.collections,
          now,
          of.seconds == 0 ? 0 : now + of.seconds,
          of.own_role};
}

}  // namespace

access_keeper::access_keeper(setup of) : setup_(std::move(of)) {
  if (!setup_.auth_file.empty()) {
    auto read = read_auth_file(setup_.auth_file, setup_.serves);
    if (!read) throw std::runtime_error(read.error());
    of_file_ = std::move(*read);
  }
  is_marked_ = fs::exists(setup_.mark);
  build_table(setup_.now());
}

access_keeper::~access_keeper() = default;

void access_keeper::use_book(record_access book) {
  record_ = std::move(book);
  worker_ = std::make_unique<worker>([this] { return look(); });
  {
    const std::lock_guard guard{mutex_};
    jobs_ = worker_->jobs();
  }
  worker_->wake();
}

void access_keeper::close() {
  if (worker_) worker_->end();
}

void access_keeper::wake() {
  if (worker_) worker_->wake();
}

std::shared_ptr<const http::access_table> access_keeper::table() const {
  const std::lock_guard guard{mutex_};
  return table_;
}

void access_keeper::read_file_again() {
  if (setup_.auth_file.empty()) return;
  auto read = read_auth_file(setup_.auth_file, setup_.serves);
  if (!read) {
    spdlog::error("--auth: {}; the tokens of before stay", read.error());
    return;
  }
  {
    const std::lock_guard guard{file_mutex_};
    of_file_ = std::move(*read);
    spdlog::info("SIGHUP: the access tokens of {} count from now on, {} of them", setup_.auth_file,
                 of_file_.size());
  }
  wake();
}

// -- the table -----------------------------------------------------------------------------------

// Built anew each time: tokens end although nothing is heard of the book.
std::optional<std::chrono::milliseconds> access_keeper::look() {
  try {
    // The cluster is asked once: from then on what changes is told.
    has_asked_ = has_asked_ || ask_cluster();
    if (auto here = read(level::here)) take(std::move(here->book));
    said_.clear();
  } catch (const std::exception& error) {
    if (said_ != error.what()) spdlog::error("access tokens: {}", error.what());
    said_ = error.what();
  }
  // One reading of the clock for both: what ends between two would be in the table, and not waited
  // for.
  const auto now = setup_.now();
  build_table(now);
  if (!has_asked_ || !is_known_) return until_asked_again;
  return until_next_end(now);
}

// What became of a proposal is seen when it is asked again.
bool access_keeper::ask_cluster() {
  const auto now = read(level::of_cluster);
  if (!now) return false;
  const bool lacks_book = now->version == 0 && setup_.guarded;
  if (lacks_book)
    propose_first(now->book);
  else
    tell_of_first(now->book);
  return !lacks_book;
}

std::optional<std::chrono::milliseconds> access_keeper::until_next_end(std::int64_t now) {
  auto next = next_end(book_.tokens(), now);
  {
    const std::lock_guard guard{file_mutex_};
    const auto of_file = next_end(of_file_, now);
    if (next == 0 || (of_file != 0 && of_file < next)) next = of_file;
  }
  if (next == 0) return std::nullopt;
  // Clocks may be set; and who waits for a year looks now and then.
  return std::min<std::chrono::milliseconds>(std::chrono::seconds{next - now}, longest_pause);
}

std::optional<access_keeper::read_book> access_keeper::read(level of) {
  const auto& ask = of == level::here ? record_->glance : record_->read;
  const auto said = worker_->await<models::result<record_access::record>>(ask);
  if (!said || !*said) return std::nullopt;
  auto book = access_book::parse((*said)->value);
  // There are some, whoever may do what by them.
  is_strange_ = !book;
  if (!book) throw std::runtime_error(book.error());
  return read_book{std::move(*book), (*said)->version};
}

// What this node has may be of before it was started: until it has been asked for, tokens that were
// seen are waited for.
void access_keeper::take(access_book book) {
  const bool may_be_old = !has_asked_ && is_marked_ && book.tokens().empty();
  if (may_be_old) return;
  book_ = std::move(book);
  is_known_ = true;
  if (!book_.tokens().empty()) note_that_there_are_tokens();
}

void access_keeper::note_that_there_are_tokens() {
  if (std::exchange(is_marked_, true)) return;
  persistence::replace_file(setup_.mark, "There are access tokens: nobody is served without.\n");
}

void access_keeper::build_table(std::int64_t now) {
  std::vector<http::access_table::entry> all;
  const auto add = [&all, now](const std::vector<booked_access>& from) {
    for (const auto& each : from)
      if (each.counts_at(now))
        all.emplace_back(
            actors::bytes_of_base64url(each.digest).value_or(std::string{}),
            http::access_token{each.name, each.number, each.role, each.collections, each.own_role});
  };
  {
    const std::lock_guard guard{file_mutex_};
    add(of_file_);
  }
  add(book_.tokens());
  auto without = http::access_default::open;
  if (setup_.guarded || is_marked_ || is_strange_ || !setup_.auth_file.empty())
    without = http::access_default::guarded;
  else if (setup_.joins && !has_asked_)
    without = http::access_default::unknown;
  auto made = std::make_shared<http::access_table>(std::move(all), without);
  const std::lock_guard guard{mutex_};
  table_ = std::move(made);
}

// Left in the file before it is proposed, for it is told once; and proposed again as it stands
// there, also after a restart, for as long as nobody knows whether it was written.
void access_keeper::propose_first(access_book book) {
  auto text = persistence::read_file(setup_.first_token).value_or(std::string{});
  if (text.ends_with('\n')) text.pop_back();
  if (!text.starts_with(token_prefix)) {
    text = new_token();
    persistence::replace_file(setup_.first_token, text + "\n");
  }
  const auto entry = booked(book, {"first admin", access_role::admin, {}, 0}, text, setup_.now());
  proposed_ = entry.digest;
  if (const auto why = book.add(entry); !why.empty()) throw std::runtime_error(why);
  worker_->await<write_result>([&](std::function<void(write_result)> done) {
    record_->write(book.text(), 0, std::move(done));
  });
}

void access_keeper::tell_of_first(const access_book& book) {
  if (proposed_.empty()) return;
  if (std::ranges::find(book.tokens(), proposed_, &booked_access::digest) == book.tokens().end())
    return persistence::remove_file(setup_.first_token);
  spdlog::warn("the first access token, of the role admin, is in {}: keep it elsewhere",
               setup_.first_token);
}

// -- the book ------------------------------------------------------------------------------------

access_office::outcome access_keeper::carry_out(const change& what) {
  for (int left = record_access::most_attempts; left > 0; --left) {
    auto now = read(level::of_cluster);
    if (!now) return ask_later();
    const auto before = now->book;
    auto& book = now->book;
    book.purge(setup_.now());
    auto said = what(book);
    if (said.status != 200 || book == before) return said;
    const auto written = worker_->await<write_result>([&](std::function<void(write_result)> done) {
      record_->write(book.text(), now->version, std::move(done));
    });
    if (!written) return ask_later();
    if (*written) return said;
    if (written->error().status == record_access::outcome_unknown)
      return denied(503, "nobody knows whether that was done; look, and ask again");
    if (written->error().status != record_access::another_was_faster)
      return denied(503, written->error().detail);
  }
  return ask_later();
}

void access_keeper::order(change what, std::function<void(outcome)> done) {
  worker::line jobs;
  {
    const std::lock_guard guard{mutex_};
    jobs = jobs_;
  }
  if (!jobs) return done(ask_later());
  jobs([this, what = std::move(what), done = std::move(done)](bool ended) {
    if (ended) return done(ask_later());
    outcome said;
    try {
      said = carry_out(what);
    } catch (const std::exception& error) {
      said = denied(503, error.what());
    }
    done(std::move(said));
  });
}

void access_keeper::list(std::function<void(outcome)> done) {
  order(
      [](access_book& book) {
        outcome made;
        for (const auto& each : book.tokens()) made.all.push_back(as_told(each));
        return made;
      },
      std::move(done));
}

void access_keeper::make(wish of, std::function<void(outcome)> done) {
  order(
      [this, of = std::move(of)](access_book& book) -> outcome {
        const auto text = new_token();
        const auto entry = booked(book, of, text, setup_.now());
        if (auto why = book.add(entry); !why.empty()) return denied(409, std::move(why));
        outcome made;
        made.all = {as_told(entry)};
        made.all.front().text = text;
        return made;
      },
      std::move(done));
}

void access_keeper::revoke(std::uint64_t number, std::function<void(outcome)> done) {
  order(
      [number](access_book& book) -> outcome {
        std::vector<booked_access> gone;
        if (auto why = book.revoke(number, gone); !why.empty()) return denied(409, std::move(why));
        if (gone.empty()) return denied(404, "there is no such access token");
        outcome made;
        made.all = {as_told(gone.front())};
        return made;
      },
      std::move(done));
}

}  // namespace lithair::apps
