#include "apps/lithair/open_office.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "actors/embedded/cluster_members.hpp"
#include "actors/embedded/cluster_records.hpp"
#include "actors/node/node.hpp"
#include "actors/tls/tls_credentials.hpp"
#include "apps/lithair/access_keeper.hpp"
#include "apps/lithair/authority_keeper.hpp"
#include "apps/lithair/node_certifier.hpp"
#include "apps/lithair/secure.hpp"
#include "apps/lithair/wall_time.hpp"
#include "apps/lithair/worker.hpp"

namespace lithair::apps {
namespace {

// Between two attempts: a cluster of one leads within a second.
constexpr std::chrono::milliseconds until_entered_again{250};

/// A record of the cluster, as the node reads and writes it.
record_access access_to(actors::node& node, std::string_view name) {
  const actors::cluster_records all{node};
  const auto read = [all, name](record_access::on_read done, actors::consistency level) {
    all.read(
        name,
        [done = std::move(done)](auto got) {
          if (!got) return done(tl::make_unexpected(std::move(got.error())));
          done(record_access::record{std::move(got->value), got->version});
        },
        level);
  };
  return {
      [read](record_access::on_read done) {
        read(std::move(done), actors::consistency::linearizable);
      },
      [all, name](const std::string& value, std::uint64_t version,
                  std::function<void(models::result<std::uint64_t>)> done) {
        all.write(name, value, version, std::move(done));
      },
      [read](record_access::on_read done) { read(std::move(done), actors::consistency::local); }};
}

/// What the operator keeps elsewhere is not looked at: it may be half replaced.
std::string use_anew(const settings& chosen) {
  const auto own = secure_files_of(chosen.node.data_dir).certificate;
  std::string why = chosen.node.peer_tls ? chosen.node.peer_tls->reload() : std::string{};
  if (why.empty() && chosen.tls && chosen.tls->certificate == own) why = chosen.http.tls->reload();
  return why;
}

}  // namespace

open_office::open_office(const settings& chosen, actors::node& node) : chosen_(chosen) {
  chosen.access->use_book(access_to(node, access_book::record));
  open_certifier(node);
  listener_ = std::make_unique<actors::change_signal::listener>(
      node.records(), [access = chosen.access.get(), keeper = keeper_.get()] {
        access->wake();
        if (keeper != nullptr) keeper->wake();
      });
}

void open_office::open_certifier(actors::node& node) {
  const auto& chosen = chosen_;
  const auto& by = chosen.certifier;
  if (!by) return;
  by->use_book(access_to(node, token_book::record));
  authority_keeper::surroundings of;
  of.self = chosen.node.self.id.value;
  of.record = access_to(node, authority_change::record);
  of.members = [&node] { return actors::members_of(node); };
  of.certify = [&chosen](const actors::cluster_authority& authority, const std::string& request) {
    return certify_self(authority, chosen, request);
  };
  of.reload = [&chosen] { return use_anew(chosen); };
  of.now = now_s;
  keeper_ =
      std::make_unique<authority_keeper>(secure_files_of(chosen.node.data_dir), by, std::move(of));
  by->use_keeper(keeper_->orders());
  if (!chosen.new_token.empty()) enter_first_token();
}

// The join token that is shown at a founding, as soon as the cluster can write it.
void open_office::enter_first_token() {
  first_ = std::make_unique<worker>([this]() -> std::optional<std::chrono::milliseconds> {
    using verdict = http::certificate_office::verdict;
    const auto said = first_->await<verdict>([this](std::function<void(verdict)> done) {
      chosen_.certifier->enter_first(std::move(done));
    });
    if (said && said->status == 200) return std::nullopt;
    return until_entered_again;
  });
  first_->wake();
}

open_office::~open_office() {
  close();
  if (chosen_.certifier) chosen_.certifier->use_book(std::nullopt);
}

bool open_office::renew_certificate() {
  bool renewed = false;
  if (keeper_) keeper_->with_files([&] { renewed = apps::renew_certificate(chosen_); });
  return renewed;
}

void open_office::close() {
  listener_.reset();
  if (first_) first_->end();
  chosen_.access->close();
  if (chosen_.certifier) chosen_.certifier->use_keeper({});
  keeper_.reset();
}

}  // namespace lithair::apps
