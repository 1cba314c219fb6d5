#include "actors/tls/tls_credentials.hpp"

#include <exception>
#include <utility>

namespace lithair::actors {

tls_credentials::tls_credentials(tls_files from, tls_usage how, clock now, tls_demands what)
    : from_(std::move(from)),
      usage_(std::move(how)),
      clock_(std::move(now)),
      demands_(std::move(what)) {}

tl::expected<std::shared_ptr<tls_credentials>, tls_problem> tls_credentials::load(
    tls_files from, tls_usage how, clock now, tls_demands what) {
  std::shared_ptr<tls_credentials> made{
      new tls_credentials{std::move(from), std::move(how), std::move(now), std::move(what)}};
  auto first = made->read();
  if (!first) return tl::unexpected(std::move(first.error()));
  made->current_ = std::move(*first);
  return made;
}

tl::expected<tls_credentials::contexts, tls_problem> tls_credentials::read() const {
  auto material = read_tls_files(from_);
  if (!material) return tl::unexpected(std::move(material.error()));
  auto accepting = tls_context::make(*material, usage_);
  if (!accepting) return tl::unexpected(std::move(accepting.error()));
  if (demands_.why_not_own)
    if (auto wrong = demands_.why_not_own(*(*accepting)->own()); !wrong.empty())
      return tl::unexpected(tls_problem{tls_problem::part::certificate, from_.certificate + wrong});
  contexts result{std::move(*accepting), {}};
  if (!demands_.dials) return result;
  auto how = usage_;
  how.role = tls_role::client;
  auto dialling = tls_context::make(*material, how);
  if (!dialling) return tl::unexpected(std::move(dialling.error()));
  result.dialling = std::move(*dialling);
  return result;
}

std::shared_ptr<const tls_context> tls_credentials::current() const {
  const std::lock_guard guard{mutex_};
  return current_.accepting;
}

std::shared_ptr<const tls_context> tls_credentials::dialling() const {
  const std::lock_guard guard{mutex_};
  return current_.dialling;
}

std::string tls_credentials::reload() {
  std::string wrong;
  contexts made;
  try {
    auto next = read();
    if (next)
      made = std::move(*next);
    else
      wrong = std::move(next.error().text);
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  const auto time = clock_();
  const std::lock_guard guard{mutex_};
  // One that nobody would take is no better than one that is taken.
  if (made.accepting && made.accepting->own()->not_after < time &&
      current_.accepting->own()->not_after >= time)
    wrong = std::exchange(made, {}).accepting->concern(time);
  if (!wrong.empty()) wrong += "; the certificate of before stays in use";
  if (made.accepting) std::swap(current_, made);
  not_taken_ = wrong;
  return wrong;
}

tls_credentials::state tls_credentials::now() const {
  const auto time = clock_();
  const std::lock_guard guard{mutex_};
  const auto& used = *current_.accepting;
  state result{*used.own(), used.asks_certificate(), used.own()->not_after - time, not_taken_};
  const auto concern = used.concern(time);
  if (!concern.empty()) result.trouble += (result.trouble.empty() ? "" : "; ") + concern;
  return result;
}

}  // namespace lithair::actors
