#include "apps/lithair/verify_command.hpp"

#include <exception>
#include <string>

#include "persistence/backup_check.hpp"

namespace lithair::apps {

early_exit verify_backups(const program& self, std::span<const char* const> arguments) {
  const auto refuse = [&self](const std::string& why) {
    return early_exit{2, self.name + ": verify: " + why};
  };
  if (arguments.size() != 1) return refuse("say one PATH: a backup, or a directory of them");
  try {
    const auto report = persistence::verify_backup(arguments[0]);
    auto text = persistence::to_text(report);
    text.pop_back();  // the last line's end
    if (report.is_sound()) return {0, text};
    return {2, text};
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

}  // namespace lithair::apps
