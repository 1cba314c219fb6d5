#include "apps/lithair/https.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <string_view>

#include "actors/links/node_certificate.hpp"
#include "actors/tls/ticket_keys.hpp"

namespace lithair::apps {
namespace {

template <class Clock>
std::int64_t seconds_of() {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
}

/// `prefix`: of the three flags.
std::string flag_of(std::string_view prefix, std::string_view authorities,
                    actors::tls_problem::part which) {
  const auto name = [&] {
    switch (which) {
      case actors::tls_problem::part::certificate:
        return std::string_view{"cert"};
      case actors::tls_problem::part::key:
        return std::string_view{"key"};
      case actors::tls_problem::part::authorities:
        break;
    }
    return authorities;
  };
  return std::string(prefix) + std::string(name()) + ": ";
}

std::string load_for_clients(settings& chosen) {
  if (!chosen.tls) return {};
  actors::tls_usage how;
  how.tickets = std::make_shared<actors::ticket_keys>(seconds_of<std::chrono::steady_clock>);
  auto made =
      actors::tls_credentials::load(*chosen.tls, how, seconds_of<std::chrono::system_clock>);
  if (!made) return flag_of("--tls-", "client-ca", made.error().of) + made.error().text;
  chosen.http.tls = std::move(*made);
  return {};
}

std::string load_for_peers(settings& chosen) {
  if (!chosen.peer_tls) return {};
  auto made = actors::tls_credentials::load(
      *chosen.peer_tls, actors::link_usage(), seconds_of<std::chrono::system_clock>,
      {true, [self = chosen.node.self.id.value](const actors::certificate& own) {
         return actors::why_not_own(self, own);
       }});
  if (!made) return flag_of("--peer-tls-", "ca", made.error().of) + made.error().text;
  chosen.node.peer_tls = chosen.http.peer_tls = std::move(*made);
  return {};
}

}  // namespace

std::string load_certificates(settings& chosen) {
  try {
    if (auto wrong = load_for_clients(chosen); !wrong.empty()) return wrong;
  } catch (const std::exception& error) {
    return std::string("--tls-cert: ") + error.what();
  }
  try {
    return load_for_peers(chosen);
  } catch (const std::exception& error) {
    return std::string("--peer-tls-cert: ") + error.what();
  }
}

void certificate_keeper::look() {
  if (of_) tell();
}

void certificate_keeper::reload() {
  if (!of_) return;
  // Who asks is answered each time.
  told_.clear();
  if (of_->reload().empty()) {
    const auto now = of_->now();
    spdlog::info("SIGHUP: the certificate of {}, which ends on {}, is in use for new {}",
                 now.own.subject, actors::utc_text(now.own.not_after), used_for_);
  }
  tell();
}

void certificate_keeper::tell() {
  auto trouble = of_->now().trouble;
  if (!trouble.empty() && trouble != told_) spdlog::warn("{}", trouble);
  told_ = std::move(trouble);
}

}  // namespace lithair::apps
