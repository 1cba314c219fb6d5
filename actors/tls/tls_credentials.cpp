#include "actors/tls/tls_credentials.hpp"

#include <exception>
#include <utility>

namespace lithair::actors {

tls_credentials::tls_credentials(tls_files from, tls_usage how, clock now)
    : from_(std::move(from)), usage_(std::move(how)), clock_(std::move(now)) {}

tl::expected<std::shared_ptr<tls_credentials>, tls_problem> tls_credentials::load(tls_files from,
                                                                                  tls_usage how,
                                                                                  clock now) {
  std::shared_ptr<tls_credentials> made{
      new tls_credentials{std::move(from), std::move(how), std::move(now)}};
  auto first = made->read();
  if (!first) return tl::unexpected(std::move(first.error()));
  made->current_ = std::move(*first);
  return made;
}

tl::expected<std::shared_ptr<const tls_context>, tls_problem> tls_credentials::read() const {
  auto material = read_tls_files(from_);
  if (!material) return tl::unexpected(std::move(material.error()));
  return tls_context::make(*material, usage_);
}

std::shared_ptr<const tls_context> tls_credentials::current() const {
  const std::lock_guard guard{mutex_};
  return current_;
}

std::string tls_credentials::reload() {
  std::string wrong;
  std::shared_ptr<const tls_context> made;
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
  if (made && made->own()->not_after < time && current_->own()->not_after >= time)
    wrong = std::exchange(made, nullptr)->concern(time);
  if (!wrong.empty()) wrong += "; the certificate of before stays in use";
  if (made) std::swap(current_, made);
  not_taken_ = wrong;
  return wrong;
}

tls_credentials::state tls_credentials::now() const {
  const auto time = clock_();
  const std::lock_guard guard{mutex_};
  state result{*current_->own(), current_->asks_certificate(), current_->own()->not_after - time,
               not_taken_};
  const auto concern = current_->concern(time);
  if (!concern.empty()) result.trouble += (result.trouble.empty() ? "" : "; ") + concern;
  return result;
}

}  // namespace lithair::actors
