#include "actors/messages/refusals.hpp"

#include <utility>

namespace lithair::actors {

namespace {

std::string sentence(std::string reason) {
  if (reason.empty()) return reason;
  if (reason.front() >= 'a' && reason.front() <= 'z')
    reason.front() = static_cast<char>(reason.front() - 'a' + 'A');
  if (reason.back() != '.') reason += '.';
  return reason;
}

}  // namespace

std::optional<models::problem> problem_of_write(disposition what, std::string reason) {
  // Certainly not in the log.
  if (what == disposition::unavailable)
    return models::problem{
        503, "unavailable", sentence(std::move(reason)) + " Nothing was written.", {}};
  // In the log, perhaps: only an idempotency key makes a second try safe.
  if (what == disposition::unknown)
    return models::problem{504,
                           "outcome_unknown",
                           sentence(std::move(reason)) + " The write may or may not take effect.",
                           {}};
  return std::nullopt;
}

std::optional<models::problem> problem_of_read(disposition what, std::string reason) {
  if (what == disposition::unavailable)
    return models::problem{503, "unavailable", sentence(std::move(reason)), {}};
  if (what == disposition::unknown)
    return models::problem{504, "timeout", sentence(std::move(reason)), {}};
  return std::nullopt;
}

}  // namespace lithair::actors
