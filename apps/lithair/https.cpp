#include "apps/lithair/https.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <string_view>

#include "actors/tls/ticket_keys.hpp"

namespace lithair::apps {
namespace {

template <class Clock>
std::int64_t seconds_of() {
  return std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch()).count();
}

std::string_view flag_of(actors::tls_problem::part which) {
  switch (which) {
    case actors::tls_problem::part::certificate:
      return "--tls-cert: ";
    case actors::tls_problem::part::key:
      return "--tls-key: ";
    case actors::tls_problem::part::authorities:
      return "--tls-client-ca: ";
  }
  return "";
}

}  // namespace

std::string load_certificate(settings& chosen) {
  if (!chosen.tls) return {};
  try {
    actors::tls_usage how;
    how.tickets = std::make_shared<actors::ticket_keys>(seconds_of<std::chrono::steady_clock>);
    auto made =
        actors::tls_credentials::load(*chosen.tls, how, seconds_of<std::chrono::system_clock>);
    if (!made) return std::string(flag_of(made.error().of)) + made.error().text;
    chosen.http.tls = std::move(*made);
  } catch (const std::exception& error) {
    return std::string("--tls-cert: ") + error.what();
  }
  return {};
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
    spdlog::info("SIGHUP: the certificate of {}, which ends on {}, is in use for new connections",
                 now.own.subject, actors::utc_text(now.own.not_after));
  }
  tell();
}

void certificate_keeper::tell() {
  auto trouble = of_->now().trouble;
  if (!trouble.empty() && trouble != told_) spdlog::warn("{}", trouble);
  told_ = std::move(trouble);
}

}  // namespace lithair::apps
