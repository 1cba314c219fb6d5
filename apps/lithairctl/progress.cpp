#include "apps/lithairctl/progress.hpp"

#include <algorithm>
#include <ostream>

#include <spdlog/fmt/fmt.h>

namespace lithair::ctl {

std::string bar_of(std::uint64_t done, std::uint64_t of, std::size_t width) {
  const auto part =
      of == 0 ? 0.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(of));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(width));
  std::string made(filled, '=');
  if (filled < width) made += '>' + std::string(width - filled - 1, ' ');
  return fmt::format("[{}] {:3.0f} %", made, part * 100);
}

void progress::show(std::uint64_t done, std::uint64_t of, const std::string& more) {
  if (!at_.progress) return;
  const auto now = clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds{100};
  at_.err << "\r\x1b[K" << what_ << ' ' << (of == 0 ? std::string{} : bar_of(done, of, 30) + "  ")
          << more << std::flush;
  shown_ = true;
}

void progress::clear() {
  if (shown_) at_.err << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace lithair::ctl
